# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

module "assets" {
  source = "../../../../../modules/aws/object-storage"

  name = "${var.prefix}-assets"
}
