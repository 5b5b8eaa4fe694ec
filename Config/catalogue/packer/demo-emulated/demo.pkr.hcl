# A real amazon-ebs build against an emulated EC2: no machine ever boots there, so there is no communicator and nothing is
# provisioned. What makes the image safe is the same as in amazon-linux/: encrypted volumes under the customer's key, an
# instance that terminates when it shuts down, tags that lead back to the execution, waiting with a bound.

locals {
  marks = merge(var.tags, {
    "Name"                 = var.image_name
    "application"          = var.application_id
    "environment"          = var.environment
    "version"              = var.release_version
    "builderd:application" = var.application_id
    "builderd:execution"   = var.execution_id
    "builderd:task"        = var.task_id
  })
}

source "amazon-ebs" "image" {
  region        = var.region
  instance_type = var.instance_type
  ami_name      = var.image_name
  communicator  = "none"

  # Packer 1.6 tags no key pair: after a build that was killed it is found by its name.
  temporary_key_pair_name = "packer_${var.task_id}"

  custom_endpoint_ec2         = var.ec2_endpoint
  skip_credential_validation  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  shutdown_behavior           = "terminate"
  associate_public_ip_address = false

  source_ami = var.source_image
  source_ami_filter {
    filters = {
      name = var.source_name
    }
    owners      = ["amazon"]
    most_recent = true
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp2"
    volume_size           = 8
    delete_on_termination = true
    encrypted             = true
    kms_key_id            = var.kms_key_id
  }

  # Both values: a delay alone lowers the default number of attempts.
  aws_polling {
    delay_seconds = 1
    max_attempts  = 120
  }

  run_tags        = local.marks
  run_volume_tags = local.marks
  tags            = local.marks
  snapshot_tags   = local.marks
}

build {
  sources = ["source.amazon-ebs.image"]
}
