# Written by mlgen. Change mlgen.yaml or configs/ and run `mlgen render`.

variable "api_desired_count" {
  description = "Tasks to run; with autoscaling, the fewest."
  type        = number
}

variable "api_max_count" {
  description = "Most tasks that autoscaling may run; null switches autoscaling off."
  type        = number
}

variable "api_target_cpu" {
  description = "CPU use that autoscaling aims at, in percent."
  type        = number
}

variable "api_log_retention_days" {
  description = "Days to keep logs."
  type        = number
}

variable "firebase_project_id" {
  description = "Project that sends push notifications."
  type        = string
}

variable "image_tag" {
  description = "Commit that built the image of the API."
  type        = string
}

module "api" {
  source = "../../../../../modules/aws/service"

  name                = "${var.prefix}-api"
  container_name      = "api"
  cluster_name        = "${var.prefix}-cluster"
  security_group_name = "${var.prefix}-ecs-sg"
  network             = module.network
  load_balancer       = module.load_balancer

  connect = {
    cache    = module.cache
    database = module.database
  }

  buckets   = { uploads = module.uploads }
  image_tag = var.image_tag
  port      = 3000
  cpu       = 512
  memory    = 1024

  environment = {
    DB_HOST             = module.database.host
    DB_NAME             = module.database.database_name
    DB_PORT             = module.database.port
    DB_USER             = module.database.username
    FIREBASE_PROJECT_ID = var.firebase_project_id
    NODE_ENV            = "production"
    PORT                = "3000"
    REDIS_HOST          = module.cache.host
  }

  secrets = {
    DB_PASSWORD     = module.database.password
    JWT_SECRET      = module.secrets.references["jwt_secret"]
    WEATHER_API_KEY = module.secrets.references["weather_api_key"]
  }

  parameter_path     = "/rainbow-seeker/${var.environment}"
  desired_count      = var.api_desired_count
  max_count          = var.api_max_count
  target_cpu         = var.api_target_cpu
  log_retention_days = var.api_log_retention_days
}

output "api_repository" {
  description = "Where to push images."
  value       = module.api.repository_url
}
