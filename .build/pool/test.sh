# Everything that CI runs, in CI's order. Sourced by ./pool.
# shellcheck shell=bash

test_projects=(Pool.Shared.Tests Pool.Server.Tests Pool.Worker.Tests Pool.EndToEnd.Tests)

test_step() { # name command...: one line with its time; what it says only when it fails
  local name=$1 began=$SECONDS log=$test_home/step.log
  shift
  if "$@" >"$log" 2>&1 </dev/null; then
    say "$(printf '%-28s ok    %4d s' "$name" $((SECONDS - began)))"
  else
    say "$(printf '%-28s FAILED %3d s' "$name" $((SECONDS - began)))"
    tail -60 "$log"
    failed=$((failed + 1))
    return 1
  fi
}

test_stop() {
  trap - EXIT
  pg_remove "$test_home"
  rm -rf -- "$test_home"
}

test_project() { # project filter: runs it and adds its counts up
  local project=$1 filter=$2 began=$SECONDS log=$test_home/$1.log counts=() got
  dotnet test "$root/tests/$project/$project.csproj" -c Release --no-build --nologo ${filter:+--filter "FullyQualifiedName~$filter"} \
    --logger 'console;verbosity=normal' >"$log" 2>&1 </dev/null || true
  mapfile -t counts < <(awk '
    /^ *Total tests: /  { total = $3 }
    /^ *Passed: /       { passed = $2 }
    /^ *Failed: /       { bad = $2 }
    /^ *Skipped: /      { skipped = $2 }
    END { print passed + 0; print bad + 0; print skipped + 0; print total + 0 }' "$log")
  got=${counts[3]}
  if ((got == 0)) && { [[ -z $filter ]] || ! grep -q 'No test matches' "$log"; }; then
    say "$(printf '%-28s FAILED: no test ran' "$project")"
    tail -30 "$log"
    failed=$((failed + 1))
    return
  fi
  local lost=0
  if [[ ${CI:-} == true ]]; then
    lost=$(grep -A3 '^  Skipped ' "$log" | grep -ci 'no gpu' || true)
    lost=$((counts[2] - lost))
  fi
  passed=$((passed + counts[0]))
  failed=$((failed + counts[1] + (lost > 0 ? lost : 0)))
  skipped=$((skipped + counts[2] - (lost > 0 ? lost : 0)))
  say "$(printf '%-28s %d passed, %d failed, %d skipped %4d s' "$project" "${counts[0]}" "${counts[1]}" "${counts[2]}" $((SECONDS - began)))"
  if ((counts[1] > 0)); then
    grep -E -A25 '^  Failed ' "$log" | head -200
  fi
}

run_tests() {
  local filter='' project
  passed=0 failed=0 skipped=0
  while [[ $# -gt 0 ]]; do
    case $1 in
      --long) export POOL_TEST_LONG=1 ;;
      -*) fail "test has no option '$1'." ;;
      *) filter=$1 ;;
    esac
    shift
  done
  need_dotnet
  install_missing
  test_home=$(mktemp -d "${TMPDIR:-/tmp}/pool-test.XXXXXX")
  trap 'test_stop' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if test_step restore dotnet restore "$root/Pool.sln" --locked-mode -p:UseSharedCompilation=false &&
    test_step format dotnet format whitespace "$root/Pool.sln" --no-restore --verify-no-changes &&
    test_step build build; then
    pg_make "$test_home" off
    pg_start "$test_home"
    POOL_TEST_DB=$(pg_connection "$test_home" postgres)
    export POOL_TEST_DB
    for project in "${test_projects[@]}"; do
      test_project "$project" "$filter"
    done
  fi
  ((passed + failed > 0)) || failed=1
  local code=0
  ((failed == 0)) || code=1
  test_stop
  if ((skipped > 0)); then
    say "$passed passed, $failed failed, $skipped skipped"
  else
    say "$passed passed, $failed failed"
  fi
  exit "$code"
}
