# A folder for one run of the tests, with files to publish. It goes when they end.

resource "terraform_data" "folder" {
  input = "/tmp/mlassets-test-${uuid()}"

  provisioner "local-exec" {
    command = "mkdir -p '${self.output}/store' '${self.output}/a' && printf one > '${self.output}/a/ai1.pkl' && printf two > '${self.output}/a/theta.yaml'"
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
