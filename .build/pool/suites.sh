# The suites that ./pool test runs, and what a filter means among them.
# shellcheck shell=bash

readonly TEST_PROJECTS=(Pool.Shared.Tests Pool.Server.Tests Pool.Worker.Tests Pool.EndToEnd.Tests)
# Suites that are not test projects: the script's own tests, and db/schema.sql against the migrations.
readonly SCRIPT_SUITE=Script SCHEMA_SUITE=Schema
# The suite that runs the node programs of tests/Clients.
readonly CLIENTS_SUITE=Pool.EndToEnd.Tests
# The suites that need the local chain.
readonly CHAIN_SUITES=(Pool.Server.Tests Pool.EndToEnd.Tests)
readonly TEST_NAMES_SHOWN=200

# Sets SUITES to the suites that filter $1 concerns, and TEST_FILTER to what their test projects are asked for.
# A filter is a suite, a part of a test's full name, or an expression of dotnet test (it has one of = ~ & | ! in it).
choose_suites() {
  local suite
  SUITES=() TEST_FILTER=''
  if [[ -z $1 ]]; then
    SUITES=("$SCRIPT_SUITE" "$SCHEMA_SUITE" "${TEST_PROJECTS[@]}")
    return 0
  fi
  for suite in "$SCRIPT_SUITE" "$SCHEMA_SUITE" "${TEST_PROJECTS[@]}"; do
    if [[ ${suite,,} == "${1,,}" || ${suite,,} == "pool.${1,,}.tests" ]]; then
      SUITES=("$suite")
      return 0
    fi
  done
  TEST_FILTER=$1
  if [[ $1 == *[=~\&\|!]* ]]; then
    SUITES=("${TEST_PROJECTS[@]}")
    return 0
  fi
  for suite in "${TEST_PROJECTS[@]}"; do
    ! grep -qiF -- "$1" <(test_names "$suite") || SUITES+=("$suite")
  done
  [[ ${#SUITES[@]} -gt 0 ]] || explain_filter "$1"
}

a_chain_suite_is_chosen() {
  local suite
  for suite in "${CHAIN_SUITES[@]}"; do
    ! suite_is_chosen "$suite" || return 0
  done
  return 1
}

suite_is_chosen() { [[ " ${SUITES[*]} " == *" $1 "* ]]; }

# The full names of project $1's tests, by its sources: a wrong filter is told before anything is built.
test_names() {
  local file
  while IFS= read -r -d '' file; do
    awk '
      /^namespace / { sub(/;.*/, "", $2); space = $2 }
      match($0, /(class|record) [A-Za-z0-9_]+/) && /^(public |internal )/ { split(substr($0, RSTART, RLENGTH), words, " "); type = words[2] }
      /^    public (static )?(async )?(Task|ValueTask|void) [A-Za-z0-9_]+\(/ {
        sub(/\(.*/, "")
        print space "." type "." $NF
      }' "$file"
  done < <(find "$ROOT/tests/$1" \( -name bin -o -name obj \) -prune -o -name '*Tests.cs' -print0)
}

explain_filter() {
  local project classes=''
  for project in "${TEST_PROJECTS[@]}"; do
    classes+=$(test_names "$project" | sed -E 's/\.[^.]*$//; s/.*\.//')$'\n'
  done
  warn "there is no test whose name has '$1' in it"
  warn "suites:  $SCRIPT_SUITE $SCHEMA_SUITE ${TEST_PROJECTS[*]}"
  warn "classes: $(sort -u <<<"$classes" | head -n "$TEST_NAMES_SHOWN" | tr '\n' ' ' | sed 's/^ *//')"
  warn "or any part of a test's full name, or an expression of dotnet test (FullyQualifiedName~Dispatch)"
  exit 2
}
