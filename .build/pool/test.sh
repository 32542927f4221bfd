# Everything CI runs, in this order: restore (locked), format, shellcheck, build, tests. The last line adds it all up.
# shellcheck shell=bash

# A hanging test project must not hang CI. The long runs set their own limits.
readonly TEST_PROJECT_SECONDS=1500
readonly TEST_PROJECT_SECONDS_LONG=36000
# On CI a skipped test is a failed one, unless the machine has no such hardware.
readonly ALLOWED_SKIP='no GPU'

run_tests() {
  local filter='' limit=$TEST_PROJECT_SECONDS
  forget_pool_settings
  while [[ $# -gt 0 ]]; do
    case $1 in
      --long)
        export POOL_TEST_LONG=1
        limit=$TEST_PROJECT_SECONDS_LONG
        ;;
      -*) usage_error "test: unknown option '$1' (there is --long)" ;;
      *)
        [[ -z $filter ]] || usage_error "test: one filter at a time, not '$1' as well"
        filter=$1
        ;;
    esac
    shift
  done
  choose_suites "$filter"
  PASSED=0 FAILED=0 SKIPPED=0
  begin_tests
  trap close_and_stop_tests EXIT
  need_programs ffmpeg
  if suite_is_chosen "$CLIENTS_SUITE"; then
    need_programs node curl
    with_build_lock check clients install_npm_packages "$TESTS" clients "$ROOT/tests/Clients" || close_tests
  fi
  if a_chain_suite_is_chosen; then
    need_programs node
    with_build_lock check "local chain" install_npm_packages "$TESTS" local-chain "$LOCAL_CHAIN_FOLDER" || close_tests
  fi
  with_build_lock check_and_build || close_tests
  run_suites "$limit"
  close_tests
}

# Makes TESTS, the home of this run, which goes when the script ends.
begin_tests() {
  need_dotnet
  make_home "$ROOT/.pool"
  remove_stale_test_homes
  TESTS="$ROOT/.pool/test-$$"
  make_home "$TESTS"
  take_home_lock "$TESTS"
  trap stop_tests EXIT
  stop_on_signals
  make_temporary_folder "$TESTS"
  need_free_space "$TESTS"
  need_programs postgres
}

# $1 = limit of a test project in seconds.
run_suites() {
  local suite
  ! suite_is_chosen "$SCRIPT_SUITE" || run_script_tests
  [[ ${SUITES[*]} != "$SCRIPT_SUITE" ]] || return 0
  start_postgres "$TESTS" throwaway
  ! suite_is_chosen "$SCHEMA_SUITE" || run_schema_test
  POOL_TEST_DB=$(connection_string "$TESTS" "$POSTGRES_DATABASE")
  export POOL_TEST_DB
  for suite in "${TEST_PROJECTS[@]}"; do
    ! suite_is_chosen "$suite" || run_test_project "$suite" "$TEST_FILTER" "$1"
  done
}

# Prints the closing line and ends.
close_tests() {
  local line="$PASSED passed, $FAILED failed"
  [[ $SKIPPED -eq 0 ]] || line+=", $SKIPPED skipped"
  if [[ $((PASSED + FAILED)) -eq 0 ]]; then
    warn "no test ran"
    FAILED=1
  fi
  CLOSING_LINE=$line
  [[ $FAILED -eq 0 ]] || exit 1
  exit 0
}

check_and_build() {
  : >"$BUILD_LOG"
  check restore run_build_step dotnet restore "$ROOT/Pool.sln" --locked-mode --nologo -v quiet || return 1
  # Style is kept by the build (EnforceCodeStyleInBuild, warnings are errors); this is about blanks and line ends.
  check format check_format || true
  check shellcheck check_scripts || true
  if build_is_current; then
    report_step build "up to date"
  else
    check build compile_solution || return 1
  fi
}

# Runs a step; one line says how long it took, and a step that fails counts as a failure. $1 = name.
check() {
  local name=$1 start=$EPOCHREALTIME
  shift
  if "$@"; then
    report_step "$name" "$(elapsed_since "$start")"
  else
    FAILED=$((FAILED + 1))
    report_step "$name" "FAILED after $(elapsed_since "$start")"
    return 1
  fi
}

report_step() { printf '%-22s %s\n' "$1" "$2"; }

check_format() {
  local log="$TESTS/log/format.log"
  run_step "$TESTS" format "$log" dotnet format whitespace "$ROOT" --folder --verify-no-changes && return 0
  sed "s#$ROOT/##g" "$log" | sort -u | head -n "$LOG_LINES_SHOWN" >&2
  warn "mend it with: dotnet format whitespace --folder ."
  return 1
}

