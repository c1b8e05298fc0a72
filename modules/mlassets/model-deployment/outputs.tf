output "release" {
  description = "Version that is in use."
  value       = mlassets_model_deployment.this.version
}

output "previous_release" {
  description = "Version that was in use before; null for the first one."
  value       = mlassets_model_deployment.this.previous_version
}

output "deployed_at" {
  description = "When the version was deployed."
  value       = mlassets_model_deployment.this.deployed_at
}

output "deployed_by" {
  description = "Who deployed it."
  value       = mlassets_model_deployment.this.deployed_by
}

output "audit_record_id" {
  description = "Path of the newest event about the deployment in the audit bucket; null without an audit."
  value       = mlassets_model_deployment.this.audit_record_id
}
