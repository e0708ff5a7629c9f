#!/usr/bin/env bash
# Measures on this machine and prints one table (builds everything optimised first, which takes some minutes).
#   deploy/measure.sh            the core: reconnecting, calling, starting
#   deploy/measure.sh --window   the window on a virtual screen: first frame, idle, background events, scrolling 100,000 rows
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup

programs="${CARGO_TARGET_DIR:-target}/release"
case "${1:-}" in
"")
    cargo build --locked --release -p lienquay-node -p lienquay-tests --bins
    exec "$programs/lienquay-measure"
    ;;
--window)
    shift
    need_display
    cargo build --locked --release -p lienquay-node -p lienquay-gui -p lienquay-tests --bins
    exec "$programs/lienquay-measure-window" "$@"
    ;;
*)
    echo "usage: deploy/measure.sh [--window [--dossiers N]]" >&2
    exit 2
    ;;
esac
