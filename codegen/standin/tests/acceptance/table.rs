//! The planted mistakes.

/// Who finds a mistake, in the order in which the commands run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `terraform init`.
    Init,
    /// `terraform validate`.
    Validate,
    /// `terraform plan`.
    Plan,
    /// `terraform plan`, with a warning only.
    Warning,
    /// The service, once it is asked; or it is no mistake.
    Nobody,
}

/// One text in one file, and what is said of it when it is another one.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) what: &'static str,
    pub(crate) case: &'static str,
    pub(crate) file: &'static str,
    pub(crate) old: &'static str,
    pub(crate) new: &'static str,
    pub(crate) by: By,
    pub(crate) says: &'static str,
}

pub(crate) const MISTAKES: &[Mistake] = &[
    Mistake {
        what: "unknown argument",
        case: "aws",
        file: "modules/database/main.tf",
        old: "multi_az               = true",
        new: "multi_azs              = true",
        by: By::Validate,
        says: r#"An argument named "multi_azs" is not expected here. Did you mean "multi_az"?"#,
    },
    Mistake {
        what: "unknown argument in a nested block",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"matcher = "200""#,
        new: r#"matchers = "200""#,
        by: By::Validate,
        says: r#"An argument named "matchers" is not expected here. Did you mean "matcher"?"#,
    },
    Mistake {
        what: "list for a string",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"bucket = "${var.name}-site""#,
        new: r#"bucket = ["site"]"#,
        by: By::Validate,
        says: r#"Inappropriate value for attribute "bucket": string required"#,
    },
    Mistake {
        what: "text for a number",
        case: "aws",
        file: "modules/site/main.tf",
        old: "retention_in_days = 30",
        new: r#"retention_in_days = "a month""#,
        by: By::Validate,
        says: r#"Inappropriate value for attribute "retention_in_days": a number is required"#,
    },
    Mistake {
        what: "missing required argument",
        case: "aws",
        file: "modules/database/main.tf",
        old: r#"  instance_class         = "db.t4g.micro"
"#,
        new: "",
        by: By::Validate,
        says: r#"The argument "instance_class" is required, but no definition was found."#,
    },
    Mistake {
        what: "required argument that is null",
        case: "aws",
        file: "modules/network/main.tf",
        old: "  vpc_id       = aws_vpc.this.id",
        new: "  vpc_id       = null",
        by: By::Validate,
        says: r#"The argument "vpc_id" is required, but its value is null."#,
    },
    Mistake {
        what: "missing required block",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"
  versioning_configuration {
    status = "Enabled"
  }
"#,
        new: "",
        by: By::Validate,
        says: r#"At least 1 "versioning_configuration" blocks are required."#,
    },
    Mistake {
        what: "too many blocks",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"  health_check {
    matcher = "200"
  }"#,
        new: r#"  health_check {
    matcher = "200"
  }

  health_check {
    matcher = "300"
  }"#,
        by: By::Validate,
        says: r#"No more than 1 "health_check" blocks are allowed"#,
    },
    Mistake {
        what: "block instead of an attribute",
        case: "helm",
        file: "main.tf",
        old: r#"  set = [
    { name = "server.replicaCount", value = "2" },
    { name = "server.image", value = "prometheus", type = "string" },
  ]"#,
        new: r#"  set {
    name  = "server.replicaCount"
    value = "2"
  }"#,
        by: By::Validate,
        says: r#"Blocks of type "set" are not expected here. Did you mean to define argument "set"?"#,
    },
    Mistake {
        what: "attribute instead of a block",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"  versioning_configuration {
    status = "Enabled"
  }"#,
        new: r#"  versioning_configuration = [{ status = "Enabled" }]"#,
        by: By::Validate,
        says: r#"At least 1 "versioning_configuration" blocks are required."#,
    },
    Mistake {
        what: "object that lacks members",
        case: "aws",
        file: "modules/network/main.tf",
        old: r#"  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }"#,
        new: r#"  egress = [{ from_port = 0, to_port = 0, protocol = "-1" }]"#,
        by: By::Validate,
        says: r#"Inappropriate value for attribute "egress""#,
    },
    Mistake {
        what: "reference to a resource that is not there",
        case: "aws",
        file: "modules/database/main.tf",
        old: "[aws_security_group.this.id]",
        new: "[aws_security_group.dbx.id]",
        by: By::Validate,
        says: r#"A managed resource "aws_security_group" "dbx" has not been declared"#,
    },
    Mistake {
        what: "reference to an attribute that is not there",
        case: "aws",
        file: "modules/database/main.tf",
        old: "value = aws_db_instance.this.port",
        new: "value = aws_db_instance.this.ports",
        by: By::Validate,
        says: r#"This object has no argument, nested block, or exported attribute named "ports"."#,
    },
    Mistake {
        what: "output that a module does not have",
        case: "aws",
        file: "main.tf",
        old: "module.database.host",
        new: "module.database.hostname",
        by: By::Validate,
        says: r#"This object does not have an attribute named "hostname"."#,
    },
    Mistake {
        what: "output that a module is asked for",
        case: "aws",
        file: "modules/network/main.tf",
        old: r#"output "subnet_ids""#,
        new: r#"output "subnets""#,
        by: By::Validate,
        says: r#"attribute "subnet_ids" is required"#,
    },
    Mistake {
        what: "output of the wrong type",
        case: "aws",
        file: "modules/network/main.tf",
        old: "[for subnet in aws_subnet.this : subnet.id]",
        new: "{ for zone, subnet in aws_subnet.this : zone => { id = subnet.id } }",
        by: By::Plan,
        says: r#"attribute "subnet_ids": list of string required"#,
    },
    Mistake {
        what: "two resources of one name",
        case: "aws",
        file: "modules/network/main.tf",
        old: r#"resource "aws_vpc_endpoint" "s3""#,
        new: r#"resource "aws_vpc" "this" {}

resource "aws_vpc_endpoint" "s3""#,
        by: By::Init,
        says: r#"A aws_vpc resource named "this" was already declared"#,
    },
    Mistake {
        what: "count of something unknown",
        case: "aws",
        file: "modules/network/main.tf",
        old: "count = 2",
        new: "count = length(aws_vpc.this.id)",
        by: By::Plan,
        says: r#"The "count" value depends on resource attributes that cannot be determined until apply"#,
    },
    Mistake {
        what: "for_each over something unknown",
        case: "aws",
        file: "modules/network/main.tf",
        old: "for_each = local.subnets",
        new: "for_each = toset([aws_vpc.this.id])",
        by: By::Plan,
        says: r#"The "for_each" set includes values derived from resource attributes that cannot be determined"#,
    },
    Mistake {
        what: "ephemeral value in an ordinary argument",
        case: "aws",
        file: "modules/database/main.tf",
        old: r"password_wo            = ephemeral.random_password.admin.result
  password_wo_version    = 1",
        new: "password               = ephemeral.random_password.admin.result",
        by: By::Validate,
        says: "Ephemeral values are not valid",
    },
    Mistake {
        what: "output of a secret that is not marked",
        case: "aws",
        file: "main.tf",
        old: r"  value     = module.database
  sensitive = true",
        new: "  value = module.database",
        by: By::Plan,
        says: "Output refers to sensitive values",
    },
    Mistake {
        what: "for_each over a secret",
        case: "aws",
        file: "modules/network/main.tf",
        old: "for_each = local.subnets",
        new: r#"for_each = toset([sensitive("a")])"#,
        by: By::Validate,
        says: "Sensitive values",
    },
    Mistake {
        what: "cycle of resources",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"resource "aws_ecs_cluster" "this" {
  name = var.name"#,
        new: r#"resource "aws_ecs_cluster" "this" {
  name = aws_ecs_service.this.name"#,
        by: By::Validate,
        says: "Cycle:",
    },
    Mistake {
        what: "cycle by depends_on of a module",
        case: "aws",
        file: "main.tf",
        old: r"  allowed_groups = { site = module.site.security_group_id }
",
        new: r"  allowed_groups = { site = module.site.security_group_id }

  depends_on = [module.site]
",
        by: By::Validate,
        says: "Cycle:",
    },
    Mistake {
        what: "alias that no provider has",
        case: "aws",
        file: "main.tf",
        old: "aws.us_east_1 = aws.us_east_1",
        new: "aws.us_east_1 = aws.us_west_1",
        by: By::Validate,
        says: "us_west_1",
    },
    Mistake {
        what: "providers that are not handed over",
        case: "aws",
        file: "main.tf",
        old: r"  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }
",
        new: "",
        by: By::Init,
        says: r#"The child module requires an additional configuration for provider hashicorp/aws, with the local name "aws.us_east_1""#,
    },
    Mistake {
        what: "variable that a module lacks",
        case: "aws",
        file: "main.tf",
        old: r#"  cidr  = "10.20.0.0/16"
"#,
        new: "",
        by: By::Init,
        says: r#"The argument "cidr" is required, but no definition was found."#,
    },
    Mistake {
        what: "variable that a module does not have",
        case: "aws",
        file: "main.tf",
        old: r#"  cidr  = "10.20.0.0/16"
"#,
        new: r#"  cidr  = "10.20.0.0/16"
  extra = 1
"#,
        by: By::Init,
        says: r#"An argument named "extra" is not expected here."#,
    },
    Mistake {
        what: "variable without a value",
        case: "aws",
        file: "dev.tfvars",
        old: r#"domain_name = "shop.example.com"
"#,
        new: "",
        by: By::Plan,
        says: r#"The root module input variable "domain_name" is not set"#,
    },
    Mistake {
        what: "value of a variable that is not there",
        case: "aws",
        file: "dev.tfvars",
        old: r#"domain_name = "shop.example.com"
"#,
        new: r#"domain_name = "shop.example.com"
domain = "x"
"#,
        by: By::Warning,
        says: r#"The root module does not declare a variable named "domain""#,
    },
    Mistake {
        what: "value that a validation refuses",
        case: "aws",
        file: "dev.tfvars",
        old: r#""dev""#,
        new: r#""qa""#,
        by: By::Plan,
        says: "environment must be dev, staging or prod.",
    },
    Mistake {
        what: "key that a map does not have",
        case: "aws",
        file: "modules/network/main.tf",
        old: "value = aws_vpc_endpoint.s3.dns_options[0].dns_record_ip_type",
        new: r#"value = aws_subnet.this["z"].id"#,
        by: By::Plan,
        says: "The given key does not identify an element in this collection value.",
    },
    Mistake {
        what: "type that no provider has",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"resource "aws_ecs_cluster" "this""#,
        new: r#"resource "aws_ecs_klusterr" "that" {}

resource "aws_ecs_cluster" "this""#,
        by: By::Validate,
        // Terraform suggests the first name that is near enough, in no order: only one may be.
        says: r#"The provider hashicorp/aws does not support resource type "aws_ecs_klusterr". Did you mean "aws_ecs_cluster"?"#,
    },
    Mistake {
        what: "argument that only the provider sets",
        case: "aws",
        file: "modules/network/main.tf",
        old: r#"resource "aws_vpc" "this" {
"#,
        new: r#"resource "aws_vpc" "this" {
  arn = "x"
"#,
        by: By::Validate,
        says: "Its value is what the provider finds, so it cannot be configured. Leave it out.",
    },
    Mistake {
        what: "policy that is no JSON",
        case: "aws",
        file: "modules/site/main.tf",
        old: r#"policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "${aws_s3_bucket.this.arn}/*"
    }]
  })"#,
        new: r#"policy = "{deny}""#,
        by: By::Validate,
        says: "The text is not a JSON document",
    },
    Mistake {
        what: "range that is none",
        case: "aws",
        file: "main.tf",
        old: r#""10.20.0.0/16""#,
        new: r#""10.20.0.0/33""#,
        by: By::Validate,
        says: "cidr must be a CIDR block.",
    },
    Mistake {
        what: "range that is none, in a resource",
        case: "aws",
        file: "modules/network/main.tf",
        old: "cidr_block           = var.cidr",
        new: r#"cidr_block           = "10.20.0.0""#,
        by: By::Validate,
        says: r#"Expected an address range such as 10.0.0.0/16, found "10.20.0.0"."#,
    },
    Mistake {
        what: "password twice",
        case: "aws",
        file: "modules/database/main.tf",
        old: "  password_wo_version    = 1",
        new: r#"  password_wo_version    = 1
  password               = "hunter2""#,
        by: By::Plan,
        says: "Only one of `password`, `password_wo` can be set.",
    },
    Mistake {
        what: "block that is not closed",
        case: "aws",
        file: "modules/network/main.tf",
        old: r#"resource "aws_vpc" "this" {"#,
        new: r#"resource "aws_vpc" "this" {
  timeouts {"#,
        by: By::Init,
        says: "Unclosed configuration block",
    },
    Mistake {
        what: "provider without its features",
        case: "azure",
        file: "main.tf",
        old: "\n  features {}\n",
        new: "",
        by: By::Validate,
        says: r#"At least 1 "features" blocks are required."#,
    },
    Mistake {
        what: "version that the mirror does not have",
        case: "aws",
        file: "main.tf",
        old: r#"version = "~> 6.0""#,
        new: r#"version = "~> 7.0""#,
        by: By::Init,
        says: "does not match configured version constraint ~> 7.0",
    },
    Mistake {
        what: "local that is not there",
        case: "aws",
        file: "modules/network/main.tf",
        old: "for_each = local.subnets",
        new: "for_each = local.subnet",
        by: By::Validate,
        says: r#"A local value with the name "subnet" has not been declared. Did you mean "subnets"?"#,
    },
    Mistake {
        what: "instance class that does not exist",
        case: "aws",
        file: "modules/database/main.tf",
        old: r#""db.t4g.micro""#,
        new: r#""db.t99.micro""#,
        by: By::Nobody,
        says: "",
    },
    Mistake {
        what: "name of the wrong length",
        case: "aws",
        file: "modules/site/main.tf",
        old: r"  name        = var.name
",
        new: r#"  name        = "a-name-that-is-longer-than-the-32-characters-of-elb"
"#,
        by: By::Nobody,
        says: "",
    },
    Mistake {
        what: "subnet outside of its network",
        case: "aws",
        file: "modules/network/main.tf",
        old: "cidr_block        = each.value",
        new: r#"cidr_block        = "192.168.${index(keys(local.subnets), each.key)}.0/24""#,
        by: By::Nobody,
        says: "",
    },
    Mistake {
        what: "write-only value read back",
        case: "aws",
        file: "modules/database/main.tf",
        old: "value = aws_db_instance.this.port",
        new: "value = aws_db_instance.this.password_wo == null ? 1 : 2",
        by: By::Nobody,
        says: "",
    },
];
