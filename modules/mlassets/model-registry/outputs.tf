output "id" {
  description = "Name of the registry: the schema of its tables."
  value       = mlassets_model_registry.this.id
}

output "location" {
  description = "Where the registry is, without credentials."
  value       = mlassets_model_registry.this.location
}

output "schema_version" {
  description = "Version of the tables."
  value       = mlassets_model_registry.this.schema_version
}

output "deployed" {
  description = "Version of each model that is in use in this environment."
  value       = { for name, deployment in mlassets_model_deployment.this : name => deployment.version }
}
