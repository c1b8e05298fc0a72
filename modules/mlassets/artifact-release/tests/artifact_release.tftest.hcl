# On a real store and a real registry, both in a folder of their own.

provider "mlassets" {
  actor = "tests"

  registry {
    url = "${run.folder.path}/registry.sqlite"
  }
  artifacts {
    directory = "${run.folder.path}/store"
  }
}

variables {
  model       = "ranker"
  release     = "2025-01-15-v1"
  environment = "production"
  artifacts   = { model_ai1 = "missing" }
}

run "folder" {
  module {
    source = "./tests/folder"
  }
}

run "registry" {
  module {
    source = "../model-registry"
  }
}

run "publishes_and_registers" {
  variables {
    artifacts = { model_ai1 = "${run.folder.path}/a/ai1.pkl", theta_params = "${run.folder.path}/a/theta.yaml" }
    metadata  = { git_sha = "abc123" }
  }

  assert {
    condition     = output.release == "2025-01-15-v1" && output.total_bytes == 6
    error_message = "Both files must be published."
  }

  assert {
    condition     = output.checksums.model_ai1 == sha256("one") && output.checksums.theta_params == sha256("two")
    error_message = "The checksums must be those of the bytes."
  }

  assert {
    condition     = filesha256(output.checksums_path) == output.manifest_sha256
    error_message = "The manifest must be in the store."
  }

  assert {
    condition     = mlassets_model_version.this.artifact_sha256 == output.manifest_sha256 && mlassets_model_version.this.artifact_uri == output.uri
    error_message = "The version must be registered by what is published."
  }

  assert {
    condition     = mlassets_model_version.this.verified && mlassets_artifact_distribution.this.keep_on_destroy && !mlassets_model_version.this.archive_on_destroy
    error_message = "The version must be good to deploy, and must outlive Terraform's interest in it."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    release     = "a/b"
    environment = ""
    parallelism = 0
    artifacts   = {}
  }

  expect_failures = [var.release, var.environment, var.parallelism, var.artifacts]
}
