# What a builder host does at its first boot: installs builderd's package, configures it by the platform stack and starts it. It says how
# that went to the stack, which undoes an update whose hosts do not come up. A host that did not come up has its group put another in its
# place.
#
# Config/platform/render puts it behind the lines of builders.in.yaml that set its variables; by itself it sets none.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
umask 022
export AWS_DEFAULT_REGION=$region

# Runs a command until it succeeds, ten times at most: a policy that was just made takes a while to hold, and so does a network.
persist() {
  local try
  for try in {1..10}; do
    if "$@"; then return 0; fi
    echo "failed ($try of 10): $*" >&2
    sleep 6
  done
  return 1
}

# Prints builderd.yaml.
write_configuration() {
  cat <<EOF
# Written at this host's first boot, from its launch template. Every key is explained in /usr/share/builderd/builderd.yaml.
aws:
  region: $region
activities:
  preProvision: {arn: "$pre_provision_activity", slots: $slots}
  bakery: {arn: "$bakery_activity", slots: $slots}
  provision: {arn: "$provision_activity", slots: $slots}
  validation: {arn: "$validation_activity", slots: $slots}
  postProvision: {arn: "$post_provision_activity", slots: $slots}
stateMachines:
  release: "$release_state_machine"
  ping: "$ping_state_machine"
host:
  autoScalingGroup: "$group"
  lifecycleHook: "$hook"
  lifecycleHeartbeatSeconds: 60
storage:
  kmsKey: "$kms_key"
  artifactsBucket: "$artifacts_bucket"
  stateBucket: "$state_bucket"
  inventoryTable: "$inventory_table"
  parameterPrefix: "$parameter_prefix"
tools:
  auditor:
    path: $auditor
EOF
}

# Installs the package, once it is the one that the stack names.
install_package() {
  local folder
  folder=$(mktemp -d)
  persist aws s3 cp --no-progress "$package" "$folder/builderd.deb"
  if ! sha256sum --check --quiet <<<"$package_sha256  $folder/builderd.deb"; then
    echo "$package is not the package with the SHA-256 $package_sha256" >&2
    return 1
  fi
  # What is recommended, Packer, is on the image already. apt's own daily work may hold its locks at a first boot.
  DEBIAN_FRONTEND=noninteractive persist apt-get -o DPkg::Lock::Timeout=60 install --yes --no-install-recommends "$folder/builderd.deb"
  rm -rf "$folder"
}

# Brings environments/, rules/ and catalogue/ of the platform team's, where the stack names a place for them.
bring_documents() {
  [ -n "$documents" ] || return 0
  persist aws s3 cp --no-progress --recursive "$documents" /etc/builderd/ --exclude '*' --include 'environments/*' --include 'rules/*' --include 'catalogue/*'
}

# Returns when the host is fit to work; the doctor's findings are in the console's log.
await_health() {
  local try
  for try in {1..12}; do
    # 1 is for warnings.
    if runuser -u builderd -- builderctl doctor || (($? == 1)); then return 0; fi
    echo "builderd is not well yet ($try of 12)"
    sleep 5
  done
  return 1
}

# Says to the stack that this host has come up, or not. Outside a creation or an update nobody listens, and that is no fault.
signal_stack() {
  aws cloudformation signal-resource --stack-name "$stack" --logical-resource-id Builders --status "$1" --unique-id "$instance" || true
}

# Has the group put another host in this one's place, which for EC2's own health check is well.
leave_group() {
  # It may be at work. A stop waits for its tasks, and it takes no further.
  systemctl stop builderd.service || true
  local try told=
  # While an update of the stack runs the group replaces nothing, so this can take long.
  for try in {1..120}; do
    # Somebody has mended the host, and builderd holds its end as long as it has to.
    if systemctl is-active --quiet builderd.service; then return; fi
    # Nobody else would tell the hook that there is nothing to wait for.
    if aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$group" --lifecycle-hook-name "$hook" \
      --instance-id "$instance" --lifecycle-action-result CONTINUE 2>/dev/null; then
      echo "the group lets this host end"
      return
    fi
    if [ -z "$told" ] && aws autoscaling set-instance-health --instance-id "$instance" --health-status Unhealthy --no-should-respect-grace-period; then
      told=yes
    fi
    # A host that is off is not well for EC2 either.
    if [ -z "$told" ] && ((try == 10)); then
      systemctl poweroff
      return
    fi
    sleep 15
  done
}

# The end of a first boot that failed.
give_up() {
  signal_stack FAILURE
  leave_group
}

set_up_host() {
  instance=$(cat /var/lib/cloud/data/instance-id)
  trap give_up EXIT
  install_package
  bring_documents
  write_configuration >/etc/builderd/builderd.yaml
  runuser -u builderd -- builderd check-config
  systemctl start builderd.service
  await_health
  trap - EXIT
  signal_stack SUCCESS
}

set_up_host
