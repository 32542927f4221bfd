# A private Postgres cluster, never the system's. Sourced by ./pool.
# shellcheck shell=bash

find_postgres() { # the folder of the newest binaries, 15 or later
  local folder version
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr) "$(dirname -- "$(command -v postgres || echo /nonexistent/x)")"; do
    [[ -x $folder/postgres && -x $folder/initdb && -x $folder/pg_ctl ]] || continue
    version=$("$folder/postgres" --version | grep -oE '[0-9]+' | head -1)
    if ((version >= 15)); then
      printf '%s' "$folder"
      return
    fi
  done
  return 1
}

pg_user() { if id -u postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

as_pg() { # Postgres does not run as root
  if [[ $EUID -eq 0 ]]; then
    (cd / && exec setpriv --reuid="$(pg_user)" --regid="$(id -g "$(pg_user)")" --clear-groups env HOME=/ "$@")
  else
    "$@"
  fi
}

pg_folder() { # home: where the cluster lives. As root outside the clone, which may be closed to the other user.
  if [[ $EUID -eq 0 ]]; then
    printf '/var/tmp/pool-%s' "$(printf '%s' "$1" | sha256sum | cut -c1-16)"
  else
    printf '%s/postgres' "$1"
  fi
}

pg_make() { # home fsync: makes the cluster; its password lies in the home folder
  local home=$1 fsync=$2 bin folder
  bin=$(find_postgres) || fail 'PostgreSQL 15 or later is not installed.'
  folder=$(pg_folder "$home")
  mkdir -p "$home" && chmod 700 "$home"
  [[ -s $home/postgres.password ]] || (umask 077 && head -c 24 /dev/urandom | base64 | tr -d '+/=\n' >"$home/postgres.password")
  if [[ ! -s $folder/data/PG_VERSION ]]; then
    rm -rf -- "$folder"
    mkdir -p "$folder" && chmod 700 "$folder"
    cp "$home/postgres.password" "$folder/password"
    [[ $EUID -ne 0 ]] || chown -R "$(pg_user)" "$folder"
    as_pg "$bin/initdb" -D "$folder/data" -U pool -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C --no-sync \
      >"$home/postgres.log" 2>&1 || { tail -5 "$home/postgres.log" >&2; fail 'the private Postgres could not be made.'; }
    rm -f "$folder/password"
  fi
  printf 'fsync=%s\n' "$fsync" >"$home/postgres.options"
}

pg_start() { # home: starts the cluster on a free port and writes the port down
  local home=$1 bin folder port fsync
  bin=$(find_postgres)
  folder=$(pg_folder "$home")
  fsync=$(cut -d= -f2 "$home/postgres.options")
  if as_pg "$bin/pg_ctl" -D "$folder/data" status >/dev/null 2>&1; then
    return 0
  fi
  for _ in 1 2 3; do
    port=$(free_port)
    if as_pg "$bin/pg_ctl" -D "$folder/data" -w -t 60 -s -l "$folder/log" -o \
      "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=$fsync -c synchronous_commit=$fsync -c max_connections=100" \
      start >/dev/null 2>&1 </dev/null 9>&-; then
      printf '%s' "$port" >"$home/postgres.port"
      return 0
    fi
  done
  tail -5 "$folder/log" >&2 || true
  fail 'the private Postgres did not start.'
}

pg_stop() { # home
  local home=$1 bin folder
  folder=$(pg_folder "$home")
  [[ -s $folder/data/PG_VERSION ]] && bin=$(find_postgres) || return 0
  as_pg "$bin/pg_ctl" -D "$folder/data" -m fast -w -t 30 stop >/dev/null 2>&1 || true
}

pg_remove() { # home
  pg_stop "$1"
  rm -rf -- "$(pg_folder "$1")" "$1"/postgres.{password,port,options,log}
}

pg_connection() { # home database
  printf 'Host=127.0.0.1;Port=%s;Username=pool;Password=%s;Database=%s' "$(cat "$1/postgres.port")" "$(cat "$1/postgres.password")" "$2"
}
