# On a real registry, a SQLite file in a folder of its own.

provider "mlassets" {
  actor = "tests"

  registry {
    url = "${run.folder.path}/registry.sqlite"
  }
}

run "folder" {
  module {
    source = "./tests/folder"
  }
}

run "makes_the_tables" {
  assert {
    condition     = output.id == "core" && output.schema_version >= 1
    error_message = "The tables must be there."
  }

  assert {
    condition     = strcontains(output.location, "registry.sqlite")
    error_message = "The location must be the file."
  }

  assert {
    condition     = length(output.deployed) == 0
    error_message = "Nothing must be deployed where nothing is asked for."
  }
}

run "deploys_a_version" {
  variables {
    environment = "production"
    deployed    = { ranker = "2025-01-15-v2" }

    models = {
      ranker = {
        "2025-01-15-v1" = { artifact_uri = "s3://models/ranker/1/", artifact_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }
        "2025-01-15-v2" = { artifact_uri = "s3://models/ranker/2/", artifact_sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", metadata = { git_sha = "4f2a9c1" } }
      }
    }
  }

  assert {
    condition     = output.deployed == { ranker = "2025-01-15-v2" }
    error_message = "The version that is asked for must be the deployed one."
  }

  assert {
    condition     = mlassets_model_version.this["ranker@2025-01-15-v1"].verified && !mlassets_model_version.this["ranker@2025-01-15-v1"].archive_on_destroy
    error_message = "Versions must be verified, and must outlive Terraform's interest in them."
  }

  assert {
    condition     = mlassets_model_deployment.this["ranker"].deployed_by == "tests"
    error_message = "The audit must know who deployed."
  }
}

run "rolls_back_to_what_a_pipeline_registered" {
  variables {
    environment = "production"
    deployed    = { ranker = "2025-01-15-v1" }
  }

  assert {
    condition     = mlassets_model_deployment.this["ranker"].previous_version == "2025-01-15-v2"
    error_message = "The newer version must be the one before, though Terraform has forgotten both."
  }
}

run "refuses_a_deployment_without_an_environment" {
  command = plan

  variables {
    deployed = { ranker = "2025-01-15-v1" }
  }

  expect_failures = [var.deployed]
}

run "refuses_what_is_not_verified" {
  command = plan

  variables {
    environment = "production"
    deployed    = { ranker = "2025-01-15-v3" }

    models = {
      ranker = {
        "2025-01-15-v3" = { artifact_uri = "s3://models/ranker/3/", artifact_sha256 = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9", verified = false }
      }
    }
  }

  expect_failures = [var.deployed]
}

run "refuses_wrong_values" {
  command = plan

  variables {
    environment = "Production!"
    models      = { ranker = { "2025-01-15-v1" = { artifact_uri = "s3://models/ranker/1/", artifact_sha256 = "9F86" } } }
  }

  expect_failures = [var.environment, var.models]
}
