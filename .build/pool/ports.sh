# TCP ports on this machine, and the smallest HTTP client that can ask a server whether it is ready (over HTTPS its own program asks: services.sh).
# shellcheck shell=bash

# Ports are picked below the range the kernel gives to outgoing connections (32768 and up).
readonly FIRST_PICKED_PORT=20000 PICKED_PORTS=12000
readonly PICK_ATTEMPTS=200
readonly HTTP_LINE_SECONDS=10

# Whether something listens on port $1, on any address of this machine.
port_in_use() {
  local wanted
  printf -v wanted ':%04X [0-9A-F]*:0000 0A ' "$1"
  grep -qsE -- "$wanted" /proc/net/tcp /proc/net/tcp6
}

# Prints a free port that is none of the arguments.
pick_port() {
  local attempt port
  for ((attempt = 0; attempt < PICK_ATTEMPTS; attempt++)); do
    port=$((FIRST_PICKED_PORT + ((RANDOM << 15) | RANDOM) % PICKED_PORTS))
    if [[ " $* " != *" $port "* ]] && ! port_in_use "$port"; then
      printf '%s' "$port"
      return 0
    fi
  done
  fail "no free port found between $FIRST_PICKED_PORT and $((FIRST_PICKED_PORT + PICKED_PORTS - 1))"
}

is_port() { [[ $1 =~ ^[0-9]{1,5}$ ]] && ((10#$1 >= 1 && 10#$1 <= 65535)); }

# GETs http://$1:$2$3 and prints the answer, headers and all; fails when the status is not 200.
# $4 = a further header line, or nothing.
http_get() {
  local host=$1 port=$2 path=$3 header=${4-} answer
  answer=$(
    exec 2>/dev/null
    exec 3<>"/dev/tcp/$host/$port" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: %s:%s\r\nConnection: close\r\n%s\r\n' "$path" "$host" "$port" "${header:+$header$'\r\n'}" >&3
    timeout "$HTTP_LINE_SECONDS" cat <&3
  ) || return 1
  [[ $answer =~ ^HTTP/1\.[01]\ 200 ]] || return 1
  printf '%s' "$answer"
}
