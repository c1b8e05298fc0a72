terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "name" {
  type = string
}

variable "cidr" {
  type = string

  validation {
    condition     = can(cidrnetmask(var.cidr))
    error_message = "cidr must be a CIDR block."
  }
}

variable "zones" {
  type = list(string)
}

locals {
  subnets = { for place, zone in var.zones : zone => cidrsubnet(var.cidr, 8, place) }
}

data "aws_region" "current" {}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

resource "aws_subnet" "this" {
  for_each = local.subnets

  vpc_id            = aws_vpc.this.id
  availability_zone = "${data.aws_region.current.region}${each.key}"
  cidr_block        = each.value
}

# Two of equal configuration: each must have an id of its own.
resource "aws_eip" "nat" {
  count = 2

  domain = "vpc"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.this.id
  service_name = "com.amazonaws.${data.aws_region.current.region}.s3"
}

# A list of objects that is an attribute, written as blocks.
resource "aws_security_group" "endpoints" {
  name   = "${var.name}-endpoints"
  vpc_id = aws_vpc.this.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

output "vpc_id" {
  value = aws_vpc.this.id
}

output "cidr" {
  value = aws_vpc.this.cidr_block
}

output "subnet_ids" {
  value = [for subnet in aws_subnet.this : subnet.id]
}

output "nat_ids" {
  value = toset(aws_eip.nat[*].id)
}

output "endpoint_zones" {
  value = aws_vpc_endpoint.s3.dns_options[0].dns_record_ip_type
}
