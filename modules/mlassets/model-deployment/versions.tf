terraform {
  required_version = ">= 1.11"

  required_providers {
    mlassets = {
      source  = "mlassets/mlassets"
      version = "~> 0.1"
    }
  }
}
