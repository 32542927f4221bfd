# A whole pool on one machine, from the same parts as `up`. Sourced by ./pool.
# shellcheck shell=bash

# Throw-away addresses that are paid in the demo.
demo_payees=(0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC)

demo_stop() {
  trap - EXIT INT TERM
  stop_node "$demo_home"
  pg_remove "$demo_home"
  rm -f "$demo_home/demo.pid"
}

demo_wait_for_workers() {
  local wanted=$1
  for _ in {1..300}; do
    (($(grep -c 'Joined the pool' "$demo_home"/log/worker-*.log 2>/dev/null | awk -F: '{ sum += $NF } END { print sum + 0 }') < wanted)) || return 0
    if grep -hm1 '^pool-worker: ' "$demo_home"/log/worker-*.log >&2 2>/dev/null; then
      return 1
    fi
    sleep 0.2
  done
  tail -n 5 "$demo_home"/log/worker-*.log >&2
  return 1
}

demo() {
  local video='' once='' report='' number
  while [[ $# -gt 0 ]]; do
    case $1 in
      --once) once=--once ;;
      --report) report=${2:-}; [[ -n $report ]] || fail '--report needs a file.'; shift ;;
      -*) fail "demo has no option '$1'." ;;
      *) video=$1 ;;
    esac
    shift
  done
  [[ -z $video || -f $video ]] || fail "the video '$video' is not there."
  [[ -z $video || -r $video ]] || fail "the video '$video' cannot be read."
  demo_home=$root/.pool/demo
  is_running "$demo_home/demo.pid" && fail 'a demo of this clone is running already.'
  need_space "$root/.pool"
  install_missing
  say 'Building ...'
  build
  if [[ -n $video ]] && ! ffprobe -v error -select_streams v:0 -show_entries stream=codec_type -of csv=p=0 "file:$video" 2>/dev/null | grep -q video; then
    fail "the video '$video' cannot be read: ffprobe finds no video in it."
  fi

  # What an earlier demo that was killed left behind.
  stop_node "$demo_home" 2>/dev/null || true
  pg_remove "$demo_home"
  rm -rf -- "$demo_home/log" "$demo_home/server" "$demo_home"/worker-*
  mkdir -p "$demo_home"
  printf '%s %s\n' "$$" "$(start_time "$$")" >"$demo_home/demo.pid"
  trap 'demo_stop' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  say 'Starting Postgres, the server and two workers ...'
  POOL_NETWORK_PORT=$(free_port)
  POOL_WEB_PORT=$(free_port)
  unset POOL_SERVICE_URI
  start_node "$demo_home" || exit 1
  for number in 1 2; do
    supervise "$demo_home" "worker-$number" dotnet "$(dll Pool.Worker pool-worker)" run --pool "http://127.0.0.1:$POOL_WEB_PORT" \
      --payout "${demo_payees[number - 1]}" --home "$demo_home/worker-$number"
  done
  demo_wait_for_workers 2 || exit 1

  if [[ -z $video ]]; then
    video=$demo_home/clip.mp4
    [[ -s $video ]] || dotnet "$(dll tests/Pool.Gateway pool-gateway)" clip "$video" || exit 1
  fi
  local code=0
  dotnet "$(dll tests/Pool.Demo pool-demo)" run --video "$video" --orchestrator "https://127.0.0.1:$POOL_NETWORK_PORT" \
    --status-url "http://127.0.0.1:$POOL_WEB_PORT/operator/status" --token-file "$demo_home/server/operator.token" \
    --gateway "$(dll tests/Pool.Gateway pool-gateway)" --out "$demo_home/out" --streams 2 ${report:+--report "$report"} || code=$?
  if [[ -z $once ]]; then
    say ''
    say "The pool is still running. Look: POOL_HOME='$demo_home' POOL_WEB_PORT=$POOL_WEB_PORT ./pool status"
    say "Stream to it: ./pool gateway stream VIDEO --orchestrator https://127.0.0.1:$POOL_NETWORK_PORT --out DIR"
    say 'Ctrl-C stops everything.'
    while true; do sleep 3600 & wait $! || true; done
  fi
  exit "$code"
}
