terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "t"
  secret_key                  = "t"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}
resource "aws_security_group" "inline" {
  name   = "a"
  vpc_id = "vpc-1"
  ingress {
    from_port   = 20
    to_port     = 25
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "all" {
  name   = "b"
  vpc_id = "vpc-1"
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_security_group_rule" "rdp" {
  type              = "ingress"
  from_port         = 3389
  to_port           = 3389
  protocol          = "tcp"
  cidr_blocks       = ["10.0.0.0/8"]
  security_group_id = aws_security_group.all.id
}
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.all.id
  ip_protocol       = "6"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_vpc_security_group_ingress_rule" "any" {
  security_group_id = aws_security_group.all.id
  ip_protocol       = "-1"
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_vpc_security_group_ingress_rule" "icmp" {
  security_group_id = aws_security_group.all.id
  ip_protocol       = "icmp"
  from_port         = -1
  to_port           = -1
  cidr_ipv4         = "10.0.0.0/8"
}
resource "terraform_data" "port" { input = 22 }
resource "aws_vpc_security_group_ingress_rule" "unknown" {
  security_group_id = aws_security_group.all.id
  ip_protocol       = "tcp"
  from_port         = terraform_data.port.output
  to_port           = terraform_data.port.output
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_default_security_group" "d" {
  vpc_id = "vpc-1"
  ingress {
    from_port = 0
    to_port   = 65535
    protocol  = "tcp"
    self      = true
  }
}
resource "aws_key_pair" "k" {
  key_name   = "me"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB5a5rA3r8yCkMkUYC9o7o1FQbBvXf8gUuXS1c6d8h5u me"
}
resource "aws_instance" "i" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  key_name      = aws_key_pair.k.key_name
}
resource "aws_instance" "clean" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
}
resource "terraform_data" "key" { input = "k" }
resource "aws_launch_template" "lt" {
  name     = "lt1"
  key_name = terraform_data.key.output
}
resource "aws_launch_template" "clean" {
  name = "lt2"
}
resource "aws_launch_configuration" "lc" {
  image_id      = "ami-12345678"
  instance_type = "t3.micro"
}
resource "terraform_data" "exec" {
  provisioner "local-exec" { command = "id" }
}
data "terraform_remote_state" "x" {
  backend  = "local"
  config   = { path = "./none.tfstate" }
  defaults = {}
  count    = 0
}
module "sub" { source = "./sub" }
