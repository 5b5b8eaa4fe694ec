#!/bin/sh
# Takes out of the machine what must not be in its image: keys, identities, histories, and the way in.
set -eu

sudo systemctl disable sshd.service sshd.socket 2>/dev/null || true
sudo rm -rf /tmp/builderd
sudo rm -f /etc/ssh/ssh_host_*
sudo find /root /home -name authorized_keys -delete
sudo rm -rf /var/lib/amazon/ssm /var/log/amazon/ssm
sudo rm -rf /opt/aws/amazon-cloudwatch-agent/logs /opt/aws/amazon-cloudwatch-agent/etc/*.json
sudo cloud-init clean --logs
sudo truncate --size 0 /etc/machine-id
sudo rm -f /var/lib/systemd/random-seed /root/.bash_history /home/*/.bash_history
sudo dnf clean all
sync
