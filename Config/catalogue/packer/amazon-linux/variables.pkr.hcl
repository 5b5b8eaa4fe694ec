# The Bakery stage gives the first group; the second comes from the manifest's spec.image.variables and the environment's defaults.

variable "application_id" {
  type        = string
  description = "Application that the image is for."
}

variable "environment" {
  type        = string
  description = "Environment that the image is released to."
}

variable "release_version" {
  type        = string
  description = "Version of the release."
}

variable "image_name" {
  type        = string
  description = "Name of the image; it holds the execution and the task, so that what a killed build left is known by it."
}

variable "source_image" {
  type        = string
  description = "AMI id to start from. Empty takes the newest Amazon Linux 2023."
  default     = ""
}

variable "kms_key_id" {
  type        = string
  description = "ARN of the customer key that every volume and snapshot is encrypted with."
}

variable "region" {
  type        = string
  description = "Region that the image is built in."
}

variable "packages" {
  type        = list(string)
  description = "Packages to install."
  default     = []
}

variable "chef_policy" {
  type        = string
  description = "Folder of a Chef policy with its Policyfile.lock.json; empty converges none."
  default     = ""
}

variable "chef_attributes" {
  type        = string
  description = "JSON file with the policy's node attributes."
  default     = ""
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that the build makes."
  default     = {}
}

variable "execution_id" {
  type        = string
  description = "Execution that asked for the image."
}

variable "task_id" {
  type        = string
  description = "Task of builderd that builds it."
}

variable "instance_type" {
  type        = string
  description = "Type of the build's instance."
  default     = "t3.medium"
}

variable "instance_profile" {
  type        = string
  description = "Instance profile of the build's instance; Session Manager needs AmazonSSMManagedInstanceCore in it."
}

variable "subnet_id" {
  type        = string
  description = "Private subnet that the build runs in."
}

variable "vpc_id" {
  type        = string
  description = "Network of the subnet."
}

variable "volume_gib" {
  type        = number
  description = "Size of the root volume."
  default     = 16
}

variable "dead_man_minutes" {
  type        = number
  description = "Minutes after which the instance shuts down, and so terminates, whatever became of Packer."
  default     = 90
}
