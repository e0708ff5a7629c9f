#!/usr/bin/env bash
# Shows that the simulation bites: puts one known bug at a time (tests/bites/*.patch) back into a copy of the sources, runs
# simulated days until one fails, and prints a table of which invariant caught each bug and after how many days.
#   deploy/bites.sh              every bug
#   deploy/bites.sh NAME...      some of them
# LIENQUAY_SEEDS=n              days tried before a bug counts as missed (default 2000)
# LIENQUAY_SCHEMA=automerge     on real documents instead of opaque ones, which are faster
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/lib/setup.sh
setup
install_missing patch:patch

if (($# > 0)); then
    names=("$@")
else
    names=()
    for patch in tests/bites/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi
seeds="${LIENQUAY_SEEDS:-2000}"
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")/bites"
# Always the same folder: what does not change is built once.
copy="$target/tree"
rm -rf "$copy"
mkdir -p "$copy"
tar --exclude=./target --exclude=./.git -c . | tar -x -C "$copy"
log="$target/bites.log"
simulation() (
    cd "$copy"
    CARGO_TARGET_DIR="$target" cargo test --locked -q -p lienquay-tests --test simulation "$@"
)

echo "| bug | what it breaks | caught by | days until then |"
echo "| --- | --- | --- | --- |"
missed=0
for name in "${names[@]}"; do
    patch="$PWD/tests/bites/$name.patch"
    patch -d "$copy" -p1 -s <"$patch"
    simulation --no-run >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    LIENQUAY_SCHEMA="${LIENQUAY_SCHEMA:-opaque}" LIENQUAY_SEEDS="$seeds" LIENQUAY_UNTIL_FAILURE=1 LIENQUAY_SHRINK=0 \
        simulation days_with_every_fault >"$log" 2>&1 || true
    invariant=$(sed -n 's/^invariant: \([^ ]*\).*/\1/p' "$log" | head -n 1)
    days=$(sed -n 's/.*failed on day \([0-9]*\).*/\1/p' "$log" | head -n 1)
    if [ -z "$invariant" ] && [ -z "$days" ]; then
        missed=$((missed + 1)) invariant="**missed**" days="> $seeds"
    fi
    echo "| $name | $(head -n 1 "$patch") | ${invariant:-a panic} | $days |"
    patch -d "$copy" -p1 -s -R <"$patch"
done
exit "$((missed > 0))"
