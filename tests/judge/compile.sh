#!/usr/bin/env bash
# Compiles the crates of all next versions of the document, with all features and with the default
# ones. A warning is an error. It takes about a quarter of an hour, and is not a part of `.ci/run`.
set -euo pipefail
cd "$(dirname "$0")/../.."
work="$PWD/target/judge"
mkdir -p "$work"
source tests/judge/crates.sh

# Whether the crate compiles. What rustc says is printed where it does not.
compiles() {
    rm -rf "$workspace/generated"
    cp -r "$work/crates/$1" "$workspace/generated"
    # Files of one second may look unchanged to cargo.
    find "$workspace/generated" -name '*.rs' -exec touch {} +
    for features in --all-features --features=default; do
        RUSTFLAGS="-D warnings" cargo check --quiet --manifest-path "$workspace/generated/Cargo.toml" --lib \
            --target-dir "$work/compiled" "$features" || return 1
    done
}

failed=0 compiled=0
for text in "$work"/crates/*.txt; do
    name="$(basename "$text" .txt)"
    if [ "$(head -1 "$text")" = stopped ]; then
        echo "$name: stopped, as it must"
    elif compiles "$name"; then
        echo "$name: compiles"
        compiled=$((compiled + 1))
    else
        echo "$name: DOES NOT COMPILE"
        failed=$((failed + 1))
    fi
done
echo "$compiled crates compile without warnings, $failed do not"
[ "$failed" = 0 ] && [ "$compiled" -gt 0 ]
