# What the machine must have. Sourced by ./pool.
# shellcheck shell=bash

have_postgres() { find_postgres >/dev/null 2>&1; }
have_ffmpeg() { command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; }

missing_packages() {
  have_postgres || printf 'postgresql '
  have_ffmpeg || printf 'ffmpeg '
  # libsecp256k1 is not needed: without it the same signatures are made in managed code, only slower.
}

install_missing() {
  local packages
  packages=$(missing_packages)
  [[ -n $packages ]] || return 0
  if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    fail "please install what is missing first: sudo apt-get install ${packages% }"
  fi
  say "Installing ${packages% } ..."
  # Debian would start a database of its own; we bring a private one and leave the system alone.
  if [[ $packages == *postgresql* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
  fi
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { apt-get -o DPkg::Lock::Timeout=300 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
      install -y --no-install-recommends $packages; } >"$log" 2>&1 </dev/null; then
    tail -5 "$log" >&2
    fail "apt-get could not install ${packages% }; all it said is in $log"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends libsecp256k1-1 >>"$log" 2>&1 </dev/null || true
  rm -f "$log"
}
