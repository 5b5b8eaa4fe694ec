# frozen_string_literal: true

# `chef install` (or `cinc install`) writes Policyfile.lock.json beside this file; commit it, so that an image built twice is the same.
name 'base'
default_source :chef_repo, 'cookbooks'
run_list 'base::default'
cookbook 'base', path: 'cookbooks/base'
