# Shared by Tests/run and Config/demo/run; sourced by bash with `root` set to the checkout.
# Nothing here prints an address of a registry or a mirror: where packages come from is the machine's business.

say() { printf '%s\n' "$*"; }
complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Drops web addresses from what passes through, but for those of this machine.
without_addresses() {
  sed -u -E -e 's#http://(127\.0\.0\.1|localhost)#\x01\1#g' -e 's#(https?|ssh|git)://[^[:space:]"'"'"')]+#<address>#g' -e 's#\x01#http://#g'
}

# What each command comes from: packages that are missing are installed, those whose command is there are left alone.
missing_packages() { # missing_packages COMMAND:PACKAGE of what the caller needs besides...
  local package pair
  for package in libcurl4-openssl-dev libssl-dev libsystemd-dev pkg-config python3-venv; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || printf '%s\n' "$package"
  done
  command -v packer >/dev/null || printf 'packer\n'
  command -v jq >/dev/null || printf 'jq\n'
  command -v unzip >/dev/null || printf 'unzip\n'
  command -v git >/dev/null || printf 'git\n'
  command -v ps >/dev/null || printf 'procps\n'
  for pair; do
    # A user's PATH may be without the administrator's folders.
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || printf '%s\n' "${pair#*:}"
  done
}

# Installs what is missing, or says exactly what to install. One installer at a time for all users of this checkout.
install_packages() { # install_packages COMMAND:PACKAGE of what the caller needs besides...
  local missing sudo=() log="$root/.build/packages.log"
  mkdir -p "$root/.build"
  exec {packages_lock}>"$root/.build/packages.lock"
  flock "$packages_lock"
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    exec {packages_lock}>&-
    return 0
  fi
  if ! command -v apt-get >/dev/null; then
    complain "these Debian 12 packages, or your system's equivalents, are missing: ${missing[*]}"
    return 1
  fi
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && sudo -v; }; then
      complain "missing packages and no right to install them; run as root: apt-get install ${missing[*]}"
      return 1
    fi
    sudo=(sudo)
  fi
  say "installing ${missing[*]}"
  if ! { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends \
      install "${missing[@]}"; } >"$log" 2>&1; then
    # An index that cannot be refreshed does not matter when the packages are known already.
    if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends \
      install "${missing[@]}" >>"$log" 2>&1; then
      tail -n 15 "$log" | without_addresses >&2
      complain "installing failed (whole log: $log); install these by hand and start again: ${missing[*]}"
      return 1
    fi
  fi
  exec {packages_lock}>&-
}

# promtool on PATH, else Debian's taken out of its package: installing prometheus would start a server on every interface.
need_promtool() {
  local folder="$root/.build/promtool"
  command -v promtool >/dev/null && return 0
  if [ ! -x "$folder/usr/bin/promtool" ]; then
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    rm -rf "$folder"
    mkdir -p "$folder"
    say "taking promtool out of Debian's prometheus package"
    (cd "$folder" && apt-get -q download prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb) \
      >"$root/.build/promtool.log" 2>&1 || return 1
  fi
  PATH=$PATH:$folder/usr/bin
}

