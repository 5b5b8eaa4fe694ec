# frozen_string_literal: true

package node['base']['packages']

service_list = node['base']['services']
service_list.each do |name|
  service name do
    action %i[enable start]
  end
end

node['base']['sysctl'].each do |key, value|
  sysctl key do
    value value
  end
end

# Nobody logs in over the network: Session Manager needs no open port.
service 'sshd' do
  # The build itself may still be connected over it; it is stopped by the template's last step.
  action :disable
end
