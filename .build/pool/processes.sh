# Children: started in a session of their own, restarted when they die, stopped cleanly. Sourced by ./pool.
# shellcheck shell=bash

# A pid file holds the pid and the start time of its process, so that a number that was used again is never signalled.
start_time() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

is_running() { # pidfile
  local pid began
  [[ -r $1 ]] && read -r pid began <"$1" || return 1
  [[ -n $pid && -n $began && $(start_time "$pid") == "$began" ]]
}

# Runs a command for ever: a child that dies is started again after 1, 2, 4 ... 30 seconds.
supervise() { # home name command...
  local home=$1 name=$2
  shift 2
  local log=$home/log/$name.log
  mkdir -p "$home/log"
  setsid bash -c '
    name=$1 log=$2 max=$((16 * 1024 * 1024)) pause=1 child= stopping=
    shift 2
    trap "stopping=1; [[ -z \$child ]] || kill -TERM \$child 2>/dev/null" TERM INT
    while [[ -z $stopping ]]; do
      began=$SECONDS
      [[ ! -f $log ]] || (($(stat -c %s "$log") < max)) || mv -f "$log" "$log.1"
      "$@" >>"$log" 2>&1 </dev/null &
      child=$!
      while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
      child=
      [[ -z $stopping ]] || break
      ((SECONDS - began < 60)) || pause=1
      echo "$(date -u +%FT%TZ) $name ended; starting it again in $pause s" >>"$log"
      sleep "$pause" & wait $! || true
      pause=$((pause * 2 > 30 ? 30 : pause * 2))
    done' "pool-supervisor-$name" "$name" "$log" "$@" >/dev/null 2>&1 </dev/null 9>&- &
  local pid=$!
  disown "$pid"
  printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$home/$name.pid"
}

stop_child() { # home name: asks, waits, and only then ends it
  local file=$1/$2.pid pid
  if is_running "$file"; then
    read -r pid _ <"$file"
    kill -TERM "$pid" 2>/dev/null || true
    for _ in {1..150}; do
      is_running "$file" || break
      sleep 0.1
    done
    if is_running "$file"; then
      kill -KILL -- "-$pid" 2>/dev/null || true
    fi
  fi
  rm -f "$file"
}

http_status() { # port path [token]: the status code of a loopback page, without needing curl
  local line
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || { echo 0; return; }
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
  read -r -t 5 _ line _ <&3 || line=0
  exec 3>&- 3<&-
  echo "${line:-0}"
}

ready_seconds=60
wait_ready() { # home webport
  local log=$1/log/server.log
  for ((i = 0; i < ready_seconds * 5; i++)); do
    [[ $(http_status "$2" /health/ready) != 200 ]] || return 0
    if grep -q '^pool-server: ' "$log" 2>/dev/null; then
      grep -m1 '^pool-server: ' "$log" >&2
      return 1
    fi
    sleep 0.2
  done
  tail -10 "$log" >&2
  say "pool: the server was not ready within $ready_seconds s." >&2
  return 1
}
