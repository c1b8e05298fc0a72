# What training says of its files, before they are published.
locals {
  manifest = provider::mlassets::checksum_manifest({
    model_ai1 = {
      file   = "ai1.pkl"
      sha256 = sha256("the bytes of the model")
      size   = 22
    }
  })
}

# What `mlassets_model_version` wants to know of its artifacts.
output "artifact_sha256" {
  value = sha256(local.manifest)
}
