output "endpoint" {
  description = "URL that the smoke tests ask."
  value       = terraform_data.listener.output.endpoint
}

output "image_id" {
  description = "Image that the stack runs."
  value       = terraform_data.launch_template.output.image_id
}

output "release_version" {
  description = "Version that the stack runs."
  value       = terraform_data.launch_template.output.version
}

output "instances" {
  description = "Ids of the instances."
  value       = terraform_data.instance[*].id
}
