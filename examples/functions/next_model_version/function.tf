output "next" {
  value = provider::mlassets::next_model_version(["2025-01-14-v3", "2025-01-15-v1"], "2025-01-15") # "2025-01-15-v2"
}
