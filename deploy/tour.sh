#!/usr/bin/env bash
# Drives two real windows through a morning on a virtual screen (founding, joining, a ticket, a dossier) and leaves a picture of
# every step.
#   deploy/tour.sh            into target/tour
#   deploy/tour.sh FOLDER     into a folder
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup
need_display

cargo build --locked -p lienquay-node -p lienquay-gui -p lienquay-tests --bins
target="${CARGO_TARGET_DIR:-target}"
exec "$target/debug/lienquay-tour" "${1:-$target/tour}"
