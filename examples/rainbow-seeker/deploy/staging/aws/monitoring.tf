# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "monitoring_emails" {
  description = "Who is told. Everyone must confirm the first mail."
  type        = list(string)
}

module "monitoring" {
  source = "../../../../../modules/aws/monitoring"

  name   = var.prefix
  emails = var.monitoring_emails

  alarms = {
    db-connections = {
      description = "The database has too many connections."
      namespace   = "AWS/RDS"
      metric      = "DatabaseConnections"
      dimensions  = { DBInstanceIdentifier = module.database.identifier }
      threshold   = 80
    }

    high-cpu = {
      description = "The tasks of the API use too much CPU."
      namespace   = "AWS/ECS"
      metric      = "CPUUtilization"

      dimensions = {
        ClusterName = module.api.cluster_name
        ServiceName = module.api.service_name
      }

      threshold = 80
    }
  }
}
