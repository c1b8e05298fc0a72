terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.us_east_1]
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

variable "domain_name" {
  type = string
}

variable "environment" {
  type = map(string)
}

resource "aws_security_group" "this" {
  name   = var.name
  vpc_id = var.network.vpc_id
}

resource "aws_s3_bucket" "this" {
  bucket = "${var.name}-site"
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "${aws_s3_bucket.this.arn}/*"
    }]
  })
}

resource "aws_lb_target_group" "this" {
  name        = var.name
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.network.vpc_id

  health_check {
    matcher = "200"
  }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = 30
}

resource "aws_ecs_task_definition" "this" {
  family = var.name
  container_definitions = jsonencode([{
    name        = "site"
    image       = "site:latest"
    environment = [for name, value in var.environment : { name = name, value = value }]
  }])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = 2

  network_configuration {
    subnets         = var.network.subnet_ids
    security_groups = [aws_security_group.this.id]
  }
}

data "aws_route53_zone" "this" {
  name = join(".", slice(split(".", var.domain_name), 1, 3))
}

resource "aws_acm_certificate" "this" {
  provider = aws.us_east_1

  domain_name               = var.domain_name
  subject_alternative_names = ["www.${var.domain_name}"]
  validation_method         = "DNS"
}

# The names of the options must be known while planning.
resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option
  }

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 300
}

output "security_group_id" {
  value = aws_security_group.this.id
}

output "certificate_arn" {
  value = aws_acm_certificate.this.arn
}

output "bucket" {
  value = { arn = aws_s3_bucket.this.arn, tags = aws_s3_bucket.this.tags_all }
}

output "stickiness" {
  value = aws_lb_target_group.this.stickiness[0].enabled
}
