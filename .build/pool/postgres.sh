# A private Postgres: loopback TCP on a free port, a random password, an unprivileged user, no system cluster touched.
# shellcheck shell=bash

readonly POSTGRES_START_SECONDS=60
readonly POSTGRES_STOP_SECONDS=60
readonly POSTGRES_START_ATTEMPTS=5
readonly POSTGRES_USER=pool
readonly POSTGRES_DATABASE=pool
# Losing the last seconds of a database that is thrown away anyway costs nothing, and tests run much faster.
readonly THROWAWAY_SETTINGS=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)

# The folder of home $1's cluster. Postgres refuses to run as root, and the user it runs as may not be able to enter a
# root-only clone, so root's clusters live apart: a node's books where nothing is cleaned up by age, the others in /var/tmp.
postgres_folder() {
  local parent=/var/tmp
  if is_root; then
    [[ $1 != "$(node_home)" ]] || parent=/var/lib
    printf '%s/pool-%s' "$parent" "$(hash_of "$1")"
  else
    printf '%s/postgres' "$1"
  fi
}

# The system user that owns root's clusters.
postgres_owner() {
  if id postgres >/dev/null 2>&1; then
    printf postgres
  else
    printf nobody
  fi
}

# Turns the command in the arguments into one that runs as the cluster's owner. Leaves it in AS_POSTGRES.
as_postgres() {
  AS_POSTGRES=(env -C / "$@")
  if is_root; then
    local owner
    owner=$(postgres_owner)
    AS_POSTGRES=(env -C / setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --clear-groups -- "$@")
  fi
}

make_postgres_folder() {
  local folder=$1
  if ! mkdir -m 0700 -- "$folder" 2>/dev/null; then
    [[ -d $folder && ! -L $folder ]] || fail "cannot make the folder $folder for the database"
    if is_root && [[ $(stat -c %U -- "$folder") != "$(postgres_owner)" ]]; then
      fail "$folder belongs to $(stat -c %U -- "$folder"), not to $(postgres_owner): remove it first"
    fi
  fi
  give_to_postgres "$folder"
}

# Makes the cluster of home $1 unless it exists. It appears under its name only when it is complete.
make_cluster() {
  local home=$1 folder status=0
  folder=$(postgres_folder "$home")
  [[ ! -f $folder/data/PG_VERSION ]] || return 0
  rm -rf -- "$folder"
  make_postgres_folder "$folder"
  (umask 077 && random_word >"$folder/password")
  give_to_postgres "$folder/password"
  as_postgres "$POSTGRES_PROGRAMS/initdb" -D "$folder/data.new" -U "$POSTGRES_USER" --pwfile="$folder/password" -A scram-sha-256 \
    -E UTF8 --locale=C --data-checksums
  "${AS_POSTGRES[@]}" >"$home/log/initdb.log" 2>&1 </dev/null 7>&- 8>&- 9>&- || status=$?
  [[ $status -eq 0 ]] || fail "initdb failed: $(tail -n 1 "$home/log/initdb.log")"
  mv -- "$folder/data.new" "$folder/data"
}

give_to_postgres() {
  ! is_root || chown "$(postgres_owner):" -- "$1"
}

# Starts the cluster of home $1 on its stored port, or on another when that is taken. $2 = "throwaway" for tests.
# Sets POSTGRES_PORT and returns when it answers.
start_postgres() {
  local home=$1 kind=${2-} attempt
  make_cluster "$home"
  for ((attempt = 1; attempt <= POSTGRES_START_ATTEMPTS; attempt++)); do
    choose_postgres_port "$home"
    launch_postgres "$home" "$kind"
    ! wait_for_postgres "$home" || return 0
    stop_postgres "$home"
    port_in_use "$POSTGRES_PORT" || break
  done
  tail -n "$LOG_LINES_SHOWN" "$home/log/postgres.log" >&2
  fail "Postgres did not start within $POSTGRES_START_SECONDS s; the lines above are the end of $home/log/postgres.log"
}

choose_postgres_port() {
  POSTGRES_PORT=
  { read -r POSTGRES_PORT <"$1/run/postgres.port"; } 2>/dev/null || true
  if [[ -z $POSTGRES_PORT ]] || port_in_use "$POSTGRES_PORT"; then
    POSTGRES_PORT=$(pick_port)
    printf '%s\n' "$POSTGRES_PORT" >"$1/run/postgres.port"
  fi
}

# Starts the process and returns at once.
launch_postgres() {
  local home=$1 kind=$2 settings=()
  [[ $kind != throwaway ]] || settings=("${THROWAWAY_SETTINGS[@]}")
  as_postgres "$POSTGRES_PROGRAMS/postgres" -D "$(postgres_folder "$home")/data" -p "$POSTGRES_PORT" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c logging_collector=off \
    ${settings[@]+"${settings[@]}"}
  start_process "$home" postgres "$home/log/postgres.log" "${AS_POSTGRES[@]}"
}

# Waits until the database of home $1 answers and exists; fails when the process ends or the time is over.
wait_for_postgres() {
  local home=$1 deadline=$((SECONDS + POSTGRES_START_SECONDS))
  until postgres_query "$home" 'select 1' >/dev/null 2>&1; do
    recorded_pid "$home" postgres >/dev/null && ((SECONDS < deadline)) || return 1
    pause "$POLL_SECONDS"
  done
  if [[ -z $(postgres_query "$home" "select 1 from pg_database where datname = '$POSTGRES_DATABASE'") ]]; then
    postgres_query "$home" "create database $POSTGRES_DATABASE" >/dev/null
  fi
}

postgres_password() { cat -- "$(postgres_folder "$1")/password"; }

postgres_query() {
  PGPASSWORD=$(postgres_password "$1") PGCONNECT_TIMEOUT=2 "$POSTGRES_PROGRAMS/psql" -XqtA \
    -h 127.0.0.1 -p "$POSTGRES_PORT" -U "$POSTGRES_USER" -d postgres -v ON_ERROR_STOP=1 -c "$2"
}

# What Npgsql wants to know. $1 = home, $2 = database.
connection_string() {
  printf 'Host=127.0.0.1;Port=%s;Username=%s;Password=%s;Database=%s' "$POSTGRES_PORT" "$POSTGRES_USER" "$(postgres_password "$1")" "$2"
}

# Fast shutdown: sessions are cut, everything committed is on disk.
stop_postgres() { stop_process "$1" postgres INT "$POSTGRES_STOP_SECONDS"; }

# Removes the cluster of home $1.
remove_cluster() {
  local folder
  folder=$(postgres_folder "$1")
  rm -rf -- "$folder"
  rm -f -- "$1/run/postgres.port"
}
