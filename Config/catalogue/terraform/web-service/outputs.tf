output "endpoint" {
  description = "URL that the smoke tests ask."
  value       = "https://${coalesce(var.domain_name, aws_lb.service.dns_name)}"
}

output "listener_arn" {
  description = "Listener whose weights shift the traffic."
  value       = aws_lb_listener.https.arn
}

output "target_group_arns" {
  description = "Target group of each slot."
  value       = { for slot, group in aws_lb_target_group.slot : slot => group.arn }
}

output "autoscaling_groups" {
  description = "Auto Scaling group of each slot that has an image."
  value       = { for slot, group in aws_autoscaling_group.slot : slot => group.name }
}

output "launch_template_versions" {
  description = "Launch template version that each slot runs."
  value       = { for slot, template in aws_launch_template.slot : slot => template.latest_version }
}
