# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name = "shop"
}

run "stands_in_front_of_cloudfront" {
  command = plan

  assert {
    condition     = aws_wafv2_web_acl.this.scope == "CLOUDFRONT" && aws_wafv2_web_acl.this.region == "us-east-1" && aws_cloudwatch_log_group.this.region == "us-east-1" && aws_wafv2_web_acl_logging_configuration.this.region == "us-east-1"
    error_message = "CloudFront takes firewalls of us-east-1 only, and they log there."
  }

  assert {
    condition = { for rule in aws_wafv2_web_acl.this.rule : rule.priority => rule.name } == {
      0 = "AWSManagedRulesAmazonIpReputationList"
      1 = "AWSManagedRulesCommonRuleSet"
      2 = "AWSManagedRulesKnownBadInputsRuleSet"
      3 = "rate-limit"
    }
    error_message = "AWS's sets must be asked first, the limit last."
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].none) == 1 && length(rule.override_action[0].count) == 0 if rule.name != "rate-limit"])
    error_message = "The sets must block."
  }

  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit if rule.name == "rate-limit"]) == 2000
    error_message = "An address must be limited."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "aws-waf-logs-shop" && toset([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.single_header[0].name]) == toset(["authorization", "cookie"])
    error_message = "The log must be where WAF may write, and hold no credentials."
  }
}

run "tries_rules_out" {
  command = plan

  variables {
    count_only = ["AWSManagedRulesCommonRuleSet"]
    rate_limit = null
  }

  assert {
    condition     = [for rule in aws_wafv2_web_acl.this.rule : rule.name if length(rule.override_action[0].count) == 1] == ["AWSManagedRulesCommonRuleSet"]
    error_message = "That set must only count."
  }

  assert {
    condition     = !contains([for rule in aws_wafv2_web_acl.this.rule : rule.name], "rate-limit")
    error_message = "There must be no limit."
  }
}

run "is_what_a_cdn_takes" {
  command = apply

  assert {
    condition     = output.arn == aws_wafv2_web_acl.this.arn && aws_wafv2_web_acl_logging_configuration.this.resource_arn == output.arn
    error_message = "The output must be the firewall, and its log must be on."
  }

  assert {
    condition     = output.metric_dimensions == { WebACL = "shop", Rule = "ALL" }
    error_message = "Alarms must find the firewall."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name               = "shop firewall"
    count_only         = ["AWSManagedRulesLinuxRuleSet"]
    rate_limit         = 1
    log_retention_days = 100
  }

  expect_failures = [var.name, var.count_only, var.rate_limit, var.log_retention_days]
}

run "refuses_a_set_twice" {
  command = plan

  variables {
    managed_rules = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesCommonRuleSet"]
  }

  expect_failures = [var.managed_rules]
}
