locals {
  names = distinct(concat([var.domain_name], var.alternative_names))

  # A wildcard and the domain under it are proved by one and the same record.
  proofs = toset([for name in local.names : trimprefix(name, "*.")])

  options = {
    for option in aws_acm_certificate.this.domain_validation_options :
    trimprefix(option.domain_name, "*.") => option...
  }
}

data "aws_route53_zone" "this" {
  name = var.zone_name
}

resource "aws_acm_certificate" "this" {
  region                    = var.region
  domain_name               = var.domain_name
  subject_alternative_names = length(var.alternative_names) == 0 ? null : var.alternative_names
  validation_method         = "DNS"
  tags                      = { Name = var.domain_name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.proofs

  zone_id = data.aws_route53_zone.this.zone_id
  name    = local.options[each.key][0].resource_record_name
  type    = local.options[each.key][0].resource_record_type
  records = [local.options[each.key][0].resource_record_value]
  ttl     = 300

  # The same domain in another region is proved by the same record.
  allow_overwrite = true
}

# Waits until ACM has seen the records: who uses this ARN gets a certificate that works.
resource "aws_acm_certificate_validation" "this" {
  region                  = var.region
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for proof in local.proofs : aws_route53_record.validation[proof].fqdn]
}
