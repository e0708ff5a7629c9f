#!/usr/bin/env bash
# Measures the core on this machine and prints one table (builds it optimised first, which takes some minutes).
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup

cargo build --locked --release -p lienquay-node -p lienquay-tests --bins
exec "${CARGO_TARGET_DIR:-target}/release/lienquay-measure"
