#!/usr/bin/env bash
# Compares our verdict of every next version of the document with that of cargo-semver-checks, for
# code that uses the crate with default features. It prints a table, and fails on a difference that
# is not expected. It takes about half a minute for each version, and is not a part of `.ci/run`.
#
# cargo-semver-checks 0.51 does not compare the types of fields, arguments and returned values, nor
# the bounds of type arguments. Where only those changed, our verdict is stricter.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=0.51.0
work="$PWD/target/judge"
judge="$work/tools/bin/cargo-semver-checks"
mkdir -p "$work/json"

if [ ! -x "$judge" ]; then
    cargo install cargo-semver-checks --version "$version" --locked --root "$work/tools" --target-dir "$work/build"
fi

echo "── the crates of all next versions"
rm -rf "$work/crates"
JSM_OPS_JUDGE="$work/crates" cargo test -p xtask --test main cases::judge -- --ignored

# A workspace that has the generated crate alone, so that its features are its own.
workspace="$work/workspace"
rm -rf "$workspace"
mkdir -p "$workspace/crates"
cp -r crates/jsm-ops-core "$workspace/crates/"
# Tests are not documented, and need other crates of the workspace.
sed -i '/^jsm-ops-test-server/d' "$workspace/crates/jsm-ops-core/Cargo.toml"
sed -E 's#^members = .*#members = ["generated", "crates/jsm-ops-core"]#' Cargo.toml >"$workspace/Cargo.toml"
cp Cargo.lock "$workspace/"

# Items as JSON, which cargo-semver-checks reads. The format is not stable, so stable Rust needs the
# variable.
document() {
    rm -rf "$workspace/generated"
    cp -r "$work/crates/$1" "$workspace/generated"
    RUSTC_BOOTSTRAP=1 cargo rustdoc --quiet --manifest-path "$workspace/generated/Cargo.toml" --lib \
        --target-dir "$work/documentation" -- -Z unstable-options --output-format json --cap-lints allow
    mv "$work/documentation/doc/jsm_ops_api.json" "$work/json/$1.json"
}

# What the judge says: none, compatible or breaking.
verdict() {
    local log="$work/json/$1.log"
    "$judge" semver-checks --baseline-rustdoc "$work/json/published.json" --current-rustdoc "$work/json/$1.json" \
        --release-type patch >"$log" 2>&1 || true
    if ! grep -q " checks: " "$log"; then
        echo "failed"
    elif grep -qE "Summary.* [1-9][0-9]* major" "$log"; then
        echo "breaking"
    elif grep -qE "Summary.* [1-9][0-9]* minor" "$log"; then
        echo "deprecation"
    else
        echo "compatible"
    fi
}

document published
printf '%-40s %-12s %-12s %s\n' version ours judge agreement
differences=0
for text in "$work"/crates/*.txt; do
    name="$(basename "$text" .txt)"
    ours="$(head -1 "$text")"
    if [ "$ours" = stopped ]; then
        printf '%-40s %-12s %-12s %s\n' "$name" stopped - -
        continue
    fi
    document "$name"
    judge_says="$(verdict "$name")"
    agreement=yes
    # It does not tell what is new from what is the same.
    if [ "$ours" != "$judge_says" ] && ! { [ "$ours" = none ] && [ "$judge_says" = compatible ]; }; then
        agreement=NO
        differences=$((differences + 1))
    fi
    printf '%-40s %-12s %-12s %s\n' "$name" "$ours" "$judge_says" "$agreement"
    if [ "$agreement" = NO ]; then
        grep -E "\(breaking\)|\(deprecation\)" "$text" | sed 's/^/    ours:  /' || true
        grep -E "^--- failure|^  " "$work/json/$name.log" | grep -vE "^ +(ref|impl):|Checked|Parsed|Built" | sed 's/^/    judge: /' || true
    fi
done
echo "$differences differences"
[ "$differences" = 0 ]
