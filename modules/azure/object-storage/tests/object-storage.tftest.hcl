# Runs without a cloud, on the stand-in provider.

provider "azurerm" {
  features {}
}

variables {
  name = "shop-production-uploads-of-customers"

  network = {
    resource_group_name  = "shop"
    location             = "japaneast"
    database_subnet_id   = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/databases"
    endpoint_subnet_id   = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/endpoints"
    container_subnet_id  = "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop/subnets/containers"
    open_ports           = [443, 1433, 5432, 6380, 10000]
    private_dns_zone_ids = { postgres = "zone-postgres", mssql = "zone-mssql", redis = "zone-redis", managed_redis = "zone-managed", blob = "zone-blob", vault = "zone-vault" }
  }
}

run "is_safe_by_default" {
  command = plan

  assert {
    condition     = !azurerm_storage_account.this.public_network_access_enabled && !azurerm_storage_account.this.allow_nested_items_to_be_public && !azurerm_storage_account.this.shared_access_key_enabled
    error_message = "The account must be private and have no keys."
  }

  assert {
    condition     = azurerm_storage_account.this.https_traffic_only_enabled && azurerm_storage_account.this.min_tls_version == "TLS1_2"
    error_message = "Clients must use TLS 1.2."
  }

  assert {
    condition     = azurerm_storage_account.this.account_replication_type == "GZRS" && azurerm_storage_account.this.blob_properties[0].versioning_enabled
    error_message = "Objects must be copied to the paired region, and old versions kept."
  }

  assert {
    condition     = azurerm_management_lock.this[0].lock_level == "CanNotDelete" && azurerm_storage_container.this["objects"].container_access_type == "private"
    error_message = "Azure must refuse to delete the account, and its container must be private."
  }
}

run "cuts_a_long_name" {
  command = plan

  assert {
    condition     = startswith(azurerm_storage_account.this.name, "shopproductionup") && length(azurerm_storage_account.this.name) == 24
    error_message = "A long name must be cut to 24 characters."
  }
}

run "keeps_a_short_name" {
  command = plan

  variables {
    name = "shop-uploads"
  }

  assert {
    condition     = azurerm_storage_account.this.name == "shopuploads"
    error_message = "A short name only loses its dashes."
  }
}

run "deletes_what_is_old" {
  command = plan

  variables {
    expire_days            = 30
    keep_old_versions_days = 7
  }

  assert {
    condition     = azurerm_storage_management_policy.this.rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == 30 && azurerm_storage_management_policy.this.rule[0].actions[0].version[0].delete_after_days_since_creation == 7
    error_message = "Objects must go after 30 days, old versions after 7."
  }
}

run "moves_what_is_old_to_a_cheaper_tier" {
  command = plan

  variables {
    archive_days = 90
  }

  assert {
    condition     = azurerm_storage_management_policy.this.rule[0].actions[0].base_blob[0].tier_to_cold_after_days_since_modification_greater_than == 90
    error_message = "Objects must move to the cold tier after 90 days."
  }

  assert {
    condition     = azurerm_storage_management_policy.this.rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == null
    error_message = "Objects must be kept."
  }
}

run "can_be_locked_for_governance" {
  command = plan

  variables {
    lock_days = 30
    lock_mode = "GOVERNANCE"
  }

  assert {
    condition     = !azurerm_storage_container_immutability_policy.this["objects"].locked
    error_message = "Administrators must be able to lift the lock."
  }
}

run "can_be_immutable" {
  command = apply

  variables {
    containers = ["journal", "audit"]
    lock_days  = 2555
  }

  assert {
    condition     = azurerm_storage_container_immutability_policy.this["audit"].immutability_period_in_days == 2555 && azurerm_storage_container_immutability_policy.this["audit"].locked
    error_message = "Every container must be locked for the days that are given."
  }

  assert {
    condition     = azurerm_storage_container_immutability_policy.this["journal"].storage_container_resource_manager_id == azurerm_storage_container.this["journal"].id
    error_message = "Each policy must be that of its container."
  }
}

run "gives_out_what_others_need" {
  command = apply

  assert {
    condition     = output.id == azurerm_storage_account.this.id && output.name == azurerm_storage_account.this.name && output.container_names == tolist(["objects"])
    error_message = "The outputs must name the account and its containers."
  }

  assert {
    condition     = "${output.url}/" == azurerm_storage_account.this.primary_blob_endpoint && output.domain_name == azurerm_storage_account.this.primary_blob_host
    error_message = "The outputs must give the address of the blobs."
  }

  assert {
    condition     = azurerm_private_endpoint.this.private_service_connection[0].private_connection_resource_id == azurerm_storage_account.this.id && length(azurerm_storage_container_immutability_policy.this) == 0
    error_message = "The endpoint must lead to the account, and nothing may be immutable unasked."
  }
}

run "refuses_wrong_values" {
  command = plan

  variables {
    name                   = "Shop.Uploads"
    containers             = ["Uploads"]
    replication            = "zrs"
    lock_mode              = "WORM"
    keep_old_versions_days = 0
    soft_delete_days       = 0
    lock_days              = 0
  }

  expect_failures = [
    var.name,
    var.containers,
    var.replication,
    var.keep_old_versions_days,
    var.soft_delete_days,
    var.lock_days,
    var.lock_mode,
  ]
}

run "refuses_values_that_do_not_fit_together" {
  command = plan

  variables {
    lock_days     = 30
    expire_days   = 7
    archive_days  = 5
    archive_class = "Archive"
  }

  expect_failures = [var.lock_days, var.archive_class]
}

run "refuses_a_tier_that_azure_has_not" {
  command = plan

  variables {
    archive_class = "GLACIER_IR"
  }

  expect_failures = [var.archive_class]
}
