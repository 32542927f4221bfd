# Starting and stopping processes of ours, and never signalling anybody else's.
# A record file holds "pid start-time boot-id": a pid alone may be somebody else's by now.
# shellcheck shell=bash

# Every process we start carries the home it belongs to in this variable.
readonly OWNER_VARIABLE=STARTED_BY_POOL
readonly POLL_SECONDS=0.1
# How long the kernel may take to end what was killed.
readonly KILL_SECONDS=5

# Clock ticks after boot at which process $1 started; fails when there is no such process or only its zombie.
start_time_of() {
  local line fields
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -ra fields <<<"${line##*) }"
  [[ ${fields[0]} != Z ]] || return 1
  printf '%s' "${fields[19]}"
}

# Waits $1 seconds without a process of its own, so that nothing is left over when a signal ends the script.
pause() {
  [[ -n ${IDLE_PIPE-} ]] || exec {IDLE_PIPE}<> <(:)
  read -rt "$1" -u "$IDLE_PIPE" || true
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Starts a command in a session of its own, so that Ctrl-C reaches only this script, which stops things in order.
# It runs in the home: global.json is found from there by the SDK, and nothing of the caller's folder is.
# $1 = home, $2 = name, $3 = log file; the rest is the command. Leaves the pid in STARTED_PID.
start_process() {
  local home=$1 name=$2 log=$3
  shift 3
  mkdir -p "$home/run"
  # Logs are appended to; what this start wrote begins here.
  { stat -c %s -- "$log" 2>/dev/null || printf '0\n'; } >"$home/run/$name.offset"
  env -C "$home" "$OWNER_VARIABLE=$home" setsid -- "$@" </dev/null >>"$log" 2>&1 7>&- 8>&- 9>&- &
  STARTED_PID=$!
  record_process "$home" "$name" "$STARTED_PID"
}

# $1 = home, $2 = name, $3 = pid. A process that is gone already leaves an empty start time, which matches nothing.
record_process() {
  mkdir -p "$1/run"
  printf '%s %s %s\n' "$3" "$(start_time_of "$3" || printf gone)" "$(boot_id)" >"$1/run/$2.pid"
}

# The pid in record $1/$2 if that very process is alive.
recorded_pid() {
  local pid start boot
  { read -r pid start boot <"$1/run/$2.pid"; } 2>/dev/null || return 1
  [[ $boot == "$(boot_id)" && $start == "$(start_time_of "$pid")" ]] || return 1
  printf '%s' "$pid"
}

# Members of the session that record $1/$2 started, the leader included, even when the leader itself is gone.
# A member must carry our mark: session numbers come round again as pids do.
session_members() {
  local home=$1 leader start boot now stat line fields pid
  { read -r leader start boot <"$home/run/$2.pid"; } 2>/dev/null || return 0
  [[ $boot == "$(boot_id)" ]] || return 0
  now=$(start_time_of "$leader" || true)
  [[ -z $now || $now == "$start" ]] || return 0
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    read -ra fields <<<"${line##*) }"
    [[ ${fields[3]} == "$leader" && ${fields[0]} != Z ]] || continue
    pid=${stat#/proc/}
    pid=${pid%/stat}
    if [[ $pid == "$leader" ]] || has_mark "$pid" "$home"; then
      printf '%s\n' "$pid"
    fi
  done
}

has_mark() { grep -qzxF -- "$OWNER_VARIABLE=$2" "/proc/$1/environ" 2>/dev/null; }

# Stops what record $1/$2 started: signal $3 to the leader, then, after $4 seconds, KILL to all that is left of its session.
stop_process() {
  local home=$1 name=$2 signal=$3 limit=$4 pid deadline left
  if pid=$(recorded_pid "$home" "$name"); then
    kill "-$signal" "$pid" 2>/dev/null || true
    if ! wait_until_gone "$home" "$name" "$limit"; then
      warn "$name did not stop within $limit s and is ended"
    fi
  fi
  deadline=$((SECONDS + KILL_SECONDS))
  for left in $(session_members "$home" "$name"); do
    kill -KILL "$left" 2>/dev/null || true
  done
  while [[ -n $(session_members "$home" "$name") ]]; do
    if ((SECONDS >= deadline)); then
      warn "$name cannot be ended: $(session_members "$home" "$name" | tr '\n' ' ')"
      break
    fi
    pause "$POLL_SECONDS"
  done
  rm -f "$home/run/$name.pid"
}

# $1 = home, $2 = name, $3 = seconds.
wait_until_gone() {
  local deadline=$((SECONDS + $3))
  while recorded_pid "$1" "$2" >/dev/null; do
    ((SECONDS < deadline)) || return 1
    pause "$POLL_SECONDS"
  done
}

# A signal ends the script through its EXIT trap, which stops what it had started.
stop_on_signals() {
  # The terminal has just written "^C".
  trap '[[ ! -t 2 ]] || printf "\n" >&2; exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
}

# Runs a command as a step: its output goes to log $3, and a signal to this script stops it too.
# $1 = home, $2 = name, $3 = log; the rest is the command. Returns the command's status.
run_step() {
  local home=$1 name=$2 status=0
  start_process "$@"
  wait "$STARTED_PID" || status=$?
  rm -f "$home/run/$name.pid"
  return "$status"
}
