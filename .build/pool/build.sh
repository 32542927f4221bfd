# Building the solution once, and running its programs.
# shellcheck shell=bash

readonly BUILD_FOLDER="$ROOT/.pool/build"
readonly BUILD_LOG="$BUILD_FOLDER/build.log"
readonly BUILD_STAMP="$BUILD_FOLDER/inputs.stamp"
readonly LOG_LINES_SHOWN=30
readonly BUILD_STOP_SECONDS=15

program_path() {
  case $1 in
    server) printf '%s' "$ROOT/Pool.Server/bin/Release/net10.0/pool-server.dll" ;;
    worker) printf '%s' "$ROOT/Pool.Worker/bin/Release/net10.0/pool-worker.dll" ;;
    gateway) printf '%s' "$ROOT/tests/Pool.Gateway/bin/Release/net10.0/pool-gateway.dll" ;;
    vectors) printf '%s' "$ROOT/tests/Pool.Vectors/bin/Release/net10.0/pool-vectors.dll" ;;
    demo) printf '%s' "$ROOT/tests/Pool.Demo/bin/Release/net10.0/pool-demo.dll" ;;
    localchain) printf '%s' "$ROOT/tests/Pool.LocalChain/bin/Release/net10.0/pool-localchain.dll" ;;
    bench) printf '%s' "$ROOT/tests/Pool.Benchmarks/bin/Release/net10.0/pool-bench.dll" ;;
  esac
}

readonly PROGRAMS=(server worker gateway vectors demo localchain bench)

# Holds the build lock on descriptor 8 while it runs a function: two runs in one clone must not build into each other.
# The build has a temporary folder of its own, because the tools leave things there.
with_build_lock() {
  local -x TMPDIR
  mkdir -p "$BUILD_FOLDER" 2>/dev/null || fail "cannot write in $ROOT; clone into a folder of your own"
  [[ -w $BUILD_FOLDER ]] || fail "cannot write in $BUILD_FOLDER, it belongs to $(stat -c %U "$BUILD_FOLDER")"
  exec 8>>"$BUILD_FOLDER/lock"
  if ! flock -n 8; then
    say "another run is building in this clone, waiting for it …" >&2
    flock 8
  fi
  local status=0
  remove_temporary_folder "$BUILD_FOLDER"
  make_temporary_folder "$BUILD_FOLDER"
  BUILD_LOCKED=yes
  "$@" || status=$?
  stop_build
  return "$status"
}

# Ends what this script is building, if it is, and gives the lock back.
stop_build() {
  [[ -n ${BUILD_LOCKED-} ]] || return 0
  stop_process "$BUILD_FOLDER" "build-$$" TERM "$BUILD_STOP_SECONDS"
  remove_temporary_folder "$BUILD_FOLDER"
  BUILD_LOCKED=
  exec 8>&-
}

# For commands that end with the build, or become another program after it: a signal must not leave the build behind.
stop_build_on_exit() {
  trap stop_build EXIT
  stop_on_signals
}

# Builds when an input changed since the last good build. $1 = "quiet" says nothing but on failure.
build_pool() { with_build_lock build_if_stale "$@" || fail "the build failed; the whole log is in $BUILD_LOG"; }

build_if_stale() {
  ! build_is_current || return 0
  [[ ${1-} == quiet ]] || say "building …"
  need_free_space "$ROOT"
  restore_packages && compile_solution
}

restore_packages() {
  : >"$BUILD_LOG"
  run_build_step dotnet restore "$ROOT/Pool.sln" --locked-mode --nologo -v quiet
}

compile_solution() {
  local inputs
  rm -f "$BUILD_STAMP"
  inputs=$(fingerprint_of_inputs)
  run_build_step dotnet build "$ROOT/Pool.sln" -c Release --no-restore --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false ||
    return 1
  printf '%s\n' "$inputs" >"$BUILD_STAMP"
}

run_build_step() {
  local status=0
  run_step "$BUILD_FOLDER" "build-$$" "$BUILD_LOG" "$@" || status=$?
  [[ $status -eq 0 ]] || show_build_errors
  return "$status"
}

show_build_errors() {
  local errors
  errors=$(grep -aE ': (error|fatal)|^error' "$BUILD_LOG" | sort -u | head -n "$LOG_LINES_SHOWN" || true)
  [[ -n $errors ]] || errors=$(tail -n "$LOG_LINES_SHOWN" "$BUILD_LOG")
  printf '%s\n' "$errors" >&2
  if grep -q NU1004 "$BUILD_LOG"; then
    warn "the lock files do not fit the project files; after a wanted change of packages: dotnet restore --force-evaluate"
  fi
}

build_is_current() {
  local name
  for name in "${PROGRAMS[@]}"; do
    [[ -f $(program_path "$name") ]] || return 1
  done
  [[ -r $BUILD_STAMP && $(<"$BUILD_STAMP") == "$(fingerprint_of_inputs)" ]]
}

# One hash over path, size and time of everything a build reads: milliseconds, where asking MSBuild takes seconds.
fingerprint_of_inputs() {
  (
    cd -- "$ROOT" || exit
    find . \( -name bin -o -name obj -o -name TestResults -o -name node_modules -o -path ./.git -o -path ./.pool -o -path ./docs \) -prune \
      -o -type f -printf '%p %s %T@\n' | sort | sha256sum
  )
}

# Benchmarks of the server with its books, which are as durable here as in earnest.
readonly BENCHES_WITH_POSTGRES=(edge ledger relay tickets workers)

# Benchmarks whose figures depend on the line between their processes.
readonly BENCHES_WITH_LINE=(relay)

# Packets of an Ethernet. The loopback's have 64 KB: one fills a TCP window, and now and then a segment stands still for 40 ms and more, as on no network.
readonly LINE_MTU=1500

# Begins anew with a loopback of its own, where the system allows that. What has to come over the network is there by then.
enter_line() {
  local way=(unshare --map-current-user --keep-caps --net)
  ! is_root || way=(unshare --net)
  way+=(bash -c "ip link set lo mtu $LINE_MTU up && exec \"\$@\"" --)
  if "${way[@]}" true 2>/dev/null; then
    build_pool quiet
    POOL_LINE=own exec "${way[@]}" "$ROOT/pool" bench "$@"
  fi
  warn "no network of its own can be made here (unshare and ip): the loopback's packets of 64 KB make some segments stand still for 40 ms and more"
}

run_bench_with_postgres() {
  if [[ " ${BENCHES_WITH_LINE[*]} " == *" ${1-} "* && ${POOL_LINE-} != own ]]; then
    enter_line "$@"
  fi
  forget_pool_settings
  begin_tests
  build_pool quiet
  start_postgres "$TESTS"
  POOL_TEST_DB=$(connection_string "$TESTS" "$POSTGRES_DATABASE") dotnet "$(program_path bench)" "$@"
}

# Becomes the named program, with the rest of the arguments, in the caller's folder.
run_program() {
  local name=$1
  shift
  need_dotnet
  case $name in
    worker | gateway | bench) need_programs ffmpeg ;;
  esac
  if [[ $name == bench && " ${BENCHES_WITH_POSTGRES[*]} " == *" ${1-} "* ]]; then
    run_bench_with_postgres "$@"
    return
  fi
  stop_build_on_exit
  build_pool quiet
  exec dotnet "$(program_path "$name")" "$@"
}
