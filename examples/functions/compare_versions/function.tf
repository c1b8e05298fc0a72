locals {
  deployed  = "2025-01-15-v9"
  candidate = "2025-01-15-v10"
}

output "is_rollback" {
  # By text, v10 would come before v9.
  value = provider::mlassets::compare_versions(local.candidate, local.deployed) < 0 # false
}
