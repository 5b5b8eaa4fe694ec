# frozen_string_literal: true

require 'uri'

service = URI(input('endpoint'))

# On this machine (the demo) the ports are the machine's own and say nothing about the stack.
is_local = ['127.0.0.1', 'localhost', '::1'].include?(service.host)

control 'builderd-no-login-ports' do
  impact 1.0
  title 'No login port is reachable'
  desc 'Nobody logs in to a stack over the network: neither SSH nor RDP answers.'
  only_if('the endpoint is this machine itself') { !is_local }

  [22, 3389].each do |port|
    describe host(service.host, port: port, protocol: 'tcp') do
      it { should_not be_reachable }
    end
  end
end

control 'builderd-image-known' do
  impact 0.7
  title 'The stack runs an image that Bakery built'
  desc 'The image is named in the release, so that what runs can be traced to a build.'

  describe input('image_id') do
    it { should match(/\Aami-[0-9a-f]{8,17}\z/) }
  end
end
