# The main job on one machine, all real: database, local chain, signer, server, two workers, and a gateway that streams a video through them and pays.
# shellcheck shell=bash

readonly DEMO_STREAMS=2
readonly DEMO_RUNS_KEPT=5
readonly DEMO_START_ATTEMPTS=3
# Two throwaway addresses that every development chain knows; nothing is ever paid to them.
readonly DEMO_PAYEES=(0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC)

run_demo() {
  DEMO=$(node_home)/demo
  forget_pool_settings
  read_demo_arguments "$@"
  [[ -z $VIDEO ]] || need_video_file
  make_home "$(dirname -- "$DEMO")"
  make_home "$DEMO"
  need_free_space "$DEMO"
  take_home_lock "$DEMO" || fail "a demo is already running in this clone; end that one with Ctrl-C first"
  trap stop_demo EXIT
  stop_on_signals
  stop_home "$DEMO"
  make_temporary_folder "$DEMO"
  need_dotnet
  need_programs postgres ffmpeg
  [[ -z $VIDEO ]] || need_readable_video
  need_local_chain "$DEMO"
  build_pool
  clear_demo
  start_demo
  play_demo
}

demo_is_running() { home_is_locked "$(node_home)/demo"; }

# Sets VIDEO, ONCE and REPORT; paths become absolute.
read_demo_arguments() {
  VIDEO='' ONCE='' REPORT=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --once) ONCE=yes ;;
      --report)
        [[ -n ${2-} ]] || usage_error "demo: --report needs a file name"
        REPORT=$(absolute_path "$2")
        shift
        ;;
      --report=?*) REPORT=$(absolute_path "${1#--report=}") ;;
      -*) usage_error "demo: unknown option '$1' (there are --once and --report FILE)" ;;
      *)
        [[ -z $VIDEO ]] || usage_error "demo: one video at a time, not '$1' as well"
        [[ -n $1 ]] || usage_error "demo: the video's name is empty"
        VIDEO=$(absolute_path "$1")
        ;;
    esac
    shift
  done
  [[ -z $REPORT ]] || need_report_place
}

