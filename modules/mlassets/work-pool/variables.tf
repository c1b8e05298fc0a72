variable "name" {
  description = "Name of the work pool, unique in the workspace of Prefect."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) > 0 && !startswith(lower(var.name), "prefect") && can(regex("^[^/%&><]+$", var.name))
    error_message = "name must be a text without / % & > <, and must not begin with prefect, which Prefect keeps for itself."
  }
}

variable "type" {
  description = "Kind of worker that serves the pool: kubernetes, process, docker, ecs and others. Another type is another pool."
  type        = string
  nullable    = false
  default     = "kubernetes"
}

variable "description" {
  description = "What the pool is for."
  type        = string
  default     = null
}

variable "paused" {
  description = "Whether flow runs are held back."
  type        = bool
  nullable    = false
  default     = false
}

variable "concurrency_limit" {
  description = "Most flow runs of the pool that may run at once; null for no limit."
  type        = number
  default     = null

  validation {
    condition     = var.concurrency_limit == null ? true : var.concurrency_limit >= 0 && floor(var.concurrency_limit) == var.concurrency_limit
    error_message = "concurrency_limit must be a whole number from 0."
  }
}

variable "queues" {
  description = "Queues of the pool, by their names. The queue with priority 1 comes first, one without a priority last. The queue named default is Prefect's own and is taken over."

  type = map(object({
    description       = optional(string)
    paused            = optional(bool, false)
    concurrency_limit = optional(number)
    priority          = optional(number)
  }))

  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for name in keys(var.queues) : can(regex("^[^/%&><]+$", name))])
    error_message = "queues must have names without / % & > <."
  }

  validation {
    condition     = alltrue([for queue in values(var.queues) : queue.priority == null ? true : queue.priority >= 1 && floor(queue.priority) == queue.priority])
    error_message = "queues must have priorities that are whole numbers from 1."
  }

  # Prefect moves the older of two equals back, and each plan after that would show a difference.
  validation {
    condition     = length(compact([for queue in values(var.queues) : queue.priority])) == length(distinct(compact([for queue in values(var.queues) : queue.priority])))
    error_message = "queues must have different priorities."
  }

  validation {
    condition     = alltrue([for queue in values(var.queues) : queue.concurrency_limit == null ? true : queue.concurrency_limit >= 0])
    error_message = "queues must have concurrency limits from 0."
  }
}

variable "base_job_template" {
  description = "Template of the jobs that run flows, as JSON with job_configuration and variables; null for the template of the type."
  type        = string
  default     = null

  validation {
    condition     = var.base_job_template == null ? true : can(jsondecode(var.base_job_template).job_configuration) && can(jsondecode(var.base_job_template).variables)
    error_message = "base_job_template must be JSON with job_configuration and variables."
  }
}

variable "deployment_pause" {
  description = "Holds all deployments of the pool back, with the reason and the ticket that people find; null lets exactly those go again that it held back."

  type = object({
    reason = optional(string)
    ticket = optional(string)
  })

  default = null
}

variable "signals" {
  description = "Signals in Redis that what runs in the pool obeys, by their names, such as halt_global. ttl_seconds is for how long one stays; copy is a further key that says the same, as plain, json or hash."

  type = map(object({
    active      = optional(bool, false)
    reason      = optional(string)
    ttl_seconds = optional(number)
    copy        = optional(object({ key = string, encoding = string }))
  }))

  nullable = false
  default  = {}

  validation {
    condition     = alltrue([for name in keys(var.signals) : can(regex("^[a-zA-Z0-9_.-]{1,64}$", name))])
    error_message = "signals must have names of 1 to 64 letters, digits, underscores, dots and dashes."
  }

  validation {
    condition     = alltrue([for signal in values(var.signals) : !signal.active || signal.reason != null])
    error_message = "signals that are active must have a reason, for those who find out that they are stopped."
  }

  validation {
    condition     = alltrue([for signal in values(var.signals) : signal.copy == null ? true : contains(["plain", "json", "hash"], signal.copy.encoding)])
    error_message = "signals must have copies whose encoding is plain, json or hash."
  }
}

variable "force_destroy" {
  description = "Whether the pool is destroyed although deployments point at it, which would never run again, and signals although they are active."
  type        = bool
  nullable    = false
  default     = false
}
