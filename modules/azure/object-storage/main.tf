locals {
  # Names of accounts are short, have letters and digits only, and are unique in all of Azure. Dashes go; a long name
  # keeps its beginning and ends in a hash of itself.
  compact_name = replace(var.name, "-", "")
  account_name = (
    length(local.compact_name) <= 24
    ? local.compact_name
    : "${substr(local.compact_name, 0, 16)}${substr(sha256(var.name), 0, 8)}"
  )
}

resource "azurerm_storage_account" "this" {
  name                     = local.account_name
  resource_group_name      = var.network.resource_group_name
  location                 = var.network.location
  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = var.replication
  tags                     = var.tags

  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  public_network_access_enabled    = var.public_access
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false

  # Who reads and writes does so by a role; keys of the account would open everything to everybody who has one.
  shared_access_key_enabled       = false
  local_user_enabled              = false
  default_to_oauth_authentication = true

  blob_properties {
    versioning_enabled = var.versioning

    delete_retention_policy {
      days = var.soft_delete_days
    }

    container_delete_retention_policy {
      days = var.soft_delete_days
    }
  }
}

resource "azurerm_storage_container" "this" {
  for_each = toset(var.containers)

  name                  = each.key
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_storage_container_immutability_policy" "this" {
  for_each = toset(var.lock_days == null ? [] : var.containers)

  storage_container_resource_manager_id = azurerm_storage_container.this[each.key].id
  immutability_period_in_days           = var.lock_days
  locked                                = var.lock_mode == "COMPLIANCE"

  # Logs and journals are appended to; nothing that is written changes.
  protected_append_writes_all_enabled = true
}

resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  rule {
    name    = "tidy"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = var.keep_old_versions_days
      }

      dynamic "base_blob" {
        for_each = var.expire_days == null && var.archive_days == null ? [] : [true]

        content {
          delete_after_days_since_modification_greater_than          = var.expire_days
          tier_to_cool_after_days_since_modification_greater_than    = var.archive_class == "Cool" ? var.archive_days : null
          tier_to_cold_after_days_since_modification_greater_than    = var.archive_class == "Cold" ? var.archive_days : null
          tier_to_archive_after_days_since_modification_greater_than = var.archive_class == "Archive" ? var.archive_days : null
        }
      }
    }
  }
}

resource "azurerm_private_endpoint" "this" {
  name                = "${local.account_name}-blob"
  resource_group_name = var.network.resource_group_name
  location            = var.network.location
  subnet_id           = var.network.endpoint_subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "blob"
    private_connection_resource_id = azurerm_storage_account.this.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "blob"
    private_dns_zone_ids = [var.network.private_dns_zone_ids["blob"]]
  }
}

# Without it Azure deletes an account with all that is in it.
resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "keep"
  scope      = azurerm_storage_account.this.id
  lock_level = "CanNotDelete"
  notes      = "Set deletion_protection = false and apply before you delete this account."
}
