# Words, paths and the build. Sourced by ./pool.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
state=${POOL_HOME:-$root/.pool}
[[ $state == /* ]] || state=$PWD/$state

say() { printf '%s\n' "$*"; }
fail() { printf 'pool: %s\n' "$*" >&2; exit 1; }

dll() { # project assembly: the built program
  printf '%s/%s/bin/Release/net10.0/%s.dll' "$root" "$1" "$2"
}

need_dotnet() {
  [[ -n ${HOME:-} && -w $HOME ]] || { mkdir -p "$root/.pool/dotnet"; export DOTNET_CLI_HOME=$root/.pool/dotnet; }
  command -v dotnet >/dev/null || [[ ! -x ${HOME:-/nonexistent}/.dotnet/dotnet ]] || PATH=$HOME/.dotnet:$PATH
  command -v dotnet >/dev/null ||
    fail 'the .NET 10 SDK is not installed: get it from https://dotnet.microsoft.com/download/dotnet/10.0 and put dotnet on the PATH.'
  dotnet --version >/dev/null 2>&1 ||
    fail 'the .NET SDK here is older than 10.0: get .NET 10 from https://dotnet.microsoft.com/download/dotnet/10.0.'
}

build() {
  need_dotnet
  mkdir -p "$root/.pool"
  exec 9>"$root/.pool/build.lock"
  flock -n 9 || { say 'Another build of this clone is running; waiting for it.'; flock 9; }
  local log=$root/.pool/build.log
  # No compiler server stays behind.
  if ! dotnet build "$root/Pool.sln" -c Release -p:UseSharedCompilation=false >"$log" 2>&1 9>&-; then
    grep -E ' (error|warning) ' "$log" | sort -u | head -40 >&2 || tail -20 "$log" >&2
    fail "the build failed; all of it is in $log"
  fi
  exec 9>&-
}

port_is_free() { # nobody listens there
  ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port() { # a free port below the range the kernel hands out by itself
  local port
  for _ in {1..200}; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
    if port_is_free "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  fail 'no free port found on this machine.'
}

free_mib() { df -Pm -- "$1" | awk 'NR == 2 { print $4 }'; }

min_free_mib=1024
need_space() {
  mkdir -p "$1" 2>/dev/null || fail "the folder $1 cannot be made."
  (($(free_mib "$1") >= min_free_mib)) ||
    fail "no disk space: $(free_mib "$1") MiB are free at $1, $min_free_mib MiB are needed."
}
