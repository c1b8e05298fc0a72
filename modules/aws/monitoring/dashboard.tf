# One graph for each alarm, with its threshold: who is woken finds the number that woke them.

locals {
  # CloudWatch's notation: a line is a list of namespace, metric, names and values of dimensions, and options.
  simple_lines = {
    for name, alarm in local.simple : name => [concat(
      [alarm.namespace, alarm.metric],
      flatten([for key, value in alarm.dimensions : [key, value]]),
      [{ stat = alarm.statistic }],
    )]
  }

  computed_lines = {
    for name, alarm in local.computed : name => concat(
      [[{ id = "result", expression = alarm.expression, label = alarm.description }]],
      [for id, metric in alarm.metrics : concat(
        [metric.namespace == null ? alarm.namespace : metric.namespace, metric.metric],
        flatten([for key, value in metric.dimensions == null ? alarm.dimensions : metric.dimensions : [key, value]]),
        [{ id = id, stat = metric.statistic, visible = false }],
      )],
    )
  }

  lines = merge(local.simple_lines, local.computed_lines)

  # Two columns: the dashboard is 24 units wide.
  graphs = [for index, name in sort(keys(var.alarms)) : {
    type   = "metric"
    x      = 12 * (index % 2)
    y      = 6 * floor(index / 2)
    width  = 12
    height = 6

    properties = {
      title       = name
      region      = data.aws_region.current.region
      view        = "timeSeries"
      period      = var.alarms[name].period
      metrics     = local.lines[name]
      annotations = { horizontal = [{ label = "alarm", value = var.alarms[name].threshold }] }
    }
  }]
}

data "aws_region" "current" {}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard && length(var.alarms) > 0 ? 1 : 0

  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.graphs })
}
