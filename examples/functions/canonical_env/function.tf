output "environment" {
  value = provider::mlassets::canonical_env("prd") # "production"
}
