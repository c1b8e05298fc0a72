output "folder" {
  # "model_distribution/2025/202501": the month is that of UTC
  value = provider::mlassets::worm_path("model_distribution", "2025-02-01T08:00:00+09:00")
}
