output "arn" {
  description = "ARN of the certificate, known once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "domain_name" {
  description = "First name on the certificate."
  value       = var.domain_name
}

output "zone_id" {
  description = "Id of the hosted zone, for records beside the certificate."
  value       = data.aws_route53_zone.this.zone_id
}
