# On a real registry, a SQLite file in a folder of its own.

provider "mlassets" {
  actor = "tests"

  registry {
    url = "${run.folder.path}/registry.sqlite"
  }
  prefect {
    endpoint = "http://127.0.0.1:9/api"
  }
  redis {
    url = "redis://127.0.0.1:9"
  }
}

variables {
  model       = "ranker"
  release     = "2025-01-15-v1"
  environment = "production"
}

run "folder" {
  module {
    source = "../model-registry/tests/folder"
  }
}

run "registry" {
  module {
    source = "../model-registry"
  }

  variables {
    # The environment of the deployment is none of this module's matters.
    environment = null
    models = {
      ranker = {
        "2025-01-15-v1" = { artifact_uri = "s3://models/ranker/1/", artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }
        "2025-01-15-v2" = { artifact_uri = "s3://models/ranker/2/", artifact_sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }
      }
    }
  }
}

run "deploys" {
  assert {
    condition     = output.release == "2025-01-15-v1" && output.previous_release == null && output.deployed_by == "tests"
    error_message = "The first version must be in use."
  }

  assert {
    condition     = mlassets_model_deployment.this.allow_rollback
    error_message = "A rollback must be possible where nothing is said."
  }
}

run "releases_the_next_version" {
  variables {
    release = "2025-01-15-v2"
  }

  assert {
    condition     = output.release == "2025-01-15-v2" && output.previous_release == "2025-01-15-v1"
    error_message = "The next version must take the place of the first."
  }
}

run "rolls_back" {
  assert {
    condition     = output.release == "2025-01-15-v1" && output.previous_release == "2025-01-15-v2"
    error_message = "The older version must be in use again."
  }
}

# The steps themselves need servers, which the provider's acceptance tests have.
run "stops_what_it_is_told_to" {
  command = plan

  variables {
    release = "2025-01-15-v2"
    signal  = { name = "halt_global", copy = { key = "trading:halt", encoding = "plain" } }
    pause   = { work_pool = "ml-assets-core-prod", on = "change" }
  }

  assert {
    condition     = mlassets_model_deployment.this.signal.name == "halt_global" && mlassets_model_deployment.this.signal.copy.key == "trading:halt"
    error_message = "The signal must reach the deployment."
  }

  assert {
    condition     = mlassets_model_deployment.this.pause.work_pool == "ml-assets-core-prod" && mlassets_model_deployment.this.pause.on == "change"
    error_message = "The pause must reach the deployment."
  }
}

run "refuses_other_occasions" {
  command = plan

  variables {
    signal = { name = "halt_global", on = "monday" }
    pause  = { work_pool = "ml-assets-core-prod", on = "monday" }
  }

  expect_failures = [var.signal, var.pause]
}
