locals {
  version = provider::mlassets::model_version_parse("2025-01-15-v2")
}

output "released_on" {
  value = local.version.date # "2025-01-15"
}

output "release_of_that_day" {
  value = local.version.number # 2
}
