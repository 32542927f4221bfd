# Homes: folders that hold the state of one node, one demo or one test run.
# shellcheck shell=bash

readonly MINIMUM_FREE_MIB=1024
readonly HOME_MARK=.pool-home
# What lives in a node's home and is ours to remove; pool.json is the operator's.
readonly HOME_PARTS=(app server worker postgres demo log run lock "$HOME_MARK")

node_home() { realpath -m -- "${POOL_HOME:-$ROOT/.pool}"; }

# Makes home $1. The mark says that it was we who made it (or found it empty but for pool.json).
make_home() {
  local home=$1 content
  if [[ -e $home && ! -d $home ]]; then
    fail "$home is not a folder; set POOL_HOME to another"
  fi
  content=$(find "$home" -mindepth 1 -maxdepth 1 ! -name pool.json ! -name demo ! -name build -print -quit 2>/dev/null || true)
  mkdir -p -- "$home" 2>/dev/null || fail "cannot make the folder $home; set POOL_HOME to one that this user may write"
  [[ -w $home ]] || fail "cannot write in $home; clone into a folder of your own, or set POOL_HOME to one that this user may write"
  [[ -n $content ]] || printf 'Made by ./pool; ./pool clean removes what is in here.\n' >"$home/$HOME_MARK"
  chmod go-w -- "$home"
  mkdir -p "$home/run" "$home/log"
}

need_free_space() {
  local free
  free=$(df -Pm -- "$1" | awk 'NR == 2 { print $4 }')
  ((free >= MINIMUM_FREE_MIB)) ||
    fail "only $free MiB are free where $1 lies; at least $MINIMUM_FREE_MIB MiB are needed"
}

# Takes the lock of home $1 on descriptor 9 for as long as this script lives, or fails.
take_home_lock() {
  exec 9>>"$1/lock"
  flock -n 9
}

# Whether some living script or supervisor holds the lock of home $1.
home_is_locked() {
  [[ -e $1/lock ]] || return 1
  ! flock -n "$1/lock" true
}

# A short folder for temporary files of home $1's processes: socket paths must stay below 108 bytes. Sets TMPDIR.
make_temporary_folder() {
  TMPDIR=$(mktemp -d /tmp/pool-XXXXXXXX) || fail "cannot make a folder for temporary files in /tmp"
  export TMPDIR
  mkdir -p "$1/run"
  printf '%s\n' "$TMPDIR" >"$1/run/tmpdir"
}

remove_temporary_folder() {
  local folder=
  { read -r folder <"$1/run/tmpdir"; } 2>/dev/null || return 0
  if [[ $folder =~ ^/tmp/pool-[A-Za-z0-9]{8}$ && -d $folder && ! -L $folder && -O $folder ]]; then
    rm -rf -- "$folder"
  fi
  rm -f "$1/run/tmpdir"
}

# Stops all that home $1 still has running, workers before the server before the database; files stay.
stop_home() {
  local home=$1 record name
  [[ -d $home/run ]] || return 0
  for record in "$home"/run/*.pid; do
    [[ -e $record ]] || continue
    name=${record##*/}
    name=${name%.pid}
    case $name in
      server | postgres | local-chain | signer) ;;
      *) stop_process "$home" "$name" TERM "$WORKER_STOP_SECONDS" ;;
    esac
  done
  stop_process "$home" server TERM "$SERVER_STOP_SECONDS"
  # What the server asks ends after it.
  for name in signer local-chain; do
    stop_process "$home" "$name" TERM "$SIGNER_STOP_SECONDS"
  done
  stop_postgres "$home"
  rm -f -- "$home"/run/*.offset
  remove_temporary_folder "$home"
}
