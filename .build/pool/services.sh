# Starting the server and the workers, and seeing that they are ready.
# shellcheck shell=bash

readonly SERVER_START_SECONDS=120
readonly SERVER_STOP_SECONDS=40
readonly SIGNER_STOP_SECONDS=10
# A worker that is told to stop finishes what it holds.
readonly WORKER_STOP_SECONDS=30
readonly WORKERS_CONNECT_SECONDS=60
readonly LAST_WORDS_SHOWN=8
readonly DEFAULT_NETWORK_PORT=8935 DEFAULT_WEB_PORT=8936

# Where a program on this machine reaches the web port, given the address it listens on.
web_host() {
  case ${1-} in
    '' | 0.0.0.0 | '*' | '::' | '[::]' | localhost) printf 127.0.0.1 ;;
    *) printf '%s' "$1" ;;
  esac
}

# What ./pool status needs to know of home $1: web port $2, network port $3.
record_ports() { printf 'POOL_WEB_PORT=%s\nPOOL_NETWORK_PORT=%s\n' "$2" "$3" >"$1/run/ports"; }

# Starts the server of home $1 from program $2 on network port $3 and web port $4 with database $5.
# Settings that are not named here come from the environment and from pool.json in the home.
launch_server() {
  POOL_HOME=$1 POOL_NETWORK_PORT=$3 POOL_WEB_PORT=$4 POOL_DATABASE=$5 \
    start_process "$1" server "$1/log/server.log" dotnet "$2" run
}

# Starts a worker named $2 in home $1 from program $3 for payee $4, joined to the pool at $5:$6 whose server runs in the same home.
launch_worker() {
  local trust=() scheme
  scheme=$(web_scheme "$1")
  # It comes by an address of this machine, which the certificate does not name: it trusts exactly what the server shows.
  [[ $scheme == http ]] || trust=(--pool-certificate "$(shown_certificate "$1")")
  start_process "$1" "$2" "$1/log/$2.log" dotnet "$3" run --pool "$scheme://$5:$6" ${trust[@]+"${trust[@]}"} --payout "$4" --home "$1/$2"
}

# The certificate that the server of home $1 shows on its web port; the file is there while it speaks HTTPS.
shown_certificate() { printf '%s/server/web.pem' "$1"; }

# What the server of home $1, once it listens, speaks on its web port.
web_scheme() { if [[ -e $(shown_certificate "$1") ]]; then printf https; else printf http; fi; }

# Asks the server of home $1 by its own program, which knows HTTPS. $2 = address of the web port, $3 = port, then the command.
ask_server() {
  local home=$1 host=$2 port=$3
  shift 3
  POOL_HOME=$home POOL_WEB_ADDRESS=$host POOL_WEB_PORT=$port dotnet "$home/app/server/pool-server.dll" "$@" 2>/dev/null
}

# Whether the server of home $1 is ready at $2:$3.
server_is_ready() {
  if [[ $(web_scheme "$1") == http ]]; then
    http_get "$2" "$3" /health/ready >/dev/null
  else
    # A program is started only when there is somebody to ask.
    port_in_use "$3" && ask_server "$1" "$2" "$3" health >/dev/null
  fi
}

# Waits until the server of home $1 answers at $2:$3; fails when it ends, or when the time is over.
wait_for_server() {
  local deadline=$((SECONDS + SERVER_START_SECONDS))
  until server_is_ready "$1" "$2" "$3"; do
    if ! recorded_pid "$1" server >/dev/null; then
      show_last_words "$1" server "the server ended before it was ready"
      return 1
    fi
    if ((SECONDS >= deadline)); then
      show_last_words "$1" server "the server was not ready within $SERVER_START_SECONDS s"
      return 1
    fi
    pause "$POLL_SECONDS"
  done
}

# $1 = home, $2 = name, $3 = what happened. A program that could say why has said so in one line, its last.
show_last_words() {
  local log="$1/log/$2.log" words
  words=$(words_of_start "$1" "$2" | tail -n "$LAST_WORDS_SHOWN")
  if [[ ${words##*$'\n'} =~ ^pool-[a-z]+:\ (.*)$ ]]; then
    warn "$3: ${BASH_REMATCH[1]}"
  else
    warn "$3; its last words ($log):"
    printf '%s\n' "$words" >&2
  fi
}

# What $2 of home $1 has written to its log since it was started last.
words_of_start() {
  local offset=0
  { read -r offset <"$1/run/$2.offset"; } 2>/dev/null || true
  tail -c "+$((offset + 1))" -- "$1/log/$2.log" 2>/dev/null || true
}

# Waits until as many workers as are named are connected to the server of home $1 at $2:$3, by the server's own account.
wait_for_workers() {
  local home=$1 host=$2 port=$3 deadline=$((SECONDS + WORKERS_CONNECT_SECONDS)) name
  shift 3
  until (($(connected_workers "$home" "$host" "$port") >= $#)); do
    for name in "$@"; do
      if ! recorded_pid "$home" "$name" >/dev/null; then
        show_last_words "$home" "$name" "$name ended before it was connected"
        return 1
      fi
    done
    if ((SECONDS >= deadline)); then
      show_last_words "$home" "$1" "no connection to the pool within $WORKERS_CONNECT_SECONDS s: $*"
      return 1
    fi
    pause "$POLL_SECONDS"
  done
}

connected_workers() {
  local answer
  if [[ $(web_scheme "$1") == http ]]; then
    answer=$(http_get "$2" "$3" /operator/status "Authorization: Bearer $(cat -- "$1/server/operator.token" 2>/dev/null)") || true
  else
    answer=$(ask_server "$1" "$2" "$3" status --json) || true
  fi
  grep -oE '"connected"[[:space:]]*:[[:space:]]*true' <<<"$answer" | wc -l
}
