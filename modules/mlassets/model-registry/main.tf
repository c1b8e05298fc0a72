locals {
  versions = merge([
    for model, versions in var.models : {
      for version, facts in versions : "${model}@${version}" => { model = model, version = version, facts = facts }
    }
  ]...)
}

# The tables. Destroying this forgets them and leaves them in place.
resource "mlassets_model_registry" "this" {}

resource "mlassets_model_version" "this" {
  for_each = local.versions

  model              = each.value.model
  version            = each.value.version
  artifact_uri       = each.value.facts.artifact_uri
  artifact_sha256    = each.value.facts.artifact_sha256
  description        = each.value.facts.description
  metadata           = each.value.facts.metadata
  verified           = each.value.facts.verified
  archive_on_destroy = var.archive_on_destroy

  depends_on = [mlassets_model_registry.this]
}

resource "mlassets_model_deployment" "this" {
  for_each = var.deployed

  model          = each.key
  environment    = var.environment
  version        = each.value
  allow_rollback = var.allow_rollback

  # On all versions, since no expression can say which of them is listed here.
  depends_on = [mlassets_model_version.this]
}
