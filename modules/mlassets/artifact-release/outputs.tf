output "release" {
  description = "Name of the version once it is published and registered, for whoever deploys it."
  value       = mlassets_model_version.this.version
}

output "uri" {
  description = "Address of the artifacts."
  value       = mlassets_artifact_distribution.this.uri
}

output "checksums_path" {
  description = "Where checksums.json of the version is."
  value       = mlassets_artifact_distribution.this.checksums_path
}

output "checksums" {
  description = "SHA-256 of each artifact."
  value       = mlassets_artifact_distribution.this.checksums
}

output "manifest_sha256" {
  description = "SHA-256 of checksums.json, which stands for all artifacts."
  value       = mlassets_artifact_distribution.this.manifest_sha256
}

output "total_bytes" {
  description = "Size of all artifacts in bytes."
  value       = mlassets_artifact_distribution.this.total_bytes
}

output "audit_record_id" {
  description = "Path of the newest event about the version in the audit bucket; null without an audit."
  value       = mlassets_model_version.this.audit_record_id
}
