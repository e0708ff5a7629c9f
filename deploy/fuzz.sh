#!/usr/bin/env bash
# Fuzzes by hand, led by coverage, with libFuzzer on the stable compiler; nothing else needs to be installed than the
# compiler and a C++ compiler.
#   deploy/fuzz.sh                    every target, a minute each
#   deploy/fuzz.sh TARGET [SECONDS]   one target; 0 seconds: until it finds something or Ctrl-C
# What it learnt stays in target/fuzz/corpus; an input that breaks a promise is written to target/fuzz/found.
# Names of targets: the TARGETS table in tests/src/fuzz.rs.
set -euo pipefail
cd "$(dirname "$0")/.."
root="$PWD/target/fuzz"
triple="$(rustc -vV | sed -n 's/^host: //p')"

# What `cargo fuzz` would pass without a sanitizer; all of it is stable.
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares"
# Few targets need the shell, which takes minutes to build.
case "${1:-}" in
"" | frames | key-file | request) features="--features shell" ;;
*) features="" ;;
esac
# The versions that everything else is built of; cargo adds libFuzzer to them.
cp Cargo.lock tests/fuzz/Cargo.lock
# shellcheck disable=SC2086
(cd tests/fuzz && RUSTFLAGS="$flags" cargo build --release $features --target "$triple" --target-dir "$root/build")
program="$root/build/$triple/release/lienquay-fuzz"

fuzz() {
    local name="$1" seconds="$2" corpus="$root/corpus/$1"
    mkdir -p "$corpus" "$root/found"
    LIENQUAY_FUZZ_TARGET="$name" LIENQUAY_FUZZ_SEEDS="$corpus" "$program" -runs=0 >/dev/null 2>&1
    LIENQUAY_FUZZ_TARGET="$name" "$program" "$corpus" -artifact_prefix="$root/found/$name-" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len=16384 \
        -print_final_stats=1
}

if [ $# -gt 0 ]; then
    fuzz "$1" "${2:-60}"
else
    names=$(sed -n 's/^    name: "\(.*\)",$/\1/p' tests/src/fuzz/*.rs)
    for name in $names; do
        echo "== $name"
        fuzz "$name" 60 2>&1 | tail -n 12
    done
fi
