# The parent of a node's processes: starts them in order, restarts what dies, keeps the logs small, stops them in order.
# Runs as "./pool supervise" in a session of its own; ./pool up starts it and waits for the word "ready" in run/state.
# shellcheck shell=bash

readonly RESTART_DELAY_MAX=30
# A child that lived this long starts again without delay when it dies.
readonly STEADY_SECONDS=60
readonly LOG_BYTES_MAX=$((10 * 1024 * 1024))
readonly LOG_FILES_KEPT=4

run_supervisor() {
  NODE=$(node_home)
  take_home_lock "$NODE" || fail "already running"
  record_process "$NODE" supervisor "$$"
  STOP_ASKED=
  trap 'STOP_ASKED=yes' TERM INT HUP
  trap 'stop_node' EXIT
  printf 'starting\n' >"$NODE/run/state"
  need_dotnet
  find_postgres || true
  stop_children
  remove_temporary_folder "$NODE"
  make_temporary_folder "$NODE"
  read_node_settings "$@"
  start_node
  printf 'ready\n' >"$NODE/run/state"
  log_line "ready"
  while [[ -z $STOP_ASKED ]]; do
    watch_children
    rotate_logs
    pause 1
  done
  log_line "stopping"
}

log_line() { printf '%(%Y-%m-%dT%H:%M:%S%z)T %s\n' -1 "$*"; }

# Sets what the children are started with. $1 = "--with-worker" or nothing.
read_node_settings() {
  NETWORK_PORT=$(setting "$NODE" POOL_NETWORK_PORT networkPort "$DEFAULT_NETWORK_PORT")
  WEB_PORT=$(setting "$NODE" POOL_WEB_PORT webPort "$DEFAULT_WEB_PORT")
  WEB_HOST=$(web_host "$(setting "$NODE" POOL_WEB_ADDRESS webAddress '')")
  DATABASE=$(setting "$NODE" POOL_DATABASE database '')
  PAYOUT=$(setting "$NODE" POOL_PAYOUT_ADDRESS payoutAddress '')
  need_node_port "$NETWORK_PORT" POOL_NETWORK_PORT networkPort
  need_node_port "$WEB_PORT" POOL_WEB_PORT webPort
  [[ $NETWORK_PORT != "$WEB_PORT" ]] || fail "port $WEB_PORT is set for both gateways and workers: POOL_NETWORK_PORT and POOL_WEB_PORT must differ"
  CHILDREN=(server)
  [[ -n $DATABASE ]] || CHILDREN=(postgres server)
  [[ ${1-} != --with-worker ]] || CHILDREN+=(worker)
  record_ports "$NODE" "$WEB_PORT" "$NETWORK_PORT"
}

# $1 = port, $2 = environment variable, $3 = key in pool.json.
need_node_port() {
  is_port "$1" || fail "'$1' is not a port: set $2 (or $3 in pool.json) to a number from 1 to 65535"
  ! port_in_use "$1" || fail "port $1 is in use by another program: set $2 (or $3 in pool.json) to a free one"
}

# Starts everything once. Here a failure is final: a wrong setting does not get better by trying again.
start_node() {
  declare -gA FAILURES=() STARTED=() NEXT_START=()
  local name
  for name in "${CHILDREN[@]}"; do
    [[ -z $STOP_ASKED ]] || exit 1
    log_line "starting $name"
    FAILURES[$name]=0
    STARTED[$name]=$SECONDS
    case $name in
      postgres)
        start_postgres "$NODE"
        DATABASE=$(connection_string "$NODE" "$POSTGRES_DATABASE")
        ;;
      server)
        launch_child server
        wait_for_server "$NODE" "$WEB_HOST" "$WEB_PORT" || exit 1
        ;;
      worker)
        launch_child worker
        wait_for_workers "$NODE" "$WEB_HOST" "$WEB_PORT" worker || exit 1
        ;;
    esac
  done
}

launch_child() {
  case $1 in
    postgres) launch_postgres "$NODE" '' ;;
    server) launch_server "$NODE" "$NODE/app/server/pool-server.dll" "$NETWORK_PORT" "$WEB_PORT" "$DATABASE" ;;
    worker) launch_worker "$NODE" worker "$NODE/app/worker/pool-worker.dll" "$PAYOUT" "$WEB_HOST" "$WEB_PORT" ;;
  esac
}

watch_children() {
  local name
  for name in "${CHILDREN[@]}"; do
    if [[ -n ${NEXT_START[$name]-} ]]; then
      if ((SECONDS >= NEXT_START[$name])); then
        NEXT_START[$name]=
        STARTED[$name]=$SECONDS
        log_line "starting $name again"
        launch_child "$name"
      fi
    elif ! recorded_pid "$NODE" "$name" >/dev/null; then
      plan_restart "$name"
    fi
  done
}

# 1, 2, 4 … 30 seconds; a steady life before the death counts as a fresh start.
plan_restart() {
  local name=$1 delay
  if ((SECONDS - STARTED[$name] >= STEADY_SECONDS)); then
    FAILURES[$name]=0
  fi
  delay=$((1 << FAILURES[$name]))
  ((delay <= RESTART_DELAY_MAX)) || delay=$RESTART_DELAY_MAX
  ((FAILURES[$name] >= 5)) || FAILURES[$name]=$((FAILURES[$name] + 1))
  NEXT_START[$name]=$((SECONDS + delay))
  # Whatever the dead one left behind (a codec process, say) goes with it.
  stop_process "$NODE" "$name" KILL 1
  log_line "$name ended; it starts again in $delay s; its last line: $(tail -n 1 -- "$NODE/log/$name.log" 2>/dev/null || true)"
}

# Children append, so a log can be copied and emptied under them.
rotate_logs() {
  local log number
  for log in "$NODE"/log/*.log; do
    (($(stat -c %s -- "$log") > LOG_BYTES_MAX)) || continue
    for ((number = LOG_FILES_KEPT - 1; number >= 1; number--)); do
      [[ ! -e $log.$number ]] || mv -f -- "$log.$number" "$log.$((number + 1))"
    done
    cp -- "$log" "$log.1"
    : >"$log"
  done
}

stop_children() {
  stop_process "$NODE" worker TERM "$WORKER_STOP_SECONDS"
  stop_process "$NODE" server TERM "$SERVER_STOP_SECONDS"
  stop_postgres "$NODE"
}

stop_node() {
  set +e
  trap '' TERM INT HUP
  stop_children
  remove_temporary_folder "$NODE"
  rm -f "$NODE/run/state" "$NODE/run/ports" "$NODE/run/supervisor.pid"
  log_line "stopped"
}
