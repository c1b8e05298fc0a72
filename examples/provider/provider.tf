terraform {
  required_providers {
    mlassets = {
      source = "mlassets/mlassets"
    }
  }
}

# A block is needed only if a resource uses it. Secrets come from the environment: here the password of
# the Prefect server from PREFECT_API_AUTH_STRING.
provider "mlassets" {
  actor = "release-bot"

  prefect {
    endpoint = "https://prefect.example.com/api"
  }

  registry {
    url = "postgres://registry@db.example.com/ml?sslmode=verify-full"
  }

  worm {
    directory = "/mnt/evidence"
  }

  # Each change leaves one event there. The bucket has to be there before.
  audit {
    bucket      = "ml-assets-core-audit"
    environment = "production"
  }

  # Where it is comes from MLASSETS_REDIS_URL, password and all.
  redis {
    key_prefix = "day-trade:ops"
  }
}
