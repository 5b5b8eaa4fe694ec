# frozen_string_literal: true

default['base']['packages'] = %w[chrony]
default['base']['services'] = %w[chronyd]
default['base']['sysctl'] = {
  'kernel.kptr_restrict' => 2,
  'net.ipv4.conf.all.accept_redirects' => 0,
  'net.ipv4.conf.all.send_redirects' => 0
}
