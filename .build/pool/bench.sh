# Benchmarks. Those that need a database get a private one, which goes with them.
# shellcheck shell=bash

readonly BENCHES_WITH_DATABASE=(edge)

run_bench() {
  [[ " ${BENCHES_WITH_DATABASE[*]} " == *" ${1-} "* ]] || run_program bench "$@"
  forget_pool_settings
  need_dotnet
  need_programs ffmpeg postgres
  stop_build_on_exit
  build_pool quiet
  make_home "$ROOT/.pool"
  BENCH="$ROOT/.pool/bench-$$"
  make_home "$BENCH"
  take_home_lock "$BENCH"
  trap stop_bench EXIT
  make_temporary_folder "$BENCH"
  need_free_space "$BENCH"
  start_postgres "$BENCH"
  POOL_BENCH_DB=$(connection_string "$BENCH" "$POSTGRES_DATABASE")
  export POOL_BENCH_DB
  local status=0
  dotnet "$(program_path bench)" "$@" 9>&- || status=$?
  exit "$status"
}

stop_bench() {
  local status=$?
  set +e
  trap '' INT TERM HUP
  stop_build
  stop_home "$BENCH"
  remove_cluster "$BENCH"
  rm -rf -- "$BENCH"
  exit "$status"
}
