# On a real archive, in a folder of its own.

provider "mlassets" {
  actor = "tests"

  worm {
    directory = run.folder.path
  }
}

variables {
  name           = "shop-audit"
  retention_days = 365
}

run "folder" {
  module {
    source = "./tests/folder"
  }
}

run "keeps_by_default" {
  command = plan

  assert {
    condition     = mlassets_worm_bucket.this.keep_on_destroy
    error_message = "Evidence must outlive Terraform where nothing else is said."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name           = "Audit"
    retention_days = 0
    records        = { first = { record_type = "Config", name = "a.json", content = "{}" } }
  }

  expect_failures = [var.name, var.retention_days, var.records]
}

run "refuses_equal_names" {
  command = plan

  variables {
    records = {
      first  = { record_type = "config_update", name = "a.json", content = "1" }
      second = { record_type = "config_update", name = "a.json", content = "2" }
    }
  }

  expect_failures = [var.records]
}

run "refuses_a_wrong_time" {
  command = plan

  variables {
    records = { first = { record_type = "config_update", name = "a.json", content = "1", event_time = "yesterday" } }
  }

  expect_failures = [var.records]
}

run "writes_records" {
  variables {
    records = {
      first  = { record_type = "config_update", name = "first.json", content = "{}", event_time = "2025-02-01T08:00:00+09:00" }
      second = { record_type = "model_distribution", name = "first.json", content = "{\"version\":\"2025-01-15-v1\"}", event_time = "2025-01-15T04:00:00Z" }
    }
  }

  assert {
    condition     = output.paths == { first = "config_update/2025/202501/first.json", second = "model_distribution/2025/202501/first.json" }
    error_message = "The folder must be that of the month in UTC."
  }

  assert {
    condition     = alltrue([for record in mlassets_worm_record.this : record.mode == "0444" && record.keep_on_destroy])
    error_message = "Records must be read-only and must be kept."
  }

  assert {
    condition     = length(distinct(values(output.hashes))) == 2
    error_message = "Every record must have a hash of its own."
  }
}

run "raises_the_retention" {
  variables {
    retention_days = 730
    records = {
      first  = { record_type = "config_update", name = "first.json", content = "{}", event_time = "2025-02-01T08:00:00+09:00" }
      second = { record_type = "model_distribution", name = "first.json", content = "{\"version\":\"2025-01-15-v1\"}", event_time = "2025-01-15T04:00:00Z" }
    }
  }

  assert {
    condition     = output.retention_days == 730 && output.hashes == run.writes_records.hashes
    error_message = "The retention must grow, and the records must stay what they are."
  }
}
