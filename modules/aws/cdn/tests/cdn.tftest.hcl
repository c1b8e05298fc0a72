# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name        = "shop-cdn"
  domain_name = "www.shop.example"
  zone_name   = "shop.example"
  bucket      = { domain_name = "shop-assets.s3.ap-northeast-1.amazonaws.com" }
}

run "serves_files" {
  command = plan

  assert {
    condition     = aws_cloudfront_distribution.this.enabled && aws_cloudfront_distribution.this.default_root_object == "index.html" && aws_cloudfront_distribution.this.aliases == toset(["www.shop.example"])
    error_message = "The distribution must serve the domain."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "Viewers must use TLS 1.2 or above."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.this.signing_behavior == "always" && [for origin in aws_cloudfront_distribution.this.origin : origin.domain_name] == ["shop-assets.s3.ap-northeast-1.amazonaws.com"]
    error_message = "The bucket must be the one origin, and stay private."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.price_class == "PriceClass_200" && length(aws_cloudfront_distribution.this.ordered_cache_behavior) == 0 && length(aws_cloudfront_distribution.this.custom_error_response) == 0
    error_message = "Japan must have edge locations, and there must be nothing that was not asked for."
  }

  assert {
    condition     = keys(aws_route53_record.alias) == ["A", "AAAA"]
    error_message = "The name must lead here by IPv4 and IPv6."
  }
}

run "sends_paths_to_the_load_balancer" {
  command = plan

  variables {
    load_balancer       = { domain_name = "api.shop.example" }
    load_balancer_paths = ["/api/*", "/auth/*"]
  }

  assert {
    condition     = [for behavior in aws_cloudfront_distribution.this.ordered_cache_behavior : "${behavior.path_pattern} ${behavior.target_origin_id}"] == ["/api/* load-balancer", "/auth/* load-balancer"]
    error_message = "Both paths must go to the load balancer."
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.this.origin : origin.custom_origin_config[0].origin_protocol_policy if origin.origin_id == "load-balancer"]) == "https-only"
    error_message = "The way to the load balancer must be encrypted."
  }
}

run "is_guarded_and_answers_every_path" {
  command = plan

  variables {
    web_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"
    single_page = true
  }

  assert {
    condition     = aws_cloudfront_distribution.this.web_acl_id == "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"
    error_message = "The firewall must stand in front."
  }

  assert {
    condition     = { for response in aws_cloudfront_distribution.this.custom_error_response : response.error_code => response.response_page_path } == { 403 = "/index.html", 404 = "/index.html" }
    error_message = "The program in the browser must answer its own paths."
  }
}

run "takes_its_certificate_from_us_east_1" {
  command = apply

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].acm_certificate_arn == aws_acm_certificate.this[0].arn && startswith(aws_acm_certificate.this[0].arn, "arn:aws:acm:us-east-1:")
    error_message = "CloudFront takes certificates of us-east-1 only."
  }

  assert {
    condition     = output.arn == aws_cloudfront_distribution.this.arn && output.id == aws_cloudfront_distribution.this.id && output.url == "https://www.shop.example" && output.domain_name == "www.shop.example"
    error_message = "The outputs must be those of the distribution."
  }

  assert {
    condition     = output.metric_dimensions == { DistributionId = output.id, Region = "Global" }
    error_message = "Alarms must find the distribution."
  }
}

run "takes_the_certificate_it_is_given" {
  command = plan

  variables {
    certificate = { arn = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].acm_certificate_arn == "arn:aws:acm:us-east-1:123456789012:certificate/1" && length(aws_acm_certificate.this) == 0 && length(aws_route53_record.validation) == 0
    error_message = "There must be no second certificate."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    zone_name           = "other.example"
    load_balancer_paths = ["api/*"]
    default_file        = "/index.html"
    price_class         = "PriceClass_300"
    web_acl_arn         = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/shop/1"
    certificate         = { arn = "arn:aws:acm:ap-northeast-1:123456789012:certificate/1" }
  }

  expect_failures = [var.certificate, var.zone_name, var.load_balancer_paths, var.default_file, var.price_class, var.web_acl_arn]
}
