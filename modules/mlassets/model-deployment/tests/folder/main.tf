# A folder for one run of the tests. It goes when they end.

resource "terraform_data" "folder" {
  input = "/tmp/mlassets-test-${uuid()}"

  provisioner "local-exec" {
    command = "mkdir '${self.output}'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "rm -rf '${self.output}'"
  }

  # uuid() is another one each time, and the folder is to stay.
  lifecycle {
    ignore_changes = [input]
  }
}

output "path" {
  description = "Path of the folder."
  value       = terraform_data.folder.output
}
