# What must be on the machine: the .NET SDK, Postgres, FFmpeg; node and curl for the tests. Installs what is missing where it may.
# shellcheck shell=bash

readonly SDK_MAJOR=10
readonly POSTGRES_MINIMUM=15
readonly NODE_MINIMUM=18
readonly LOCAL_CHAIN_FOLDER="$ROOT/tests/Pool.LocalChain"
readonly APT_LOCK_SECONDS=300
readonly INSTALL_LOCK=/run/pool-install.lock
readonly POSTGRES_NO_MAIN_CLUSTER=/etc/postgresql-common/createcluster.d/pool-no-main-cluster.conf

# Finds the SDK and sets up its environment: no telemetry, no banner, no server process that outlives us.
need_dotnet() {
  local candidate found=()
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
  export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
  # A debugger or a profiler has to be asked for: its pipes would stay behind wherever a process is killed.
  export DOTNET_EnableDiagnostics="${DOTNET_EnableDiagnostics:-0}"
  export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
  need_user_folder
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:+$DOTNET_ROOT/dotnet}" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
    [[ -n $candidate && -x $candidate ]] || continue
    candidate=$(readlink -f -- "$candidate")
    if "$candidate" --list-sdks 2>/dev/null | grep -qE "^$SDK_MAJOR\.0\.[0-9]{3}"; then
      export DOTNET_ROOT=${candidate%/*} PATH="${candidate%/*}:$PATH"
      return 0
    fi
    found+=("$candidate has $("$candidate" --list-sdks 2>/dev/null | awk '{ printf "%s%s", sep, $1; sep = ", " }')")
  done
  explain_missing_dotnet ${found[@]+"${found[@]}"}
}

explain_missing_dotnet() {
  local line
  warn "the .NET $SDK_MAJOR SDK is needed and was not found"
  for line in "$@"; do
    warn "  $line"
  done
  warn "get it with one of these, then run the same command again:"
  warn "  any Linux:      curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel $SDK_MAJOR.0   (into ~/.dotnet, where ./pool looks)"
  warn "  Ubuntu 24.04+:  sudo apt-get update && sudo apt-get install -y dotnet-sdk-$SDK_MAJOR.0"
  exit 1
}

# dotnet and NuGet want a home folder they can write; where the user has none they get one in the clone.
need_user_folder() {
  if [[ -z ${HOME-} || ! -d $HOME || ! -w $HOME ]]; then
    HOME="$ROOT/.pool/build/user"
    mkdir -p "$HOME" 2>/dev/null || fail "cannot write in $ROOT, and this user has no home folder; clone into a folder of your own"
    export HOME
  fi
}

# Sets POSTGRES_PROGRAMS to the folder of the newest Postgres at or above the minimum, or fails. PATH is the last resort.
find_postgres() {
  local folder version best=0
  POSTGRES_PROGRAMS=
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin "$(dirname -- "$(command -v postgres || printf /nonexistent/postgres)")"; do
    [[ -x $folder/postgres && -x $folder/initdb && -x $folder/psql && -x $folder/pg_dump ]] || continue
    version=$("$folder/postgres" --version | sed -nE 's/^[^0-9]*([0-9]+).*/\1/p')
    if ((${version:-0} >= POSTGRES_MINIMUM && version > best)); then
      POSTGRES_PROGRAMS=$folder best=$version
    fi
  done
  [[ -n $POSTGRES_PROGRAMS ]]
}

has_ffmpeg() {
  command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || return 1
  local cache
  cache=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || return 0
  [[ $cache == *libavcodec.so.* && $cache == *libavfilter.so.* ]]
}

has_node() {
  local version
  command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  ((${version%%.*} >= NODE_MINIMUM))
}

# Makes sure of the named needs ("postgres", "ffmpeg", "node", "curl"), installing what is missing. Sets POSTGRES_PROGRAMS.
need_programs() {
  local packages
  packages=$(missing_packages "$@")
  if [[ -n $packages ]]; then
    # shellcheck disable=SC2086  # a list of package names
    install_packages $packages
    packages=$(missing_packages "$@")
    [[ -z $packages ]] ||
      fail "still missing after the installation: $packages (Postgres must be $POSTGRES_MINIMUM or newer: see https://www.postgresql.org/download/)"
  fi
  find_postgres || true
}

# The Debian packages that would give what is missing of the named needs.
missing_packages() {
  local need list=()
  for need in "$@"; do
    case $need in
      postgres) find_postgres || list+=(postgresql) ;;
      ffmpeg) has_ffmpeg || list+=(ffmpeg) ;;
      node) has_node || list+=(nodejs npm) ;;
      curl) command -v curl >/dev/null || list+=(curl) ;;
    esac
  done
  printf '%s' "${list[*]-}"
}

# The packages of an npm project, by its lock file; once for each lock file. $1 = home, $2 = name, $3 = folder of the project.
install_npm_packages() {
  local folder=$3 log="$1/log/$2.log" lock
  mkdir -p "$1/log"
  lock=$(sha256sum <"$folder/package-lock.json")
  [[ ! -r $folder/node_modules/.pool-lock || $(<"$folder/node_modules/.pool-lock") != "$lock" ]] || return 0
  if ! run_step "$1" "$2" "$log" npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund; then
    tail -n 20 "$log" >&2
    return 1
  fi
  printf '%s\n' "$lock" >"$folder/node_modules/.pool-lock"
}

# The node and the contracts of the local chain. $1 = home.
need_local_chain() {
  need_programs node
  with_build_lock install_npm_packages "$1" local-chain "$LOCAL_CHAIN_FOLDER" || fail "the packages of the local chain could not be installed; the lines above say why"
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    fail "missing: $*. Install Postgres $POSTGRES_MINIMUM+ and FFmpeg (programs and libraries) with this system's package manager"
  fi
  if ! is_root; then
    fail "missing: $*. Type this, then run the same command again:  sudo apt-get update && sudo apt-get install -y $*"
  fi
  say "installing $* …"
  (
    # Two clones may find the same thing missing at the same time; the second finds it installed.
    exec 7>>"$INSTALL_LOCK"
    flock 7
    run_apt_get "$@" 7>&-
  ) || fail "the installation of $* failed; the lines above say why"
}

# The log is shown only when something went wrong.
run_apt_get() {
  local log status=0
  log=$(mktemp)
  keep_postgres_from_starting "$@"
  {
    apt_get update && apt_get install -y --no-install-recommends "$@" && install_optional_packages
  } >"$log" 2>&1 </dev/null || status=$?
  let_postgres_start "$@"
  [[ $status -eq 0 ]] || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$status"
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -q -o "DPkg::Lock::Timeout=$APT_LOCK_SECONDS" "$@"; }

# Signatures are checked faster with it; without it the managed code does the same work.
install_optional_packages() {
  if apt-cache show libsecp256k1-1 >/dev/null 2>&1; then
    apt_get install -y --no-install-recommends libsecp256k1-1
  fi
}

# Debian's package makes and starts a system cluster unless told otherwise. Ours is private: nothing of the system starts.
keep_postgres_from_starting() {
  [[ " $* " == *" postgresql "* ]] || return 0
  mkdir -p "${POSTGRES_NO_MAIN_CLUSTER%/*}"
  printf 'create_main_cluster = false\n' >"$POSTGRES_NO_MAIN_CLUSTER"
}

let_postgres_start() {
  [[ " $* " == *" postgresql "* ]] || return 0
  rm -f "$POSTGRES_NO_MAIN_CLUSTER"
  rmdir --ignore-fail-on-non-empty "${POSTGRES_NO_MAIN_CLUSTER%/*}" 2>/dev/null || true
}
