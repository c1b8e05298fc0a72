output "arn" {
  description = "ARN of the firewall, which a cdn takes as web_acl_arn."
  value       = aws_wafv2_web_acl.this.arn
}

output "metric_dimensions" {
  description = "Dimensions of its metrics in AWS/WAFV2, which are in us-east-1, as alarms want them."
  value       = { WebACL = var.name, Rule = "ALL" }
}
