resource "mlassets_model_registry" "this" {}

output "registry" {
  description = "Where the registry is, and the version of its tables."
  value       = "${mlassets_model_registry.this.location}, version ${mlassets_model_registry.this.schema_version}"
}
