locals {
  manifest = provider::mlassets::checksum_manifest({
    "model.onnx"  = sha256("the bytes of the model")
    "params.json" = sha256("{}")
  })
}

# What `mlassets_model_version` wants to know of its artifacts.
output "artifact_sha256" {
  value = sha256(local.manifest)
}
