# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "cdn_domain_name" {
  description = "Name under which viewers reach the distribution; the certificate is made for it."
  type        = string
}

module "cdn" {
  source = "../../../../../modules/aws/cdn"

  name          = "${var.prefix}-cdn"
  domain_name   = var.cdn_domain_name
  zone_name     = "rainbow-seeker.example"
  bucket        = { domain_name = module.assets.domain_name }
  load_balancer = module.load_balancer
}

output "site_url" {
  description = "Address for viewers."
  value       = module.cdn.url
}
