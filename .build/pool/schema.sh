# db/schema.sql: what the migrations make of an empty database, written down so that a change can be read as a difference.
# shellcheck shell=bash

readonly SCHEMA_FILE="$ROOT/db/schema.sql"
readonly SCHEMA_DATABASE=pool_schema
readonly SCHEMA_DIFFERENCES_SHOWN=30

# ./pool schema: writes the file.
run_schema() {
  [[ $# -eq 0 ]] || usage_error "schema takes no arguments"
  forget_pool_settings
  begin_tests
  build_pool
  start_postgres "$TESTS" throwaway
  make_schema "$TESTS/schema.sql" || fail "db/schema.sql stays as it was"
  cp -- "$TESTS/schema.sql" "$SCHEMA_FILE"
  say "wrote db/schema.sql"
}

# Dumps a freshly migrated database of home TESTS into file $1.
make_schema() {
  local log="$TESTS/log/schema.log" database
  postgres_query "$TESTS" "create database $SCHEMA_DATABASE" >/dev/null
  database=$(connection_string "$TESTS" "$SCHEMA_DATABASE")
  if ! POOL_HOME="$TESTS" POOL_DATABASE="$database" \
    run_step "$TESTS" schema "$log" dotnet "$(program_path server)" migrate; then
    show_last_words "$TESTS" schema "the migrations could not be applied to an empty database"
    return 1
  fi
  {
    printf -- '-- The tables as the migrations make them. Written by "./pool schema", never by hand; "./pool test" compares.\n'
    dump_schema "$SCHEMA_DATABASE" 2>>"$log" | plain_schema
  } >"$1" || { show_last_words "$TESTS" schema "the database could not be dumped"; return 1; }
}

dump_schema() {
  PGPASSWORD=$(postgres_password "$TESTS") "$POSTGRES_PROGRAMS/pg_dump" --schema-only --no-owner --no-privileges --schema=public \
    -h 127.0.0.1 -p "$POSTGRES_PORT" -U "$POSTGRES_USER" "$1"
}

# Leaves out what differs from one version of pg_dump to the next and says nothing about our tables:
# comments, psql's \restrict lines, session settings; and the blank lines that are left.
plain_schema() {
  grep -vE '^(--|\\(un)?restrict |SET |SELECT pg_catalog\.set_config|CREATE SCHEMA public;|COMMENT ON SCHEMA public )' | cat -s | sed '${/^$/d}'
}

# Whether db/schema.sql is what the migrations make.
check_schema() {
  local made="$TESTS/schema.sql"
  make_schema "$made" || return 1
  if ! diff -u --label db/schema.sql "$SCHEMA_FILE" --label 'the migrations' "$made" >"$TESTS/log/schema.diff" 2>&1; then
    head -n "$SCHEMA_DIFFERENCES_SHOWN" "$TESTS/log/schema.diff" >&2
    warn "db/schema.sql is not what the migrations make; write it anew with: ./pool schema"
    return 1
  fi
}

# The suite of this name: one test.
run_schema_test() {
  local start=$EPOCHREALTIME
  if check_schema; then
    add_up "$SCHEMA_SUITE" "$start" 1 0 0
  else
    add_up "$SCHEMA_SUITE" "$start" 0 1 0
  fi
}
