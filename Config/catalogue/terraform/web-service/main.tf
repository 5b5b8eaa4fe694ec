# A web service behind a load balancer in two slots, blue and green. A release goes to one slot while the other serves; who
# gets how much of the traffic is the weight in the listener, and that belongs to builderd, not to Terraform.

locals {
  name = "${var.application_id}-${var.environment}"

  images = {
    blue  = var.active_slot == "blue" ? var.image_id : var.previous_image_id
    green = var.active_slot == "green" ? var.image_id : var.previous_image_id
  }
  slots   = toset([for slot, image in local.images : slot if image != null])
  standby = var.active_slot == "blue" ? "green" : "blue"
}

resource "aws_launch_template" "slot" {
  for_each = local.slots

  name          = "${local.name}-${each.key}"
  description   = "Version ${var.release_version} of ${var.application_id}"
  image_id      = local.images[each.key]
  instance_type = var.instance_type
  user_data = var.cloudwatch_agent_parameter == null ? null : base64encode(templatefile("${path.module}/user-data.sh.tftpl", {
    parameter = var.cloudwatch_agent_parameter
  }))
  vpc_security_group_ids = [aws_security_group.instances.id]
  update_default_version = false

  iam_instance_profile {
    arn = aws_iam_instance_profile.instance.arn
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      encrypted             = true
      kms_key_id            = var.kms_key_id
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = "${local.name}-${each.key}", slot = each.key, version = var.release_version })
    }
  }
}

resource "aws_autoscaling_group" "slot" {
  for_each = local.slots

  name                      = "${local.name}-${each.key}"
  vpc_zone_identifier       = var.private_subnet_ids
  min_size                  = var.capacity.min
  max_size                  = var.capacity.max
  health_check_type         = "ELB"
  health_check_grace_period = 120
  target_group_arns         = [aws_lb_target_group.slot[each.key].arn]
  wait_for_capacity_timeout = "15m"

  # The number, not $Latest or $Default: what runs is what was planned.
  launch_template {
    id      = aws_launch_template.slot[each.key].id
    version = aws_launch_template.slot[each.key].latest_version
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      auto_rollback          = true
    }
  }

  dynamic "tag" {
    for_each = merge(var.tags, { Name = "${local.name}-${each.key}", slot = each.key })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # A scaling policy and the traffic shift move it.
    ignore_changes = [desired_capacity]
  }

  depends_on = [aws_lb_listener.https, aws_lb_listener_rule.test]
}
