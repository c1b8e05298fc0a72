run "makes_up_what_azure_decides" {
  variables {
    admin_password = "a-Password-of-the-tests"
  }

  assert {
    condition = (output.server.id ==
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/shop/providers/Microsoft.Sql/servers/shop")
    error_message = "An id must be the path of the thing."
  }

  assert {
    condition     = output.server.host == "shop.database.windows.net"
    error_message = "A host must look like one."
  }

  assert {
    condition     = can(regex("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$", output.principal_id))
    error_message = "A principal must be a UUID."
  }

  assert {
    condition     = output.versioning == false
    error_message = "A block that the provider fills in must be there."
  }
}
