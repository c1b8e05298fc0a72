output "where" {
  value = provider::mlassets::redact("postgres://app:hunter2@db:5432/core") # "postgres://app:***@db:5432/core"
}
