output "work_pool" {
  value = provider::mlassets::work_pool_name("ml-assets-core", "production") # "ml-assets-core-prod"
}
