# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  domain_name = "api.example.com"
  zone_name   = "example.com"
}

run "asks_for_a_certificate_proved_by_dns" {
  command = plan

  assert {
    condition     = aws_acm_certificate.this.domain_name == "api.example.com" && aws_acm_certificate.this.validation_method == "DNS"
    error_message = "The certificate must be for the domain and proved by DNS."
  }

  assert {
    condition     = keys(aws_route53_record.validation) == ["api.example.com"]
    error_message = "One name needs one record."
  }

  assert {
    condition     = aws_acm_certificate.this.region == "ap-northeast-1" && aws_acm_certificate_validation.this.region == "ap-northeast-1"
    error_message = "Without region the provider's must be taken."
  }
}

run "lives_where_cloudfront_wants_it" {
  command = plan

  variables {
    region = "us-east-1"
  }

  assert {
    condition     = aws_acm_certificate.this.region == "us-east-1" && aws_acm_certificate_validation.this.region == "us-east-1"
    error_message = "Certificate and validation must be in us-east-1."
  }
}

run "proves_a_wildcard_and_its_domain_once" {
  command = plan

  variables {
    domain_name       = "example.com"
    alternative_names = ["*.example.com", "example.com", "api.example.com"]
  }

  assert {
    condition     = keys(aws_route53_record.validation) == ["api.example.com", "example.com"]
    error_message = "The wildcard and its domain share one record."
  }

  assert {
    condition     = toset(aws_acm_certificate.this.subject_alternative_names) == toset(["*.example.com", "example.com", "api.example.com"])
    error_message = "All names must be on the certificate."
  }
}

run "gives_out_the_valid_certificate" {
  command = apply

  assert {
    condition     = output.arn == aws_acm_certificate.this.arn && startswith(output.arn, "arn:aws:acm:ap-northeast-1:")
    error_message = "The output must be the certificate, through its validation."
  }

  assert {
    condition     = output.domain_name == "api.example.com" && output.zone_id == data.aws_route53_zone.this.zone_id
    error_message = "The outputs must name the domain and its zone."
  }

  assert {
    condition     = aws_acm_certificate_validation.this.validation_record_fqdns == toset([aws_route53_record.validation["api.example.com"].fqdn])
    error_message = "The validation must wait for the record."
  }
}

run "refuses_names_outside_the_zone" {
  command = plan

  variables {
    alternative_names = ["api.example.org"]
    region            = "Tokyo"
  }

  expect_failures = [var.alternative_names, var.region]
}

run "refuses_the_wrong_zone" {
  command = plan

  variables {
    zone_name = "example.org"
  }

  expect_failures = [var.zone_name]
}

run "refuses_what_is_no_domain" {
  command = plan

  variables {
    domain_name = "https://example.com"
  }

  expect_failures = [var.domain_name]
}
