# A plan asks no server, so none is needed. Nothing listens at this address.

provider "mlassets" {
  prefect {
    endpoint = "http://127.0.0.1:9/api"
  }
  redis {
    url = "redis://127.0.0.1:9"
  }
}

variables {
  name = "ml-assets-core-prod"
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = !mlassets_work_pool.this.force_destroy && !mlassets_work_pool.this.paused
    error_message = "A pool must run flows, and must not go while deployments point at it."
  }

  assert {
    condition     = mlassets_work_pool.this.type == "kubernetes" && mlassets_work_pool.this.concurrency_limit == null
    error_message = "A pool must be of type kubernetes and without a limit where nothing is said."
  }

  assert {
    condition     = length(mlassets_work_queue.this) == 0
    error_message = "A pool must have no queue but Prefect's where none is asked for."
  }

  assert {
    condition     = output.name == "ml-assets-core-prod"
    error_message = "The name must be known before the apply."
  }
}

run "stops_nothing_by_itself" {
  command = plan

  assert {
    condition     = length(mlassets_deployment_pause.this) == 0 && length(mlassets_signal.this) == 0 && length(output.paused_deployments) == 0
    error_message = "Nothing must be paused or signalled where nothing is said."
  }
}

run "holds_back_and_signals" {
  command = plan

  variables {
    deployment_pause = { reason = "Rollback of 2025-01-15-v1", ticket = "OPS-42" }
    signals = {
      halt_global = { active = true, reason = "Rollback of 2025-01-15-v1", copy = { key = "trading:halt", encoding = "plain" } }
      halt_nba    = {}
    }
  }

  assert {
    condition     = mlassets_deployment_pause.this[0].work_pool_name == "ml-assets-core-prod" && mlassets_deployment_pause.this[0].ticket == "OPS-42"
    error_message = "The pool's deployments must be held back, with the ticket."
  }

  assert {
    condition     = mlassets_signal.this["halt_global"].active && !mlassets_signal.this["halt_nba"].active && !mlassets_signal.this["halt_global"].force_destroy
    error_message = "A signal must be as it is declared, and stay while it is active."
  }

  assert {
    condition     = mlassets_signal.this["halt_global"].copy.key == "trading:halt"
    error_message = "The copy must reach the signal."
  }
}

run "refuses_bad_signals" {
  command = plan

  variables {
    signals = { "halt global" = { active = true, copy = { key = "a", encoding = "xml" } } }
  }

  expect_failures = [var.signals]
}

run "makes_queues" {
  command = plan

  variables {
    concurrency_limit = 10
    queues = {
      default = { concurrency_limit = 1 }
      urgent  = { description = "Games of tonight.", priority = 1 }
      nightly = { paused = true, priority = 2 }
    }
  }

  assert {
    condition     = mlassets_work_pool.this.concurrency_limit == 10
    error_message = "The limit of the pool must be the one asked for."
  }

  assert {
    condition     = alltrue([for queue in mlassets_work_queue.this : queue.work_pool_name == "ml-assets-core-prod"])
    error_message = "Every queue must belong to the pool."
  }

  assert {
    condition     = mlassets_work_queue.this["urgent"].priority == 1 && mlassets_work_queue.this["nightly"].paused && mlassets_work_queue.this["default"].concurrency_limit == 1
    error_message = "Every queue must have its own priority, pause and limit."
  }

  assert {
    condition     = toset(keys(output.queue_ids)) == toset(["default", "nightly", "urgent"])
    error_message = "There must be an ID for every queue."
  }
}

run "takes_a_template" {
  command = plan

  variables {
    base_job_template = "{\"job_configuration\": {\"image\": \"{{ image }}\"}, \"variables\": {\"type\": \"object\", \"properties\": {\"image\": {\"type\": \"string\"}}}}"
  }

  assert {
    condition     = jsondecode(mlassets_work_pool.this.base_job_template).job_configuration.image == "{{ image }}"
    error_message = "The template must reach the pool."
  }
}

run "refuses_the_names_of_prefect" {
  command = plan

  variables {
    name = "Prefect-prod"
  }

  expect_failures = [var.name]
}

run "refuses_wrong_values" {
  command = plan

  variables {
    concurrency_limit = 1.5
    base_job_template = "{\"variables\": {}}"
    queues            = { urgent = { priority = 0 } }
  }

  expect_failures = [var.concurrency_limit, var.base_job_template, var.queues]
}

run "refuses_equal_priorities" {
  command = plan

  variables {
    queues = {
      nightly = { priority = 1 }
      urgent  = { priority = 1 }
    }
  }

  expect_failures = [var.queues]
}

run "refuses_names_that_prefect_refuses" {
  command = plan

  variables {
    queues = { "a/b" = {} }
  }

  expect_failures = [var.queues]
}
