resource "aws_lb" "service" {
  name                       = local.name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.balancer.id]
  subnets                    = var.public_subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = false
}

# Both groups exist from the first release on, so that a shift never has to create one.
resource "aws_lb_target_group" "slot" {
  for_each = toset(["blue", "green"])

  name                 = "${local.name}-${each.key}"
  vpc_id               = var.vpc_id
  port                 = var.service_port
  protocol             = "HTTP"
  deregistration_delay = 60

  health_check {
    path                = var.health_path
    matcher             = "200"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.service.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.slot[var.active_slot].arn
        weight = 100
      }
      target_group {
        arn    = aws_lb_target_group.slot[local.standby].arn
        weight = 0
      }
      stickiness {
        enabled  = false
        duration = 1
      }
    }
  }

  lifecycle {
    # The weights are builderd's.
    ignore_changes = [default_action]
  }
}

# Reaches a slot before it has any weight. Without a rule a target group's targets stay in Target.NotInUse and waiting for them
# never ends.
resource "aws_lb_listener_rule" "test" {
  for_each = aws_lb_target_group.slot

  listener_arn = aws_lb_listener.https.arn
  priority     = each.key == "blue" ? 10 : 20

  condition {
    http_header {
      http_header_name = "X-Builderd-Slot"
      values           = [each.key]
    }
  }

  action {
    type             = "forward"
    target_group_arn = each.value.arn
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = aws_lb_target_group.slot

  alarm_name          = "${local.name}-${each.key}-5xx"
  alarm_description   = "Answers with a 5xx status from the ${each.key} slot."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 2
  threshold           = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

  dimensions = {
    LoadBalancer = aws_lb.service.arn_suffix
    TargetGroup  = each.value.arn_suffix
  }
}
