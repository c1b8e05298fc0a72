# The count of records and the newest hash are left out: both move with each record that a program writes, and
# every plan would show it.

output "name" {
  description = "Name of the bucket, which programs that write records are given."
  value       = mlassets_worm_bucket.this.name
}

output "retention_days" {
  description = "Days for which each record is kept."
  value       = mlassets_worm_bucket.this.retention_days
}

output "paths" {
  description = "Path of each record in the bucket, by its key."
  value       = { for key, record in mlassets_worm_record.this : key => record.path }
}

output "hashes" {
  description = "Hash of each record in the chain of the bucket, by its key. Kept elsewhere, it proves the record."
  value       = { for key, record in mlassets_worm_record.this : key => record.hash }
}
