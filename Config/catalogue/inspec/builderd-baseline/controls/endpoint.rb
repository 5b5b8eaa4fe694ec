# frozen_string_literal: true

require 'uri'

endpoint = URI(input('endpoint'))

control 'builderd-endpoint-answers' do
  impact 1.0
  title 'The endpoint answers'
  desc 'A release whose endpoint does not answer is not a release.'

  describe http(endpoint.to_s, open_timeout: 5, read_timeout: 10) do
    its('status') { should be_between(200, 399) }
  end
end

control 'builderd-endpoint-encrypted' do
  impact 0.9
  title 'The endpoint is https'
  desc 'Traffic to the service is encrypted on its way.'
  only_if('plain http is allowed here by an input') { !input('allow_plain_http') }

  describe endpoint do
    its('scheme') { should eq 'https' }
  end
end

control 'builderd-no-banner' do
  impact 0.3
  title 'The server does not tell its version'
  desc 'A version in the Server header tells an attacker which weaknesses to try.'

  describe http(endpoint.to_s, open_timeout: 5, read_timeout: 10) do
    its('headers.Server') { should_not match(%r{/\d}) }
  end
end
