# The demo's money, all real: a local chain with Livepeer's contracts, a signer with a key of its own, and an orchestrator that registers itself.
# shellcheck shell=bash

readonly CHAIN_START_SECONDS=60
readonly SIGNER_START_SECONDS=60
# Seconds between blocks of the local chain; a round has fifty.
readonly CHAIN_BLOCK_SECONDS=1
readonly DEMO_STAKE=10000
# The chain of home $1: its key, its node, its signer, and the server's settings for it. Sets CHAIN_RPC.
start_demo_chain() {
  make_demo_key "$1"
  start_local_chain "$1"
  start_demo_signer "$1"
  write_demo_settings "$1"
}

make_demo_key() {
  local home=$1
  mkdir -p "$home/signer"
  chmod 700 "$home/signer"
  (umask 077 && head -c 24 /dev/urandom | base64 >"$home/signer/passphrase")
  SIGNER_ADDRESS=$(dotnet "$(program_path server)" signer new --folder "$home/signer" --passphrase-file "$home/signer/passphrase") ||
    fail "the signer's key could not be made"
}

start_local_chain() {
  local home=$1 deadline=$((SECONDS + CHAIN_START_SECONDS)) port
  port=$(pick_port)
  rm -f -- "$home/chain.json"
  start_process "$home" local-chain "$home/log/local-chain.log" dotnet "$(program_path localchain)" run \
    --port "$port" --state "$home/chain.json" --block-time "$CHAIN_BLOCK_SECONDS" --stake "$DEMO_STAKE LPT" --fund "$SIGNER_ADDRESS"
  until [[ -s $home/chain.json ]]; do
    if ! recorded_pid "$home" local-chain >/dev/null || ((SECONDS >= deadline)); then
      show_last_words "$home" local-chain "the local chain did not come up"
      exit 1
    fi
    pause "$POLL_SECONDS"
  done
  CHAIN_RPC=$(json_setting "$home/chain.json" rpcUrl)
}

# What the operator of the demo asks for. Half of the tickets win, so that a short stream shows several; one ticket is about a segment's worth.
write_demo_settings() {
  cat >"$1/pool.json" <<SETTINGS
{
  "chain": {
    "network": "local", "rpcUrls": ["$CHAIN_RPC"], "chainId": $(json_setting "$1/chain.json" chainId), "controller": "$(json_setting "$1/chain.json" controller)",
    "finality": "2", "pollInterval": "00:00:00.500"
  },
  "signing": { "socket": "$SIGNER_SOCKET" },
  "tickets": { "pricePerUnit": "20000", "ticketEv": "400000000000", "maxFaceValue": "800000000000", "redeemGas": "350000" },
  "rounds": { "initialize": true, "initializeMaxDelay": "00:00:00" }
}
SETTINGS
}

# The signer has settings of its own, which the server cannot write: the contracts it signs for, and its caps.
start_demo_signer() {
  local home=$1 deadline=$((SECONDS + SIGNER_START_SECONDS)) state=$1/chain.json
  # A socket's path is short by Linux's rule, a clone's path need not be.
  SIGNER_SOCKET=$TMPDIR/signer.sock
  start_process "$home" signer "$home/log/signer.log" env \
    "POOL_SIGNER__CHAIN_ID=$(json_setting "$state" chainId)" "POOL_SIGNER__TICKET_BROKER=$(json_setting "$state" TicketBroker)" \
    "POOL_SIGNER__BONDING_MANAGER=$(json_setting "$state" BondingManager)" "POOL_SIGNER__ROUNDS_MANAGER=$(json_setting "$state" RoundsManager)" \
    "POOL_SIGNER__SERVICE_REGISTRY=$(json_setting "$state" ServiceRegistry)" "POOL_SIGNER__LIVEPEER_TOKEN=$(json_setting "$state" LivepeerToken)" \
    POOL_SIGNER__MAX_GAS_COST_PER_DAY='10 ETH' POOL_SIGNER__PER_DAY__REWARD=10000 POOL_SIGNER__PER_DAY__ROUND_INITIALIZATION=10000 "POOL_SIGNER__SOCKET=$SIGNER_SOCKET" \
    dotnet "$(program_path server)" signer run --folder "$home/signer" --passphrase-file "$home/signer/passphrase"
  until [[ -S $SIGNER_SOCKET ]]; do
    if ! recorded_pid "$home" signer >/dev/null || ((SECONDS >= deadline)); then
      show_last_words "$home" signer "the signer did not come up"
      exit 1
    fi
    pause "$POLL_SECONDS"
  done
}

# The orchestrator of home $1 registers itself, as an operator does it; database $2.
register_demo_orchestrator() {
  POOL_HOME=$1 POOL_DATABASE=$2 dotnet "$(program_path server)" register --yes \
    --stake "$DEMO_STAKE" --reward-cut 10 --fee-share 0 --service-uri "https://127.0.0.1:$NETWORK_PORT" ||
    fail "the orchestrator could not be registered; the line above says why"
}

# The gateway's key, which the chain's state names, in a file of its own.
write_demo_gateway_key() {
  (umask 077 && tr -d '\n ' <"$1/chain.json" | sed -nE 's/.*"role":"gateway","address":"[^"]*","privateKey":"([^"]*)".*/\1/p' >"$1/gateway.key")
  [[ -s $1/gateway.key ]] || fail "the local chain names no key of its gateway"
}
