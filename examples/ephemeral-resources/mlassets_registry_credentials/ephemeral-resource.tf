# The registry is in PostgreSQL: MLASSETS_REGISTRY_URL is postgres://…
ephemeral "mlassets_registry_credentials" "reader" {
  access           = "read"
  lifetime_seconds = 600
}

# Whatever reads through this can read, for as long as Terraform runs.
provider "mlassets" {
  alias = "reader"

  registry {
    url = ephemeral.mlassets_registry_credentials.reader.url
  }
}

data "mlassets_model_registry" "this" {
  provider = mlassets.reader
  id       = "core"
}
