# How the node of this home is doing; without one, how the demo in it is doing.
# shellcheck shell=bash

# What "status" returns when nothing runs, as init scripts do.
readonly NOT_RUNNING=3

run_status() {
  local home json='' option
  for option in "$@"; do
    [[ $option == --json ]] || usage_error "status: unknown option '$option' (there is --json)"
    json=--json
  done
  home=$(node_home)
  if answers_status "$home"; then
    [[ -n $json ]] || { show_processes "$home"; mention_demo "$home/demo"; }
    become_status "$home" "$home/app/server/pool-server.dll" ${json:+"$json"}
  elif answers_status "$home/demo"; then
    [[ -n $json ]] || { say "No node runs in $home; this is the demo that does:"; show_processes "$home/demo"; }
    become_status "$home/demo" "$(program_path server)" ${json:+"$json"}
  fi
  say_nothing_runs "$home" "$json"
  return "$NOT_RUNNING"
}

# Whether a node or a demo runs in home $1, and its server has answered once.
answers_status() { home_is_locked "$1" && [[ -r $1/run/ports ]]; }

mention_demo() { ! answers_status "$1" || say "(a demo runs beside this node)"; }

show_processes() {
  local record name
  for name in supervisor postgres local-chain signer server worker worker-1 worker-2; do
    record="$1/run/$name.pid"
    [[ ! -e $record ]] || printf '%-11s %s\n' "$name" "$(recorded_pid "$1" "$name" || printf 'restarting')"
  done
}

# Becomes the server's own status command. $1 = home, $2 = program, $3 = "--json" or nothing.
become_status() {
  local home=$1 program=$2
  shift 2
  need_dotnet
  # shellcheck disable=SC1091  # written when the server was ready
  source "$home/run/ports"
  export POOL_HOME=$home POOL_WEB_PORT POOL_NETWORK_PORT
  exec dotnet "$program" status "$@"
}

say_nothing_runs() {
  if [[ -n $2 ]]; then
    say '{"running":false}'
  elif home_is_locked "$1"; then
    say "a node is starting (home: $1)"
  elif home_is_locked "$1/demo"; then
    say "a demo is starting (home: $1/demo)"
  else
    say "not running (home: $1); ./pool up starts it"
  fi
}
