# Amazon Linux 2023, hardened. The build's instance has no public address and opens no port: Packer reaches it through Session
# Manager (which needs the session-manager-plugin on the builder host).

locals {
  marks = merge(var.tags, {
    "Name"                 = var.image_name
    "builderd:application" = var.application_id
    "builderd:execution"   = var.execution_id
    "builderd:task"        = var.task_id
  })
}

source "amazon-ebs" "image" {
  region               = var.region
  ami_name             = var.image_name
  ami_description      = "${var.application_id} ${var.release_version} for ${var.environment}"
  instance_type        = var.instance_type
  iam_instance_profile = var.instance_profile
  vpc_id               = var.vpc_id
  subnet_id            = var.subnet_id

  source_ami = var.source_image
  source_ami_filter {
    filters = {
      name                = "al2023-ami-2023.*-x86_64"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    owners      = ["amazon"]
    most_recent = true
  }

  communicator                = "ssh"
  ssh_username                = "ec2-user"
  ssh_interface               = "session_manager"
  associate_public_ip_address = false
  # Packer 1.6 tags no key pair: after a build that was killed it is found by its name.
  temporary_key_pair_name = "packer_${var.task_id}"
  # The group that Packer makes opens its port to nobody: Session Manager needs none.
  temporary_security_group_source_cidrs = ["127.0.0.1/32"]

  # The instance ends with its own shutdown, so that the timer below leaves nothing behind.
  shutdown_behavior = "terminate"
  user_data         = "#!/bin/sh\nshutdown -h +${var.dead_man_minutes}\n"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Encrypted from the first byte with the customer's key; encrypt_boot would copy the whole image afterwards.
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = var.volume_gib
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
    encrypted             = true
    kms_key_id            = var.kms_key_id
  }

  # Both values: a delay alone lowers the default number of attempts.
  aws_polling {
    delay_seconds = 30
    max_attempts  = 240
  }

  run_tags        = local.marks
  run_volume_tags = local.marks
  tags            = local.marks
  snapshot_tags   = local.marks
}

build {
  sources = ["source.amazon-ebs.image"]

  provisioner "shell" {
    inline = [
      "sudo dnf --assumeyes upgrade --releasever=latest",
      "sudo dnf --assumeyes install amazon-cloudwatch-agent amazon-ssm-agent ${join(" ", var.packages)}",
    ]
  }

  # Chef left Packer's core in 1.9: the policy is uploaded and converged by a script.
  provisioner "shell" {
    inline = ["mkdir -p /tmp/builderd/policy"]
  }

  provisioner "file" {
    source      = var.chef_policy == "" ? "${path.root}/converge.sh" : "${var.chef_policy}/"
    destination = "/tmp/builderd/policy"
  }

  provisioner "file" {
    source      = var.chef_attributes == "" ? "${path.root}/no-attributes.json" : var.chef_attributes
    destination = "/tmp/builderd/attributes.json"
  }

  # 35 and 37 ask for a reboot, 213 says that the client upgraded itself: the script runs again after each.
  provisioner "shell" {
    script            = "${path.root}/converge.sh"
    environment_vars  = ["CONVERGE=${var.chef_policy == "" ? "no" : "yes"}"]
    expect_disconnect = true
    valid_exit_codes  = [0, 35, 37, 213]
  }

  provisioner "shell" {
    script           = "${path.root}/converge.sh"
    environment_vars = ["CONVERGE=${var.chef_policy == "" ? "no" : "yes"}"]
    pause_before     = "10s"
  }

  # Checked at bake; the configuration itself comes from Parameter Store at boot, as log groups differ by environment.
  provisioner "shell" {
    inline = ["/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a status"]
  }

  # Last: nothing of the build's may be in the image, and nobody may log in to what starts from it.
  provisioner "shell" {
    script = "${path.root}/seal.sh"
  }
}
