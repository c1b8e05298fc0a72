# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "network_nat_per_zone" {
  description = "One NAT gateway in each zone, so that losing a zone loses no other; false shares one."
  type        = bool
}

module "network" {
  source = "../../../../../modules/aws/network"

  name            = "${var.prefix}-vpc"
  cidr            = "10.0.0.0/16"
  zones           = ["ap-northeast-1a", "ap-northeast-1c"]
  private_subnets = ["10.0.1.0/24", "10.0.2.0/24"]
  public_subnets  = ["10.0.101.0/24", "10.0.102.0/24"]
  nat_per_zone    = var.network_nat_per_zone
  vpn_gateway     = true
}