# Swift 6.3 or later on PATH.
need_swift() {
  local version
  version=$(swift --version 2>/dev/null | sed -n -E 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  if [ -z "$version" ] || [ "$(printf '6.3\n%s\n' "$version" | sort -V | head -n 1)" != 6.3 ]; then
    complain "Swift 6.3 or later is needed, found ${version:-none}: install it from swift.org (swiftly install 6.3)"
    return 1
  fi
}

# Terraform 1.10 or later, or OpenTofu as `terraform`: the S3 backend's own lock file came with it.
need_terraform() {
  local version
  version=$(CHECKPOINT_DISABLE=1 terraform version -json 2>/dev/null | sed -n -E 's/.*"terraform_version": *"([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  if [ -z "$version" ] || [ "$(printf '1.10\n%s\n' "$version" | sort -V | head -n 1)" != 1.10 ]; then
    complain "Terraform 1.10 or later is needed on PATH, found ${version:-none}: Debian does not package it; take the" \
      "terraform_<version>_linux_amd64.zip of developer.hashicorp.com/terraform/install and unzip it into /usr/local/bin"
    return 1
  fi
}

# The Python 3.11 that the pins were tested with.
find_python() {
  local candidate
  for candidate in /usr/bin/python3.11 python3.11 /usr/bin/python3 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  complain "Python 3.11 is needed for LocalStack, found $(python3 --version 2>/dev/null || printf none): apt-get install python3.11-venv"
  return 1
}

# Makes .build/venv with the pinned packages, or keeps it when it was made from the same pins; sets `python`.
# Concurrent callers wait for the first; a venv that was not finished has no stamp and is made again.
make_venv() {
  local venv="$root/.build/venv" log="$root/.build/venv.log" base stamp
  mkdir -p "$root/.build"
  base=$(find_python) || return 1
  stamp="$("$base" --version) $base $venv $(cat "$root/Tests/lib/requirements.txt" "$root/Tests/lib/constraints.txt" | sha256sum)"
  exec {venv_lock}>"$root/.build/venv.lock"
  flock "$venv_lock"
  if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
    say "making .build/venv (LocalStack, moto, cfn-lint)"
    rm -rf "$venv"
    if ! { "$base" -m venv "$venv" && "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --progress-bar off \
      -r "$root/Tests/lib/requirements.txt" -c "$root/Tests/lib/constraints.txt"; } >"$log" 2>&1; then
      tail -n 15 "$log" | without_addresses >&2
      complain "the Python packages of Tests/lib/requirements.txt could not be installed (whole log: $log)"
      return 1
    fi
    printf '%s' "$stamp" >"$venv/stamp"
  fi
  exec {venv_lock}>&-
  python="$venv/bin/python"
}

# The session that `attended` runs; empty between runs. A script that uses it ends it in its EXIT trap: [ -n "$child" ] && end_session "$child"
child=''

# Runs a command in a session of its own, its output (without addresses) through the function or command FILTER to the terminal and
# whole to the file LOG. The script's own signals interrupt the wait at once. When the script dies, by whatever signal, the kernel
# tells the session's leader, which ends the session.
attended() { # attended LOG FILTER COMMAND...
  setpriv --pdeathsig TERM setsid bash -c '
    set -o pipefail; root=$1; log=$2; filter=$3; shift 3; . "$root/Tests/lib/common.sh"
    trap "trap \"\" TERM; signal_session TERM $$; exit 143" TERM
    { "$@" 2>&1 | without_addresses | tee -a "$log" | "$filter"; } & wait "$!"' bash "$root" "$@" &
  child=$!
  wait "$child"
  local code=$?
  child=''
  return "$code"
}

# Sends a signal to every process of the session that PID leads but PID itself. Not to a process group: swift test makes one more.
signal_session() { # signal_session SIGNAL PID
  local process
  for process in $(ps -o pid= --sid "$2"); do
    ((process == $2)) || kill -s "$1" "$process" 2>/dev/null
  done
}

# Ends the session that PID leads: SIGTERM, and SIGKILL to what is left of it after 10 s.
end_session() { # end_session PID
  kill -TERM "$1" 2>/dev/null
  signal_session TERM "$1"
  for _ in {1..100}; do
    [ -n "$(ps -o pid= --sid "$1")" ] || return 0
    sleep 0.1
  done
  signal_session KILL "$1"
  kill -KILL "$1" 2>/dev/null
}

# Filters for `attended`: without the line of each test that starts; only the build's steps, on one line of a terminal.
without_starts() { sed -u '/^◇ /d'; }
build_steps() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      [ -t 1 ] && printf '\r\033[K  %s' "${line:0:100}"
    elif [[ $line == *error:* ]]; then
      printf '%s\n' "$line"
    fi
  done
  [ -t 1 ] && printf '\r\033[K'
  return 0
}
