resource "mlassets_model_registry" "this" {}

data "mlassets_model_registry" "this" {
  id = mlassets_model_registry.this.id
}

output "schema_version" {
  value = data.mlassets_model_registry.this.schema_version
}
