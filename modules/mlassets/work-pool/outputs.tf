output "name" {
  description = "Name of the work pool, which workers and deployments are given."
  value       = mlassets_work_pool.this.name
}

output "id" {
  description = "ID that Prefect gave the pool."
  value       = mlassets_work_pool.this.id
}

output "type" {
  description = "Kind of worker that serves the pool."
  value       = mlassets_work_pool.this.type
}

output "default_queue_id" {
  description = "ID of the queue that Prefect made with the pool."
  value       = mlassets_work_pool.this.default_queue_id
}

output "queue_ids" {
  description = "IDs of the queues, by their names."
  value       = { for name, queue in mlassets_work_queue.this : name => queue.id }
}

output "paused_deployments" {
  description = "Names of the deployments that are held back, by their IDs; none while deployment_pause is null."
  value       = try(mlassets_deployment_pause.this[0].paused_deployments, {})
}

output "signal_keys" {
  description = "Keys in Redis where consumers find the signals, by their names."
  value       = { for name, signal in mlassets_signal.this : name => signal.key }
}
