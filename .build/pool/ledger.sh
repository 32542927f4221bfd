# ./pool ledger … and ./pool chain …: the server's own commands on this home's node; without one, on the demo in it. $1 = the command.
# shellcheck shell=bash

run_server_command() {
  local home program database=''
  home=$(node_home)
  if answers_status "$home"; then
    program="$home/app/server/pool-server.dll"
    database=$(setting "$home" POOL_DATABASE database '')
  elif answers_status "$home/demo"; then
    home="$home/demo"
    program=$(program_path server)
  else
    say_nothing_runs "$home" ''
    return "$NOT_RUNNING"
  fi
  need_dotnet
  if [[ -z $database ]]; then
    read -r POSTGRES_PORT <"$home/run/postgres.port"
    database=$(connection_string "$home" "$POSTGRES_DATABASE")
  fi
  export POOL_HOME=$home POOL_DATABASE=$database
  # shellcheck disable=SC1091  # written when the server was ready
  source "$home/run/ports"
  export POOL_WEB_PORT POOL_NETWORK_PORT
  exec dotnet "$program" "$@"
}
