locals {
  first  = provider::mlassets::chain_hash(null, jsonencode({ event = "created" }))
  second = provider::mlassets::chain_hash(local.first, jsonencode({ event = "released" }))
}

output "head" {
  value = local.second
}
