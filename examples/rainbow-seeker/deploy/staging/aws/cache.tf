# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "cache_node_type" {
  description = "Size of each node."
  type        = string
}

variable "cache_cluster_mode" {
  description = "Whether keys are spread over shards. Clients must then speak the cluster protocol."
  type        = bool
}

variable "cache_shards" {
  description = "Number of shards."
  type        = number
}

variable "cache_replicas" {
  description = "Copies of each shard beside its primary. With one or more, a replica takes over when the primary fails."
  type        = number
}

variable "cache_snapshot_retention_days" {
  description = "Days to keep daily snapshots; 0 takes none."
  type        = number
}

module "cache" {
  source = "../../../../../modules/aws/cache"

  name                    = "${var.prefix}-cache"
  network                 = module.network
  node_type               = var.cache_node_type
  cluster_mode            = var.cache_cluster_mode
  shards                  = var.cache_shards
  replicas                = var.cache_replicas
  snapshot_retention_days = var.cache_snapshot_retention_days
}
