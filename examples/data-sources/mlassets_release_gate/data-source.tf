# Reports that CI has put below reports/. Databases and tokens for `queries` and `endpoints` stand in the `gate` block of
# the provider, since the state must not hold them.
data "mlassets_release_gate" "release" {
  max_age_seconds = 4 * 3600

  reports = {
    tests = {
      path   = "${path.root}/reports/pytest.xml"
      format = "junit"
    }
    lint = {
      path   = "${path.root}/reports/ruff.exit"
      format = "exit"
    }
    coverage = {
      path     = "${path.root}/reports/coverage.json"
      format   = "json"
      pointer  = "/totals/percent_covered"
      at_least = 80
    }
  }
}

# What was seen, for a record of the release.
output "evidence_sha256" {
  value = data.mlassets_release_gate.release.evidence_sha256
}
