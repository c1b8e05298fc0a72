data "mlassets_work_pools" "kubernetes" {
  type = "kubernetes"
}

output "idle" {
  value = [for pool in data.mlassets_work_pools.kubernetes.work_pools :
    pool.name if pool.status == "NOT_READY"
  ]
}
