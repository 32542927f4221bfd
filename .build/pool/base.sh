# What every part uses: messages, small conversions, and the environment of our programs.
# shellcheck shell=bash

# Names of the children are matched and counted by the bytes, whatever language the user speaks.
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*"; }

warn() { printf 'pool: %s\n' "$*" >&2; }

# One clear line, and a non-zero exit.
fail() {
  warn "$@"
  exit 1
}

usage_error() {
  warn "$@"
  exit 2
}

is_root() { [[ $EUID -eq 0 ]]; }

# Twelve hex digits that stand for a path.
hash_of() {
  local sum
  sum=$(printf '%s' "$1" | sha256sum)
  printf '%s' "${sum:0:12}"
}

# A path as seen from anywhere; it need not exist.
absolute_path() { realpath -m -s -- "$1"; }

# Thirty-two random letters and digits.
random_word() {
  local word
  word=$(od -An -N16 -tx1 /dev/urandom)
  printf '%s' "${word//[[:space:]]/}"
}

# Seconds and tenths since $1, a value of EPOCHREALTIME.
elapsed_since() {
  local now=${EPOCHREALTIME//[.,]/} start=${1//[.,]/}
  local tenths=$(((now - start) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# The value of a top-level text or number in pool.json, or nothing. Comment lines are skipped.
# $1 = file, $2 = key.
json_setting() {
  [[ -r $1 ]] || return 0
  sed -e 's#^[[:space:]]*//.*##' -- "$1" | tr '\n' ' ' |
    sed -nE "s/.*\"$2\"[[:space:]]*:[[:space:]]*(\"([^\"]*)\"|([^\",}[:space:]]+)).*/\2\3/Ip"
}

# A setting of the node: the environment wins over pool.json, which wins over the default.
# $1 = home, $2 = environment variable, $3 = key in pool.json, $4 = default.
setting() {
  local value=${!2-}
  [[ -n $value ]] || value=$(json_setting "$1/pool.json" "$3")
  printf '%s' "${value:-$4}"
}

# Settings meant for a real node must reach neither a demo nor a test.
forget_pool_settings() {
  local name
  for name in "${!POOL_@}"; do
    unset "$name"
  done
}
