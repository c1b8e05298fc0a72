terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    random = {
      source = "hashicorp/random"
    }
  }
}

variable "name" {
  type = string
}

variable "network" {
  type = object({
    vpc_id     = string
    subnet_ids = list(string)
  })
}

variable "allowed_groups" {
  type = map(string)
}

ephemeral "random_password" "admin" {
  length = 20
}

resource "random_password" "reader" {
  length  = 16
  special = false
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.network.subnet_ids
}

resource "aws_security_group" "this" {
  name   = "${var.name}-db"
  vpc_id = var.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.allowed_groups

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = aws_db_instance.this.port
  to_port                      = aws_db_instance.this.port
}

resource "aws_db_instance" "this" {
  identifier             = var.name
  engine                 = "postgres"
  instance_class         = "db.t4g.micro"
  allocated_storage      = 20
  multi_az               = true
  username               = "admin"
  password_wo            = ephemeral.random_password.admin.result
  password_wo_version    = 1
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  skip_final_snapshot    = true
}

resource "aws_ssm_parameter" "reader" {
  name             = "/${var.name}/reader"
  type             = "SecureString"
  value_wo         = random_password.reader.result
  value_wo_version = 1
}

output "host" {
  value = split(":", aws_db_instance.this.endpoint)[0]
}

output "port" {
  value = aws_db_instance.this.port
}

output "reader" {
  value     = random_password.reader.result
  sensitive = true
}
