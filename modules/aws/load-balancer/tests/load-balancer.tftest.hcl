# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name        = "shop-alb"
  domain_name = "api.shop.example"
  zone_name   = "shop.example"

  network = {
    vpc_id             = "vpc-1"
    public_subnet_ids  = ["subnet-1", "subnet-2"]
    private_subnet_ids = ["subnet-3", "subnet-4"]
  }
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = aws_lb.this.enable_deletion_protection && aws_lb.this.drop_invalid_header_fields
    error_message = "The defaults must be right for production."
  }

  assert {
    condition     = aws_lb_listener.http.port == 80 && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS" && aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_301"
    error_message = "HTTP must do nothing but lead to HTTPS."
  }

  assert {
    condition     = aws_lb_listener.https.port == 443 && aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    error_message = "HTTPS must take TLS 1.2 and 1.3."
  }

  assert {
    condition     = aws_lb_listener.https.default_action[0].fixed_response[0].status_code == "404"
    error_message = "What no service takes must not be found."
  }

  assert {
    condition     = !aws_lb.this.internal && aws_lb.this.subnets == toset(["subnet-1", "subnet-2"])
    error_message = "The load balancer must stand in the public subnets."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.this : name => rule.cidr_ipv4 } == { "0.0.0.0/0 80" = "0.0.0.0/0", "0.0.0.0/0 443" = "0.0.0.0/0" }
    error_message = "Clients must reach ports 80 and 443, and no other."
  }
}

run "stays_inside_when_told" {
  command = plan

  variables {
    internal      = true
    allowed_cidrs = ["10.0.0.0/16"]
  }

  assert {
    condition     = aws_lb.this.internal && aws_lb.this.subnets == toset(["subnet-3", "subnet-4"]) && aws_vpc_security_group_ingress_rule.this["10.0.0.0/16 443"].cidr_ipv4 == "10.0.0.0/16"
    error_message = "The load balancer must stand in the private subnets."
  }
}

run "speaks_ipv6_when_told" {
  command = plan

  variables {
    ipv6 = true
  }

  assert {
    condition     = aws_lb.this.ip_address_type == "dualstack" && keys(aws_route53_record.alias) == ["A", "AAAA"] && aws_vpc_security_group_ingress_rule.this["::/0 443"].cidr_ipv6 == "::/0"
    error_message = "Address, name and door must be there for IPv6."
  }
}

run "writes_its_log" {
  command = plan

  variables {
    log_bucket = { name = "shop-logs" }
  }

  assert {
    condition     = aws_lb.this.access_logs[0].bucket == "shop-logs" && aws_lb.this.access_logs[0].enabled
    error_message = "The log must go to the bucket."
  }
}

run "hands_over_its_listener" {
  command = apply

  assert {
    condition     = output.https_listener_arn == aws_lb_listener.https.arn && output.security_group_id == aws_security_group.this.id
    error_message = "Services must find listener and security group."
  }

  assert {
    condition     = aws_lb_listener.https.certificate_arn == aws_acm_certificate.this[0].arn && startswith(aws_acm_certificate.this[0].arn, "arn:aws:acm:ap-northeast-1:")
    error_message = "The certificate must be of the load balancer's region."
  }

  assert {
    condition     = output.domain_name == "api.shop.example" && output.url == "https://api.shop.example" && output.metric_dimensions == { LoadBalancer = aws_lb.this.arn_suffix }
    error_message = "The other outputs must be those of the load balancer."
  }

  assert {
    condition     = aws_route53_record.alias["A"].alias[0].name == aws_lb.this.dns_name && aws_route53_record.alias["A"].zone_id == data.aws_route53_zone.this.zone_id
    error_message = "The name must lead to the load balancer."
  }
}

run "takes_the_certificate_it_is_given" {
  command = plan

  variables {
    certificate = { arn = "arn:aws:acm:ap-northeast-1:123456789012:certificate/1" }
  }

  assert {
    condition     = aws_lb_listener.https.certificate_arn == "arn:aws:acm:ap-northeast-1:123456789012:certificate/1" && length(aws_acm_certificate.this) == 0 && length(aws_route53_record.validation) == 0
    error_message = "There must be no second certificate."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name          = "a-name-that-is-too-long-for-a-load-balancer"
    zone_name     = "other.example"
    allowed_cidrs = ["10.0.0.0"]
    ssl_policy    = "ELBSecurityPolicy-2016-08"
  }

  expect_failures = [var.name, var.zone_name, var.allowed_cidrs, var.ssl_policy]
}

run "refuses_ipv6_inside" {
  command = plan

  variables {
    internal = true
    ipv6     = true
  }

  expect_failures = [var.ipv6]
}

run "reaches_everything_when_told" {
  command = plan

  variables {
    all_outbound = true
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.all[0].ip_protocol == "-1" && aws_vpc_security_group_egress_rule.all[0].cidr_ipv4 == "0.0.0.0/0"
    error_message = "One rule must open everything."
  }
}
