# A stack of built-in resources only: Terraform runs for real, with real state and a real lock, and downloads no provider.

terraform {
  required_version = ">= 1.10"
}

resource "terraform_data" "launch_template" {
  input = {
    name     = "${var.application_id}-${var.environment}"
    image_id = var.image_id
    version  = var.release_version
    tags     = var.tags
  }
}

resource "terraform_data" "instance" {
  count = var.instance_count

  input            = { index = count.index, template = terraform_data.launch_template.output.name }
  triggers_replace = [var.image_id, var.release_version]
}

resource "terraform_data" "listener" {
  input = { endpoint = var.endpoint, region = var.region }
}
