# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

module "backups" {
  source = "../../../../../modules/aws/object-storage"

  name        = "${var.prefix}-backups"
  expire_days = 30
}
