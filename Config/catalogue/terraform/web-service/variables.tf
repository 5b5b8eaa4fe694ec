# The Provision stage gives the first six; the others come from the manifest's spec.infrastructure.variables and from the
# environment's defaults.

variable "application_id" {
  type        = string
  description = "Application that the service is."
}

variable "environment" {
  type        = string
  description = "Environment of the service."
}

variable "release_version" {
  type        = string
  description = "Version of the release."
}

variable "image_id" {
  type        = string
  description = "Image of the slot that this release goes to."
}

variable "region" {
  type        = string
  description = "Region of the service."
}

variable "tags" {
  type        = map(string)
  description = "Tags of every resource."
  default     = {}
}

variable "active_slot" {
  type        = string
  description = "Slot that runs image_id: blue or green. The other one keeps previous_image_id."
  default     = "blue"

  validation {
    condition     = contains(["blue", "green"], var.active_slot)
    error_message = "active_slot must be blue or green."
  }
}

variable "previous_image_id" {
  type        = string
  description = "Image of the other slot; null while there is none."
  default     = null
}

variable "vpc_id" {
  type        = string
  description = "Network of the service."
}

variable "public_subnet_ids" {
  type        = list(string)
  description = "Subnets of the load balancer, in two zones at least."
}

variable "private_subnet_ids" {
  type        = list(string)
  description = "Subnets of the instances, in two zones at least."
}

variable "certificate_arn" {
  type        = string
  description = "ACM certificate of the listener."
}

variable "domain_name" {
  type        = string
  description = "Name that the certificate is for and that points at the load balancer; null uses the load balancer's own."
  default     = null
}

variable "client_cidrs" {
  type        = list(string)
  description = "Address ranges that may reach the load balancer."
}

variable "service_port" {
  type        = number
  description = "Port that the instances serve HTTP on."
  default     = 8080

  validation {
    condition     = var.service_port > 1023 && var.service_port < 65536 && var.service_port != 3389
    error_message = "service_port must be an unprivileged port other than 3389."
  }
}

variable "health_path" {
  type        = string
  description = "Path that answers 200 when an instance can serve."
  default     = "/healthz"
}

variable "instance_type" {
  type        = string
  description = "Type of the instances."
  default     = "t3.small"
}

variable "capacity" {
  type        = object({ min = number, max = number })
  description = "Fewest and most instances of each slot."
  default     = { min = 2, max = 6 }
}

variable "kms_key_id" {
  type        = string
  description = "ARN of the customer key that volumes are encrypted with."
}

variable "cloudwatch_agent_parameter" {
  type        = string
  description = "SSM parameter with the CloudWatch agent's configuration; null starts no agent."
  default     = null
}

variable "alarm_topic_arn" {
  type        = string
  description = "SNS topic that alarms go to; null for none."
  default     = null
}
