# Runs without a cloud, on the stand-in provider.

provider "aws" {
  region = "ap-northeast-1"
}

variables {
  name   = "shop"
  emails = ["alerts@shop.example"]

  alarms = {
    high-cpu = {
      description = "The tasks use too much CPU."
      namespace   = "AWS/ECS"
      metric      = "CPUUtilization"
      dimensions  = { ClusterName = "shop-cluster", ServiceName = "shop-api" }
      threshold   = 80
    }

    slow = {
      description = "One request in twenty takes longer than 200 ms."
      namespace   = "AWS/ApplicationELB"
      metric      = "TargetResponseTime"
      dimensions  = { LoadBalancer = "app/shop/1" }
      statistic   = "p95"
      threshold   = 0.2
    }

    errors = {
      description = "More than 0.1 percent of the requests fail."
      namespace   = "AWS/ApplicationELB"
      dimensions  = { LoadBalancer = "app/shop/1" }
      expression  = "100 * failed / requests"
      threshold   = 0.1

      metrics = {
        failed   = { metric = "HTTPCode_Target_5XX_Count" }
        requests = { metric = "RequestCount" }
      }
    }
  }
}

run "compares_one_metric" {
  command = plan

  assert {
    condition = {
      name       = aws_cloudwatch_metric_alarm.this["high-cpu"].alarm_name
      metric     = "${aws_cloudwatch_metric_alarm.this["high-cpu"].namespace} ${aws_cloudwatch_metric_alarm.this["high-cpu"].metric_name}"
      comparison = aws_cloudwatch_metric_alarm.this["high-cpu"].comparison_operator
      statistic  = aws_cloudwatch_metric_alarm.this["high-cpu"].statistic
      threshold  = aws_cloudwatch_metric_alarm.this["high-cpu"].threshold
      times      = "${aws_cloudwatch_metric_alarm.this["high-cpu"].evaluation_periods} of ${aws_cloudwatch_metric_alarm.this["high-cpu"].period} seconds"
      } == {
      name       = "shop-high-cpu"
      metric     = "AWS/ECS CPUUtilization"
      comparison = "GreaterThanThreshold"
      statistic  = "Average"
      threshold  = 80
      times      = "2 of 300 seconds"
    }
    error_message = "The alarm must compare the average with 80, twice in ten minutes."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["high-cpu"].dimensions == tomap({ ClusterName = "shop-cluster", ServiceName = "shop-api" })
    error_message = "The alarm must watch that service."
  }
}

run "takes_percentiles" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["slow"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.this["slow"].statistic == null && aws_cloudwatch_metric_alarm.this["slow"].threshold == 0.2
    error_message = "A percentile must be given as such."
  }
}

run "computes" {
  command = plan

  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.computed["errors"].metric_query : query.expression if query.id == "result"]) == "100 * failed / requests"
    error_message = "The alarm must watch the result of the expression."
  }

  assert {
    condition = {
      for query in aws_cloudwatch_metric_alarm.computed["errors"].metric_query : query.id => "${query.metric[0].namespace} ${query.metric[0].metric_name} ${query.metric[0].stat}" if query.id != "result"
      } == {
      failed   = "AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum"
      requests = "AWS/ApplicationELB RequestCount Sum"
    }
    error_message = "The expression must read both metrics."
  }
}

run "draws_what_it_watches" {
  command = plan

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : "${widget.properties.title} ${widget.x} ${widget.y}"] == ["errors 0 0", "high-cpu 12 0", "slow 0 6"]
    error_message = "Each alarm must have its graph, two in a row."
  }

  assert {
    condition     = jsonencode(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets[1].properties.metrics) == jsonencode([["AWS/ECS", "CPUUtilization", "ClusterName", "shop-cluster", "ServiceName", "shop-api", { stat = "Average" }]])
    error_message = "The graph must show the metric of the alarm."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets[0].properties.metrics[0][0].expression == "100 * failed / requests" && length(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets[0].properties.metrics) == 3
    error_message = "The graph of a computed alarm must show the result, from its two metrics."
  }
}

run "tells_people" {
  command = apply

  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.computed)) : alarm.alarm_actions == toset([aws_sns_topic.alerts.arn]) && alarm.ok_actions == toset([aws_sns_topic.alerts.arn])])
    error_message = "Every alarm must report to the topic."
  }

  assert {
    condition     = aws_sns_topic_subscription.email["alerts@shop.example"].topic_arn == output.topic_arn
    error_message = "The topic must write to the address."
  }

  assert {
    condition     = output.alarm_names == { errors = "shop-errors", high-cpu = "shop-high-cpu", slow = "shop-slow" }
    error_message = "All alarms must be given out by name."
  }
}

run "draws_nothing_when_told" {
  command = plan

  variables {
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 0
    error_message = "There must be no dashboard."
  }
}

run "refuses_to_tell_nobody" {
  command = plan

  variables {
    emails = []
  }

  expect_failures = [var.emails]
}

run "refuses_alarms_on_nothing" {
  command = plan

  variables {
    alarms = { empty = { description = "Nothing", namespace = "AWS/ECS", threshold = 1 } }
  }

  expect_failures = [var.alarms]
}

run "refuses_odd_periods" {
  command = plan

  variables {
    alarms = { odd = { description = "Odd", namespace = "AWS/ECS", metric = "CPUUtilization", threshold = 1, period = 45 } }
  }

  expect_failures = [var.alarms]
}