need_report_place() {
  [[ ! -d $REPORT ]] || fail "--report needs a file, and $REPORT is a folder"
  [[ -d ${REPORT%/*}/ && -w ${REPORT%/*}/ ]] || fail "cannot write the report: no folder ${REPORT%/*} that this user may write"
  [[ ! -e $REPORT || -w $REPORT ]] || fail "cannot write the report $REPORT"
}

need_video_file() {
  [[ -e $VIDEO ]] || fail "there is no video $VIDEO"
  [[ -f $VIDEO ]] || fail "$VIDEO is not a file"
  [[ -r $VIDEO ]] || fail "this user may not read $VIDEO"
}

need_readable_video() {
  local kind
  kind=$(ffprobe -v error -select_streams v:0 -show_entries stream=codec_type -of csv=p=0 "file:$VIDEO" 2>/dev/null || true)
  [[ $kind == video* ]] || fail "$VIDEO is not a video that FFmpeg can read"
}

# Each demo begins with a new database; renditions of the last few runs stay.
clear_demo() {
  local old
  remove_cluster "$DEMO"
  rm -rf -- "$DEMO/server" "$DEMO/worker-1" "$DEMO/worker-2" "$DEMO/signer" "$DEMO/chain.json" "$DEMO/pool.json" "$DEMO/gateway.key" "$DEMO/log"
  mkdir -p "$DEMO/log" "$DEMO/out"
  find "$DEMO/out" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -r | tail -n "+$DEMO_RUNS_KEPT" |
    while read -r old; do rm -rf -- "$DEMO/out/$old"; done
  OUT="$DEMO/out/$(date +%Y%m%d-%H%M%S)-$$"
  mkdir -p "$OUT"
}

start_demo() {
  local number workers=()
  say "starting the local chain with Livepeer's contracts …"
  start_demo_chain "$DEMO"
  write_demo_gateway_key "$DEMO"
  start_demo_server
  for ((number = 1; number <= ${#DEMO_PAYEES[@]}; number++)); do
    workers+=("worker-$number")
    launch_worker "$DEMO" "worker-$number" "$(program_path worker)" "${DEMO_PAYEES[number - 1]}" 127.0.0.1 "$WEB_PORT"
  done
  [[ -n $VIDEO ]] || make_clip
  say "registering the orchestrator …"
  register_demo_orchestrator "$DEMO" "$(connection_string "$DEMO" "$POSTGRES_DATABASE")"
  wait_for_workers "$DEMO" 127.0.0.1 "$WEB_PORT" "${workers[@]}" || exit 1
}

# A port that was free may be taken a moment later, by another demo for instance; then others are picked.
start_demo_server() {
  local attempt
  say "starting the database and the server …"
  start_postgres "$DEMO"
  for ((attempt = 1; ; attempt++)); do
    NETWORK_PORT=$(pick_port)
    WEB_PORT=$(pick_port "$NETWORK_PORT")
    POOL_SERVICE_URI="https://127.0.0.1:$NETWORK_PORT" POOL_NETWORK_ADDRESS=127.0.0.1 POOL_WEB_ADDRESS=127.0.0.1 \
      launch_server "$DEMO" "$(program_path server)" "$NETWORK_PORT" "$WEB_PORT" "$(connection_string "$DEMO" "$POSTGRES_DATABASE")"
    if wait_for_server "$DEMO" 127.0.0.1 "$WEB_PORT"; then
      record_ports "$DEMO" "$WEB_PORT" "$NETWORK_PORT"
      return 0
    fi
    stop_process "$DEMO" server TERM "$SERVER_STOP_SECONDS"
    ((attempt < DEMO_START_ATTEMPTS)) || exit 1
    port_in_use "$NETWORK_PORT" || port_in_use "$WEB_PORT" || exit 1
  done
}

make_clip() {
  VIDEO="$OUT/clip.mp4"
  say "making a clip to stream …"
  run_step "$DEMO" clip "$DEMO/log/clip.log" dotnet "$(program_path gateway)" clip "$VIDEO" ||
    { show_last_words "$DEMO" clip "the clip could not be made"; exit 1; }
}

# The demo's own program shows the screen and writes the report; it starts the gateway and ends when the streams have ended.
play_demo() {
  local status=0 arguments
  arguments=(run --video "$VIDEO" --orchestrator "https://127.0.0.1:$NETWORK_PORT" --status-url "http://127.0.0.1:$WEB_PORT/operator/status"
    --chain-rpc "$CHAIN_RPC" --chain-url "http://127.0.0.1:$WEB_PORT/operator/chain" --gateway-key "$DEMO/gateway.key" --ticket-broker "$(json_setting "$DEMO/chain.json" TicketBroker)"
    --ledger-check "dotnet $(program_path server) ledger check" --token-file "$DEMO/server/operator.token" --gateway "$(program_path gateway)" --out "$OUT/streams" --streams "$DEMO_STREAMS" --report "${REPORT:-$OUT/report.json}")
  [[ -z $ONCE ]] || arguments+=(--once)
  env -C "$DEMO" "$OWNER_VARIABLE=$DEMO" "POOL_HOME=$DEMO" "POOL_DATABASE=$(connection_string "$DEMO" "$POSTGRES_DATABASE")" \
    setsid -- dotnet "$(program_path demo)" "${arguments[@]}" </dev/null 8>&- 9>&- &
  PLAYER=$!
  record_process "$DEMO" demo "$PLAYER"
  wait "$PLAYER" || status=$?
  rm -f "$DEMO/run/demo.pid"
  [[ -z $ONCE ]] || exit "$status"
  stay_up "$status"
}

# Until Ctrl-C. Ctrl-C is the ordinary end: the exit status is the stream's.
stay_up() {
  local status=$1
  trap 'exit '"$status" INT TERM HUP
  say ""
  say "Still running; Ctrl-C stops everything. Another video:"
  say "  ./pool gateway stream VIDEO --out DIR --orchestrator https://127.0.0.1:$NETWORK_PORT --eth-key $DEMO/gateway.key --rpc $CHAIN_RPC"
  say "Logs: $DEMO/log"
  while recorded_pid "$DEMO" server >/dev/null && recorded_pid "$DEMO" postgres >/dev/null; do
    pause 1
  done
  show_last_words "$DEMO" server "the server or its database ended"
  exit 1
}

# Whatever the demo was doing: everything it started ends, its database goes, its results stay.
stop_demo() {
  local status=$?
  set +e
  trap '' INT TERM HUP
  stop_build
  [[ ! -e $DEMO/run/server.pid ]] || say "stopping …"
  stop_home "$DEMO"
  remove_cluster "$DEMO"
  rm -rf -- "$DEMO/run/ports" "$DEMO/server" "$DEMO/worker-1" "$DEMO/worker-2" "$DEMO/signer" "$DEMO/gateway.key"
  exit "$status"
}
