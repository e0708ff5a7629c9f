#!/usr/bin/env bash
# Sets up and runs the main job: three counters on this machine, working together, in a live table. Where there is a display,
# counter 1 shows its window, for you to sit at.
#   deploy/demo.sh               until Ctrl+C
#   deploy/demo.sh --seconds 30  for 30 seconds
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup

cargo build --locked -p lienquay-node -p lienquay-gui -p lienquay-tests --bins
exec "${CARGO_TARGET_DIR:-target}/debug/lienquay-demo" "$@"