check_scripts() {
  if ! command -v shellcheck >/dev/null; then
    say "shellcheck is not installed; the scripts are not checked here"
    return 0
  fi
  (cd -- "$ROOT" && shellcheck -x -a pool .ci/run && shellcheck -x tests/Script/run) >&2
}

# The script's own tests, in bash.
run_script_tests() {
  local start=$EPOCHREALTIME log="$TESTS/log/script.log"
  run_step "$TESTS" script "$log" bash "$ROOT/tests/Script/run" || true
  add_up "Script" "$start" "$(sed -nE 's/^([0-9]+) passed, [0-9]+ failed$/\1/p' "$log")" "$(sed -nE 's/^[0-9]+ passed, ([0-9]+) failed$/\1/p' "$log")" 0
  grep -E '^FAILED' "$log" >&2 || true
}

# $1 = project, $2 = filter or nothing, $3 = limit in seconds.
run_test_project() {
  local project=$1 start=$EPOCHREALTIME log="$TESTS/log/$1.log" results="$TESTS/results/$1.trx" status=0 options=()
  [[ -z $2 ]] || options=(--filter "$2")
  run_step "$TESTS" "$project" "$log" timeout --kill-after=30 "$3" \
    dotnet test "$ROOT/tests/$project/bin/Release/net10.0/$project.dll" --nologo \
    --results-directory "$TESTS/results" --logger "trx;LogFileName=$project.trx" --logger "console;verbosity=minimal" \
    ${options[@]+"${options[@]}"} || status=$?
  count_results "$project" "$start" "$results" "$log" "$status"
}

# Reads passed, failed and skipped from the results file. A run that ended badly without a failed test counts as one failure.
count_results() {
  local project=$1 start=$2 results=$3 log=$4 status=$5 passed=0 failed=0 skipped=0 refused
  if [[ -r $results ]]; then
    read -r passed failed skipped < <(trx_counts "$results")
  fi
  if [[ $status -ne 0 && $failed -eq 0 ]]; then
    failed=1
    [[ $status -ne 124 ]] || warn "$project was ended: it took longer than its limit"
  fi
  if [[ ${CI-} == true && $skipped -gt 0 ]]; then
    refused=$(trx_refused_skips "$results")
    failed=$((failed + refused))
    skipped=$((skipped - refused))
    [[ $refused -eq 0 ]] || warn "$project: on CI a skipped test counts as failed"
  fi
  add_up "$project" "$start" "$passed" "$failed" "$skipped"
  [[ $failed -eq 0 ]] || cat -- "$log"
}

add_up() {
  local name=$1 start=$2 passed=${3:-0} failed=${4:-1} skipped=$5 line
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  SKIPPED=$((SKIPPED + skipped))
  line="$passed passed, $failed failed"
  [[ $skipped -eq 0 ]] || line+=", $skipped skipped"
  # The closing line of the whole run is the only one that stands alone.
  report_step "$name" "$line, $(elapsed_since "$start")"
}

# Prints "passed failed skipped" of results file $1.
trx_counts() {
  local outcomes
  outcomes=$(grep -aoE '<UnitTestResult [^>]*' "$1" | grep -oE ' outcome="[A-Za-z]+"' || true)
  printf '%d %d %d\n' "$(grep -c '"Passed"' <<<"$outcomes")" \
    "$(grep -cvE '"(Passed|NotExecuted)"|^$' <<<"$outcomes")" "$(grep -c '"NotExecuted"' <<<"$outcomes")"
}

# How many skipped tests of results file $1 give no allowed reason.
trx_refused_skips() {
  awk -v allowed="$ALLOWED_SKIP" '
    BEGIN { RS = "<UnitTestResult " }
    NR > 1 {
      sub(/<TestDefinitions>.*/, "")
      head = substr($0, 1, index($0, ">"))
      if (head ~ /outcome="NotExecuted"/ && index($0, allowed) == 0) refused++
    }
    END { print refused + 0 }' "$1"
}

# Removes what test runs that were killed left in this clone.
remove_stale_test_homes() {
  local home
  for home in "$ROOT"/.pool/test-*/; do
    home=${home%/}
    [[ -d $home ]] || continue
    if ! home_is_locked "$home"; then
      remove_test_home "$home"
    fi
  done
}

remove_test_home() {
  stop_home "$1"
  remove_cluster "$1"
  rm -rf -- "$1"
}

# $1 = the last line, or nothing; $2 = the exit status, if it is not that of the last command.
stop_tests() {
  local status=${2-$?}
  set +e
  trap '' INT TERM HUP
  stop_build
  remove_test_home "$TESTS"
  [[ -z ${1-} ]] || say "$1"
  exit "$status"
}

# A run that ends before it has added up counts as a failure.
close_and_stop_tests() {
  local status=$?
  stop_tests "${CLOSING_LINE:-$PASSED passed, $((FAILED + 1)) failed}" "$status"
}
