# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name      = "shop-cache"
  node_type = "cache.t3.micro"

  network = {
    vpc_id             = "vpc-1"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled) && aws_elasticache_replication_group.this.transit_encryption_enabled
    error_message = "The cache must be encrypted at rest and in transit."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.replicas_per_node_group == 1
    error_message = "A replica must stand by in another zone."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.snapshot_retention_limit == 7 && aws_elasticache_replication_group.this.snapshot_window == "03:00-04:00"
    error_message = "A week of snapshots must be kept."
  }
}

run "runs_on_one_node_when_told" {
  command = plan

  variables {
    replicas                = 0
    snapshot_retention_days = 0
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.automatic_failover_enabled && !aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.num_node_groups == 1
    error_message = "A single node has nobody to fail over to."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.cluster_mode == "disabled" && aws_elasticache_replication_group.this.parameter_group_name == "default.redis7"
    error_message = "The parameters must be those of Redis 7 without cluster mode."
  }
}

run "spreads_keys_in_cluster_mode" {
  command = apply

  variables {
    node_type    = "cache.r7g.large"
    cluster_mode = true
    shards       = 2
  }

  assert {
    condition     = aws_elasticache_replication_group.this.cluster_mode == "enabled" && aws_elasticache_replication_group.this.num_node_groups == 2 && aws_elasticache_replication_group.this.parameter_group_name == "default.redis7.cluster.on"
    error_message = "Cluster mode must have two shards and its own parameters."
  }

  assert {
    condition     = output.host == aws_elasticache_replication_group.this.configuration_endpoint_address
    error_message = "In cluster mode clients must begin at the configuration endpoint."
  }

  assert {
    condition     = output.metric_dimensions == { CacheClusterId = "shop-cache-0001-001" }
    error_message = "Nodes in cluster mode are named by shard and number."
  }
}

run "hands_over_the_primary" {
  command = apply

  variables {
    engine         = "valkey"
    engine_version = "8.0"

    allowed_security_groups = { api = "sg-1" }
  }

  assert {
    condition     = output.host == aws_elasticache_replication_group.this.primary_endpoint_address && output.port == 6379 && output.id == aws_elasticache_replication_group.this.id
    error_message = "Host and port must be those of the primary."
  }

  assert {
    condition     = output.security_group_id == aws_security_group.this.id && aws_vpc_security_group_ingress_rule.allowed["api"].security_group_id == aws_security_group.this.id
    error_message = "The group api must be let in."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.parameter_group_name == "default.valkey8"
    error_message = "The parameters must be those of Valkey 8."
  }
}

run "knows_how_redis_6_is_spelt" {
  command = plan

  variables {
    engine_version = "6.2"
  }

  assert {
    condition     = aws_elasticache_replication_group.this.parameter_group_name == "default.redis6.x"
    error_message = "The parameters must be those of Redis 6."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name                    = "Shop_cache"
    engine                  = "memcached"
    engine_version          = "7"
    node_type               = "t3.micro"
    shards                  = 2
    replicas                = 6
    snapshot_retention_days = 36
    snapshot_window         = "night"
    maintenance_window      = "Sunday"
  }

  expect_failures = [
    var.name,
    var.engine,
    var.engine_version,
    var.node_type,
    var.shards,
    var.replicas,
    var.snapshot_retention_days,
    var.snapshot_window,
    var.maintenance_window,
  ]
}

run "refuses_shards_without_replicas" {
  command = plan

  variables {
    cluster_mode = true
    replicas     = 0
  }

  expect_failures = [var.replicas]
}
