# Whoever has the URL may write this one object, for a quarter of an hour.
ephemeral "mlassets_presigned_url" "upload" {
  bucket = "ml-assets-core-audit"
  key    = "reports/2025-01-15-v1.json"
  method = "PUT"
}

resource "terraform_data" "report" {
  provisioner "local-exec" {
    command = "echo '{}' | curl --fail --silent --show-error --data-binary @- --request PUT \"$URL\""

    environment = {
      URL = ephemeral.mlassets_presigned_url.upload.url
    }
  }
}
