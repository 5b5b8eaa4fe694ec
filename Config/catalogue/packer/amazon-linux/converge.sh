#!/bin/sh
# Converges the uploaded Chef policy with whichever client is there: an exported policy (`chef export`) as it is, else the cookbooks
# beside Policyfile.rb with the recipe that has the policy's name. Exit codes: 35 reboot scheduled, 37 reboot needed,
# 41 reboot failed, 42 audit failed, 213 the client upgraded itself.
set -eu
[ "${CONVERGE:-no}" = yes ] || exit 0

client=$(command -v cinc-client || command -v chef-client) || {
    echo "Neither cinc-client nor chef-client is in the source image." >&2
    exit 1
}
cd /tmp/builderd/policy
set -- --local-mode --chef-license accept-no-persist --json-attributes /tmp/builderd/attributes.json
if [ ! -d policies ]; then
    name=$(sed -n "s/^name ['\"]\(.*\)['\"].*/\1/p" Policyfile.rb)
    set -- "$@" --config-option "cookbook_path=$PWD/cookbooks" --override-runlist "recipe[$name]"
fi
exec sudo "$client" "$@"
