# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

module "uploads" {
  source = "../../../../../modules/aws/object-storage"

  name = "${var.prefix}-uploads"
}
