# The Bakery stage passes those of these variables that this template declares in one private var-file.

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
  description = "Image to start from: an AMI id. Empty takes the newest of `source_name`."
  default     = ""
}

variable "source_name" {
  type        = string
  description = "Name pattern of the image to start from when source_image is empty."
  default     = "amzn2-ami-hvm-*-x86_64-gp2"
}

variable "kms_key_id" {
  type        = string
  description = "Customer key that every volume and snapshot is encrypted with."
}

variable "region" {
  type        = string
  description = "Region that the image is built in."
}

variable "execution_id" {
  type        = string
  description = "Execution that asked for the image."
}

variable "task_id" {
  type        = string
  description = "Task of builderd that builds it."
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything that the build makes."
  default     = {}
}

variable "instance_type" {
  type        = string
  description = "Type of the build's instance."
  default     = "t3.micro"
}

variable "ec2_endpoint" {
  type        = string
  description = "URL of the emulated EC2, for example http://127.0.0.1:5000. The demo gives it as PKR_VAR_ec2_endpoint."
}
