#!/usr/bin/env bash
# Measures on this machine and prints one table (builds everything optimised first, which takes some minutes).
#   deploy/measure.sh                        the core; tests/BENCHMARKS.md has the last results
#   deploy/measure.sh --list                 the names of its benchmarks
#   deploy/measure.sh call --sizes 1000      some of them, at sites of so many dossiers
#   deploy/measure.sh --window [--dossiers N]
#       the window on a virtual screen: first frame, idle, background events, scrolling 100,000 rows
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup

if [ "${1:-}" = --window ]; then
    shift
    need_display
    cargo build --locked --release -p lienquay-node -p lienquay-gui -p lienquay-tests --bins
    cargo build --locked --release -p lienquay-gui --example empty_window
    exec "${CARGO_TARGET_DIR:-target}/release/lienquay-measure-window" "$@"
fi
# The processes that are measured, then what measures them.
cargo build --locked --release -p lienquay-node --bins
exec cargo bench --locked -p lienquay-tests --bench proving -- "$@"
