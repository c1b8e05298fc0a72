# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "load_balancer_domain_name" {
  description = "Name under which clients reach the load balancer; the certificate is made for it."
  type        = string
}

variable "load_balancer_deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
}

module "load_balancer" {
  source = "../../../../../modules/aws/load-balancer"

  name                = "${var.prefix}-alb"
  network             = module.network
  domain_name         = var.load_balancer_domain_name
  zone_name           = "rainbow-seeker.example"
  deletion_protection = var.load_balancer_deletion_protection
}

output "api_url" {
  description = "Address for clients."
  value       = module.load_balancer.url
}
