terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.0"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "environment" {
  type = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "domain_name" {
  type = string
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      System      = "shop"
      Environment = var.environment
    }
  }
}

# CloudFront takes certificates of this region only.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

module "network" {
  source = "./modules/network"

  name  = "shop"
  cidr  = "10.20.0.0/16"
  zones = ["a", "b"]
}

module "database" {
  source = "./modules/database"

  name           = "shop"
  network        = module.network
  allowed_groups = { site = module.site.security_group_id }
}

# The site knows the database and the database knows the site: outputs cross.
module "site" {
  source    = "./modules/site"
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  name        = "shop"
  network     = module.network
  domain_name = var.domain_name
  environment = { DB_HOST = module.database.host, DB_PORT = tostring(module.database.port) }
}

output "database" {
  value     = module.database
  sensitive = true
}

output "site" {
  value = module.site
}
