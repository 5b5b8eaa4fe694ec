# The Provision stage passes those of these variables that this module declares in builderd.auto.tfvars.json.

variable "application_id" {
  type        = string
  description = "Application that the stack is for."
}

variable "environment" {
  type        = string
  description = "Environment of the stack."
}

variable "release_version" {
  type        = string
  description = "Version of the release."
}

variable "image_id" {
  type        = string
  description = "Image that Bakery made."
}

variable "region" {
  type        = string
  description = "Region of the stack."
}

variable "tags" {
  type        = map(string)
  description = "Tags of every resource."
  default     = {}
}

variable "endpoint" {
  type        = string
  description = "URL that the application answers on. In the demo a page on this machine stands in for the load balancer."

  validation {
    condition     = can(regex("^https?://", var.endpoint))
    error_message = "endpoint must be an http or https URL."
  }
}

variable "instance_count" {
  type        = number
  description = "Instances of the service."
  default     = 2
}
