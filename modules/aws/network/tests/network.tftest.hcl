# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name            = "shop-vpc"
  cidr            = "10.0.0.0/16"
  zones           = ["ap-northeast-1a", "ap-northeast-1c"]
  private_subnets = ["10.0.1.0/24", "10.0.2.0/24"]
  public_subnets  = ["10.0.101.0/24", "10.0.102.0/24"]
}

run "spreads_over_the_zones" {
  command = plan

  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { ap-northeast-1a = "10.0.1.0/24", ap-northeast-1c = "10.0.2.0/24" }
    error_message = "Each zone must have its private subnet."
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { ap-northeast-1a = "10.0.101.0/24", ap-northeast-1c = "10.0.102.0/24" }
    error_message = "Each zone must have its public subnet."
  }

  assert {
    condition     = aws_vpc_endpoint.s3.service_name == "com.amazonaws.ap-northeast-1.s3"
    error_message = "Traffic to S3 must have a way of its own."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.retention_in_days == 90
    error_message = "The flow log must hold all traffic, for 90 days."
  }
}

run "has_a_gateway_in_each_zone_by_default" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == 2 && length(aws_route.nat) == 2
    error_message = "Losing a zone must lose no other."
  }
}

run "shares_a_gateway_when_told" {
  command = plan

  variables {
    nat_per_zone = false
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["ap-northeast-1a"] && length(aws_route.nat) == 2
    error_message = "One gateway must serve both zones."
  }
}

run "can_be_closed" {
  command = plan

  variables {
    nat_gateway = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.nat) == 0 && length(aws_eip.nat) == 0
    error_message = "Without NAT the private subnets must have no way out."
  }
}

run "takes_a_vpn" {
  command = plan

  variables {
    vpn_gateway = true
  }

  assert {
    condition     = length(aws_vpn_gateway.this) == 1
    error_message = "A VPN gateway must be attached."
  }
}

run "gives_out_the_subnets_in_the_order_of_the_zones" {
  command = apply

  variables {
    ipv6        = true
    vpn_gateway = true
  }

  assert {
    condition     = output.private_subnet_ids == [aws_subnet.private["ap-northeast-1a"].id, aws_subnet.private["ap-northeast-1c"].id]
    error_message = "The private subnets must come in the order of the zones."
  }

  assert {
    condition     = output.public_subnet_ids == [aws_subnet.public["ap-northeast-1a"].id, aws_subnet.public["ap-northeast-1c"].id]
    error_message = "The public subnets must come in the order of the zones."
  }

  assert {
    condition     = output.vpc_id == aws_vpc.this.id && output.cidr == "10.0.0.0/16" && keys(output.nat_addresses) == ["ap-northeast-1a", "ap-northeast-1c"]
    error_message = "The other outputs must be those of the VPC."
  }

  assert {
    condition     = aws_route.nat["ap-northeast-1c"].nat_gateway_id == aws_nat_gateway.this["ap-northeast-1c"].id
    error_message = "Each zone must use its own gateway."
  }

  assert {
    condition     = aws_route.internet_ipv6[0].gateway_id == aws_internet_gateway.this.id && aws_subnet.public["ap-northeast-1a"].ipv6_cidr_block != aws_subnet.public["ap-northeast-1c"].ipv6_cidr_block
    error_message = "With IPv6 each public subnet must have its own range, and a route out."
  }

  assert {
    condition     = aws_route_table.private["ap-northeast-1a"].propagating_vgws == toset([aws_vpn_gateway.this[0].id])
    error_message = "The routes of the VPN must be propagated."
  }
}

run "refuses_one_zone" {
  command = plan

  variables {
    zones           = ["ap-northeast-1a"]
    private_subnets = ["10.0.1.0/24"]
    public_subnets  = ["10.0.101.0/24"]
  }

  expect_failures = [var.zones]
}

run "refuses_a_zone_twice" {
  command = plan

  variables {
    zones = ["ap-northeast-1a", "ap-northeast-1a"]
  }

  expect_failures = [var.zones]
}

run "refuses_wrong_ranges" {
  command = plan

  variables {
    cidr = "10.0.0.0"

    flow_log_retention_days = 100

    private_subnets = ["10.0.1.0/24", "10.0.2.0/240"]
    public_subnets  = ["10.0.101.0/24"]
  }

  expect_failures = [var.cidr, var.flow_log_retention_days, var.private_subnets, var.public_subnets]
}
