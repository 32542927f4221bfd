# A production-like node: up, down, clean.
# shellcheck shell=bash

readonly NODE_START_SECONDS=$((POSTGRES_START_SECONDS + SERVER_START_SECONDS + 10))
readonly NODE_STOP_SECONDS=$((WORKER_STOP_SECONDS + SERVER_STOP_SECONDS + POSTGRES_STOP_SECONDS + 10))

run_up() {
  local home worker=() option
  for option in "$@"; do
    case $option in
      --with-worker) worker=(--with-worker) ;;
      *) usage_error "up: unknown option '$option' (there is --with-worker)" ;;
    esac
  done
  home=$(node_home)
  export POOL_HOME=$home
  if home_is_locked "$home"; then
    say "already running (home: $home)"
    wait_for_node "$home" 0
    return 0
  fi
  make_home "$home"
  need_free_space "$home"
  [[ ${#worker[@]} -eq 0 ]] || need_payout_address "$home"
  need_dotnet
  if [[ -n $(setting "$home" POOL_DATABASE database '') ]]; then
    need_programs ${worker[@]+ffmpeg}
  else
    need_programs postgres ${worker[@]+ffmpeg}
  fi
  stop_build_on_exit
  build_pool
  copy_programs "$home"
  local log="$home/log/supervisor.log" size
  size=$(stat -c %s -- "$log" 2>/dev/null || printf 0)
  env "$OWNER_VARIABLE=$home" setsid -- "$ROOT/pool" supervise ${worker[@]+"${worker[@]}"} </dev/null >>"$log" 2>&1 7>&- 8>&- 9>&- &
  SUPERVISOR=$!
  # Who interrupts the start does not want the node; its supervisor takes back what it has started.
  trap 'kill -TERM "$SUPERVISOR" 2>/dev/null; printf "\n" >&2; fail "interrupted; what was started stops again"' INT
  wait_for_node "$home" "$size"
  announce_node "$home"
}

# The node runs from a copy: building or testing in the clone must not change the files of a running server.
copy_programs() {
  local name program
  for name in server worker; do
    program=$(program_path "$name")
    rm -rf -- "$1/app/$name"
    mkdir -p "$1/app"
    cp -R -- "${program%/*}" "$1/app/$name"
  done
}

need_payout_address() {
  [[ -n $(setting "$1" POOL_PAYOUT_ADDRESS payoutAddress '') ]] ||
    fail "--with-worker needs to know who is paid: set payoutAddress in $1/pool.json, or POOL_PAYOUT_ADDRESS, to an Ethereum address"
}

# Waits for the supervisor's word "ready". $2 = where its log stood before this start; what it says after that is shown on failure.
wait_for_node() {
  local home=$1 deadline=$((SECONDS + NODE_START_SECONDS)) state
  until state=$(cat -- "$home/run/state" 2>/dev/null) && [[ $state == ready ]]; do
    if [[ -n ${SUPERVISOR-} ]] && ! kill -0 "$SUPERVISOR" 2>/dev/null && ! home_is_locked "$home"; then
      tail -c "+$(($2 + 1))" -- "$home/log/supervisor.log" | grep -v '^20[0-9-]*T' >&2 ||
        warn "the pool did not start; its log: $home/log/supervisor.log"
      exit 1
    fi
    if ((SECONDS >= deadline)); then
      tail -n "$LAST_WORDS_SHOWN" -- "$home/log/supervisor.log" >&2 || true
      fail "the pool was not ready within $NODE_START_SECONDS s; the lines above are the end of $home/log/supervisor.log"
    fi
    pause "$POLL_SECONDS"
  done
}

announce_node() {
  local POOL_WEB_PORT='' POOL_NETWORK_PORT=''
  # shellcheck disable=SC1091  # written by the supervisor
  source "$1/run/ports"
  say "Pool is up. Gateways: https://127.0.0.1:$POOL_NETWORK_PORT   workers: $(web_scheme "$1")://127.0.0.1:$POOL_WEB_PORT"
  say "  look: ./pool status   stop: ./pool down   logs: $1/log"
}

run_down() {
  [[ $# -eq 0 ]] || usage_error "down takes no arguments"
  stop_node_of "$(node_home)"
}

stop_node_of() {
  local home=$1 pid
  if [[ ! -d $home/run ]]; then
    say "not running (home: $home)"
  elif home_is_locked "$home"; then
    if pid=$(recorded_pid "$home" supervisor); then
      kill -TERM "$pid" 2>/dev/null || fail "the node in $home belongs to $(stat -c %U "/proc/$pid")"
    fi
    wait_until_gone "$home" supervisor "$NODE_STOP_SECONDS" || stop_process "$home" supervisor KILL 1
    stop_home "$home"
    say "stopped"
  elif something_is_left "$home"; then
    stop_home "$home"
    say "stopped what an ended supervisor had left"
  else
    stop_home "$home"
    say "not running (home: $home)"
  fi
}

something_is_left() {
  local record name
  for record in "$1"/run/*.pid; do
    name=${record##*/}
    [[ -z $(session_members "$1" "${name%.pid}") ]] || return 0
  done
  return 1
}

run_clean() {
  local home part folder
  [[ $# -eq 0 ]] || usage_error "clean takes no arguments"
  home=$(node_home)
  [[ -d $home ]] || { say "nothing to clean: $home does not exist"; return 0; }
  [[ -f $home/$HOME_MARK || $home == "$ROOT/.pool" ]] ||
    fail "$home was not made by ./pool (it has no $HOME_MARK), so nothing in it is removed"
  ! demo_is_running || fail "a demo is running in this clone: end it with Ctrl-C first"
  stop_node_of "$home"
  folder=$(postgres_folder "$home")
  say "removing the node's state in $home (database, keys, logs, demo results); pool.json stays"
  rm -rf -- "$folder"
  for part in "${HOME_PARTS[@]}"; do
    rm -rf -- "${home:?}/$part"
  done
  if [[ $home == "$ROOT/.pool" ]]; then
    remove_stale_test_homes
    rm -rf -- "$home/build"
  fi
  rmdir --ignore-fail-on-non-empty -- "$home"
}
