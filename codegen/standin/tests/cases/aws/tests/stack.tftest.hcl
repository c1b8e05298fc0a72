variables {
  environment = "dev"
  domain_name = "shop.example.com"
}

run "knows_what_is_configured" {
  command = plan

  assert {
    condition     = module.site.bucket.tags == tomap({ System = "shop", Environment = "dev" })
    error_message = "The default tags must be known in the plan."
  }

  assert {
    condition     = module.network.cidr == "10.20.0.0/16"
    error_message = "What is configured must be known in the plan."
  }
}

run "refuses_an_unknown_environment" {
  command = plan

  variables {
    environment = "qa"
  }

  expect_failures = [var.environment]
}

run "makes_up_the_rest" {
  assert {
    condition     = startswith(module.network.vpc_id, "vpc-")
    error_message = "An id must look like one."
  }

  assert {
    condition     = length(module.network.nat_ids) == 2
    error_message = "Things of equal configuration must have ids of their own."
  }

  assert {
    condition     = startswith(module.site.certificate_arn, "arn:aws:acm:us-east-1:")
    error_message = "An ARN must have the region of its provider."
  }

  assert {
    condition     = endswith(module.database.host, ".eu-central-1.rds.amazonaws.com")
    error_message = "An endpoint must be a host with a port."
  }

  assert {
    condition     = length(module.database.reader) == 16
    error_message = "A password must have its length."
  }
}
