# Expressions that take values apart: what is made up must have the form of the real thing.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

provider "azurerm" {
  features {}
}

data "aws_availability_zones" "all" {}

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}

data "aws_iam_policy_document" "empty" {}

data "aws_subnets" "all" {}

data "aws_vpc" "default" {
  default = true
}

data "aws_ssm_parameter" "given" {
  name = "/given"
}

data "azurerm_subscription" "current" {}

resource "aws_eip" "twin" {
  count = 2

  domain = "vpc"
}

resource "aws_ecr_repository" "this" {
  name = "shop/api"
}

resource "aws_db_instance" "this" {
  identifier     = "shop"
  instance_class = "db.t4g.micro"
}

resource "aws_eks_cluster" "this" {
  name     = "shop"
  role_arn = "arn:aws:iam::123456789012:role/eks"

  vpc_config {
    subnet_ids = slice(data.aws_subnets.all.ids, 0, 2)
  }
}

resource "aws_iam_role" "this" {
  name_prefix        = "shop-"
  assume_role_policy = data.aws_iam_policy_document.empty.json
}

resource "aws_acm_certificate" "this" {
  domain_name       = "shop.example.com"
  validation_method = "DNS"
}

resource "aws_s3_bucket" "this" {
  bucket_prefix = "shop-"
}

resource "aws_lb_target_group" "this" {
  name     = "shop"
  port     = 80
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.default.id
}

resource "aws_route53_zone" "this" {
  name = "example.com"
}

resource "aws_kms_key" "this" {}

resource "aws_vpc" "this" {
  cidr_block = "10.1.0.0/16"
}

resource "random_integer" "this" {
  min = 7
  max = 9
}

resource "random_id" "this" {
  byte_length = 8
}

resource "random_uuid" "this" {}
