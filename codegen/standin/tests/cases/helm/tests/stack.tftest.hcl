run "knows_the_defaults_of_a_release" {
  command = plan

  assert {
    condition     = output.release.timeout == 300
    error_message = "A default must be known in the plan."
  }

  assert {
    condition     = output.kind == "ConfigMap"
    error_message = "A manifest must be known in the plan."
  }
}

run "makes_up_the_rest" {
  assert {
    condition     = startswith(output.address, "192.0.2.")
    error_message = "A service must have an address."
  }

  assert {
    condition     = output.release.status == "deployed"
    error_message = "A release must be deployed."
  }
}
