# frozen_string_literal: true

name 'base'
maintainer 'Platform team'
license 'MIT'
description 'What every image has'
version '1.0.0'
chef_version '>= 16.0'
