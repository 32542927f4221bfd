# up, down, status, clean and the programs. Sourced by ./pool.
# shellcheck shell=bash

help() {
  cat <<'TEXT'
./pool COMMAND

  demo [VIDEO]            a whole pool on this machine: a video goes in, its renditions come out
       [--once]           ... and stop when the stream has ended
       [--report FILE]    ... and write what happened as JSON
  test [--long] [FILTER]  everything that CI runs

  up [--with-worker]      run a node (Postgres, server) in the background until `down`
  down                    stop it
  status [--json]         workers, sessions, totals
  clean                   stop it and remove its state

  worker ...              pool-worker from source, e.g. ./pool worker run --pool URL --payout 0x...
  gateway ...             the test gateway, e.g. ./pool gateway stream VIDEO --out DIR
  vectors FILE...         check golden vector files against the code
  bench NAME              measure: keccak

State lies in POOL_HOME (default .pool). Ports: POOL_NETWORK_PORT (8935), POOL_WEB_PORT (8936).
TEXT
}

run_program() { # project assembly arguments...
  local program
  program=$(dll "$1" "$2")
  shift 2
  build
  exec dotnet "$program" "$@"
}

node_environment() { # home
  export POOL_HOME=$1 POOL_NETWORK_PORT=${POOL_NETWORK_PORT:-8935} POOL_WEB_PORT=${POOL_WEB_PORT:-8936}
  export POOL_DATABASE
}

need_port() { # port setting
  port_is_free "$1" || fail "port $1 is in use: stop what has it, or choose another with $2."
}

start_node() { # home: Postgres and the server, ready
  local home=$1
  pg_make "$home" on
  pg_start "$home"
  POOL_DATABASE=$(pg_connection "$home" pool)
  node_environment "$home"
  supervise "$home" server dotnet "$(dll Pool.Server pool-server)" run
  wait_ready "$home" "$POOL_WEB_PORT"
}

stop_node() { # home
  local home=$1 file
  for file in "$home"/worker*.pid; do
    [[ -e $file ]] && stop_child "$home" "$(basename "$file" .pid)" &
  done
  wait
  stop_child "$home" server
  pg_stop "$home"
}

up() {
  local with_worker=
  [[ ${1:-} != --with-worker ]] || with_worker=1
  install_missing
  if is_running "$state/server.pid"; then
    say "Already running; ./pool status shows it."
    return 0
  fi
  stop_node "$state" 2>/dev/null || true
  need_port "${POOL_NETWORK_PORT:-8935}" POOL_NETWORK_PORT
  need_port "${POOL_WEB_PORT:-8936}" POOL_WEB_PORT
  [[ -z $with_worker || -n ${POOL_PAYOUT_ADDRESS:-} ]] || fail 'up --with-worker needs the address that is paid: set POOL_PAYOUT_ADDRESS=0x...'
  need_space "$state"
  build
  touch "$state/.pool-home"
  rm -f "$state/log/server.log"
  start_node "$state" || { stop_node "$state"; exit 1; }
  [[ -z $with_worker ]] ||
    supervise "$state" worker dotnet "$(dll Pool.Worker pool-worker)" run --pool "http://127.0.0.1:$POOL_WEB_PORT" --payout "$POOL_PAYOUT_ADDRESS" --home "$state/worker"
  say "The pool is up: gateways reach it at ${POOL_SERVICE_URI:-https://127.0.0.1:$POOL_NETWORK_PORT}, workers at http://127.0.0.1:$POOL_WEB_PORT"
  say "Look: ./pool status     Logs: $state/log     Stop: ./pool down"
}

down() {
  stop_node "$state"
  say 'Stopped.'
}

clean() {
  [[ -e $state/.pool-home || -d $state/demo || ! -e $state ]] || fail "$state is not a folder that ./pool made; it is left alone."
  [[ ! -d $state/demo ]] || { stop_node "$state/demo"; pg_remove "$state/demo"; }
  stop_node "$state"
  pg_remove "$state"
  rm -rf -- "$state"
  say "Removed $state."
}

status() {
  build
  export POOL_HOME=$state
  exec dotnet "$(dll Pool.Server pool-server)" status "$@"
}

main() {
  local command=${1:-help}
  [[ $# -eq 0 ]] || shift
  case $command in
    help | --help | -h) help ;;
    demo) demo "$@" ;;
    test) run_tests "$@" ;;
    up) up "$@" ;;
    down) down ;;
    status) status "$@" ;;
    clean) clean ;;
    worker) install_missing; run_program Pool.Worker pool-worker "$@" ;;
    gateway) install_missing; run_program tests/Pool.Gateway pool-gateway "$@" ;;
    vectors) run_program tests/Pool.Vectors pool-vectors "$@" ;;
    bench) run_program tests/Pool.Benchmarks pool-bench "$@" ;;
    *) help >&2; fail "there is no command '$command'." ;;
  esac
}
