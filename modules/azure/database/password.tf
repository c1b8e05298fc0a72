# Read where the secret is kept, at every run. So there is one copy of the password, and no run that fails half-way can
# leave the server with another one.
ephemeral "azurerm_key_vault_secret" "password" {
  name         = basename(var.password)
  key_vault_id = dirname(dirname(var.password))
}
