run "every_value_has_its_form" {
  assert {
    condition     = length(toset(aws_eip.twin[*].id)) == 2
    error_message = "Ids of equal things differ."
  }

  assert {
    condition     = can(jsondecode(data.aws_iam_policy_document.empty.json).Statement)
    error_message = "A policy is JSON."
  }

  assert {
    condition     = jsondecode(data.aws_ssm_parameter.given.value).size == 3
    error_message = "The user decides what a parameter holds."
  }

  assert {
    condition     = aws_db_instance.this.engine_version == "17.4"
    error_message = "The user decides what a version is."
  }

  assert {
    condition     = data.aws_availability_zones.all.names == tolist(["eu-west-1a", "eu-west-1b", "eu-west-1c"])
    error_message = "There are three zones."
  }

  assert {
    condition     = data.aws_caller_identity.me.account_id == "123456789012"
    error_message = "The account is fixed."
  }

  assert {
    condition     = data.aws_partition.here.dns_suffix == "amazonaws.com"
    error_message = "The partition is the ordinary one."
  }

  assert {
    condition     = length(data.aws_subnets.all.ids) == 3
    error_message = "There are subnets to slice."
  }

  assert {
    condition     = can(cidrsubnet(data.aws_vpc.default.cidr_block, 4, 1))
    error_message = "A range can be divided."
  }

  assert {
    condition     = can(tonumber(split(":", aws_db_instance.this.endpoint)[1]))
    error_message = "An endpoint has a port."
  }

  assert {
    condition     = split(":", aws_db_instance.this.endpoint)[0] == aws_db_instance.this.address
    error_message = "The endpoint is made of the address."
  }

  assert {
    condition     = split("/", aws_ecr_repository.this.repository_url)[0] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    error_message = "A repository has a registry."
  }

  assert {
    condition     = can(base64decode(aws_eks_cluster.this.certificate_authority[0].data))
    error_message = "A certificate is Base64."
  }

  assert {
    condition     = startswith(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
    error_message = "An issuer is an URL."
  }

  assert {
    condition     = can(tonumber(split(".", aws_eks_cluster.this.version)[1]))
    error_message = "A version has parts."
  }

  assert {
    condition     = can(timeadd(aws_acm_certificate.this.not_after, "24h"))
    error_message = "A time can be added to."
  }

  assert {
    condition     = aws_acm_certificate.this.arn == aws_acm_certificate.this.id
    error_message = "An id that is an ARN is the same ARN."
  }

  assert {
    condition     = startswith(aws_iam_role.this.name, "shop-")
    error_message = "A name begins with its prefix."
  }

  assert {
    condition     = startswith(aws_s3_bucket.this.bucket, "shop-") && aws_s3_bucket.this.arn == "arn:aws:s3:::${aws_s3_bucket.this.bucket}"
    error_message = "A bucket begins with its prefix."
  }

  assert {
    condition     = startswith(aws_iam_role.this.arn, "arn:aws:iam::123456789012:role/")
    error_message = "A role has no region."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].enabled
    error_message = "A block that the provider fills in is there."
  }

  assert {
    condition     = aws_lb_target_group.this.arn_suffix == join(":", slice(split(":", aws_lb_target_group.this.arn), 5, 6))
    error_message = "The suffix is that of the ARN."
  }

  assert {
    condition     = length(aws_route53_zone.this.name_servers) == 4
    error_message = "A zone has four servers."
  }

  assert {
    condition     = aws_kms_key.this.arn == "arn:aws:kms:eu-west-1:123456789012:key/${aws_kms_key.this.key_id}"
    error_message = "An ARN is made of the id."
  }

  assert {
    condition     = aws_vpc.this.region == "eu-west-1"
    error_message = "The region is that of the provider."
  }

  assert {
    condition     = can(regex("^vpc-[0-9a-f]{17}$", aws_vpc.this.id))
    error_message = "An id has its form."
  }

  assert {
    condition     = random_integer.this.result >= 7 && random_integer.this.result <= 9
    error_message = "A number is in its range."
  }

  assert {
    condition     = can(parseint(random_id.this.hex, 16))
    error_message = "Digits are digits."
  }

  assert {
    condition     = can(regex("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$", random_uuid.this.result))
    error_message = "A UUID is one."
  }

  assert {
    condition     = data.azurerm_subscription.current.id == "/subscriptions/${data.azurerm_subscription.current.subscription_id}"
    error_message = "A subscription has no group."
  }
}
