# One screen of help.
# shellcheck shell=bash

show_help() {
  cat <<'END'
Pool: a Livepeer transcoding pool.

  ./pool demo [VIDEO] [--once] [--report FILE]
        streams VIDEO (or a generated clip) through a server and two workers on this machine;
        --once stops at the end and exits 0 only if every segment came back right
  ./pool test [--long] [FILTER]
        everything CI runs; the last line is "N passed, N failed";
        FILTER is a suite (Script, Schema, Pool.Server.Tests, …) or a part of a test's name

  ./pool up [--with-worker]     start a node and return when it is ready
  ./pool down                   stop it
  ./pool status [--json]        how it, or a demo, is doing (exit 3: nothing runs)
  ./pool ledger check           prove its money ledger; also "accounts" and "transfers ACCOUNT"
  ./pool chain [--json]         its orchestrator on the chain: stake, round, tickets, rewards
  ./pool register …             become an orchestrator, or change stake, cuts and service URI
  ./pool outbox                 what is on its way onto the chain
  ./pool clean                  stop it and remove its state

  ./pool worker run --pool URL --payout ADDRESS      join a pool ("./pool worker --help" for more)
  ./pool gateway stream VIDEO --orchestrator URL --out DIR
  ./pool vectors FILE…          check vector files against the real code
  ./pool bench NAME [--json FILE]      edge, keccak, ledger, relay, tickets, transcode, workers
  ./pool schema                 write db/schema.sql anew after a new migration

Settings of a node come from pool.json in its home and from the environment, which wins:
  POOL_HOME             where its state lives        (default: .pool in this folder)
  POOL_NETWORK_PORT     what gateways reach          (default: 8935)
  POOL_WEB_PORT         what workers reach           (default: 8936)
  POOL_DATABASE         a Postgres of your own       (default: a private one is made)
  POOL_PAYOUT_ADDRESS   who is paid for up --with-worker
More: docs/operating.md
END
}
