#!/usr/bin/env bash
# Sets up what the tests need and passes them.
#   deploy/test.sh          everything that fits in a few minutes
#   deploy/test.sh --long   thousands of simulated days and property cases instead of hundreds
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup
need_display
need_fault_tools

case "${1:-}" in
"") ;;
--long)
    export LIENQUAY_SEEDS="${LIENQUAY_SEEDS:-5000}"
    export PROPTEST_CASES="${PROPTEST_CASES:-5000}"
    export LIENQUAY_FREEZE_SECONDS="${LIENQUAY_FREEZE_SECONDS:-75}"
    ;;
*)
    echo "usage: deploy/test.sh [--long]" >&2
    exit 2
    ;;
esac

# The programs first: the tests of real processes and real windows start them.
cargo build --workspace --locked --bins
cargo test --workspace --locked
