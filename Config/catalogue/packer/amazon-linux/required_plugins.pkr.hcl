# Packer 1.7 and later download this plug-in; Packer 1.6 has it built in and refuses this block, so builderd leaves this file out there.

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}
