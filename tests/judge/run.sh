#!/usr/bin/env bash
# Compares our verdict of every next version of the document with that of cargo-semver-checks, for
# code that uses the crate with default features. It prints a table, and fails on a difference that
# is not explained. It takes about half a minute for each version, and is not a part of `.ci/run`.
#
# cargo-semver-checks has no lint for the types of fields, arguments and returned values, and misses
# a trait that is not derived any more. The control below shows that. Where only these changed, our
# verdict is stricter. It reads the items of one choice of features, and no features.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=0.51.0
work="$PWD/target/judge"
judge="$work/tools/bin/cargo-semver-checks"
mkdir -p "$work/json"

if [ ! -x "$judge" ]; then
    cargo install cargo-semver-checks --version "$version" --locked --root "$work/tools" --target-dir "$work/build"
fi

source tests/judge/crates.sh

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
        echo "minor"
    else
        echo "compatible"
    fi
}

# Whether the two verdicts fit: yes, stricter, or NO.
agreement() {
    case "$1/$2" in
        # It does not tell what is new from what is the same.
        none/compatible | compatible/compatible | compatible/minor | deprecation/minor | breaking/breaking) echo "yes" ;;
        breaking/compatible | breaking/minor)
            # Other types, and traits that are gone: what the control is about.
            if grep "(breaking)" "$3" | grep -qvE "^~ |^- [^ ]+: impl "; then echo "NO"; else echo "stricter"; fi
            ;;
        *) echo "NO" ;;
    esac
}

# The control: the judge sees a function that is gone, and nothing else of this.
control() {
    local at="$work/control"
    rm -rf "$at"
    for version in old new; do
        mkdir -p "$at/$version/src"
        printf '[package]\nname = "control"\nversion = "0.1.0"\nedition = "2024"\n\n[workspace]\n' >"$at/$version/Cargo.toml"
    done
    echo '#[derive(Clone, Default)] pub struct A { pub a: u8 } pub fn b(c: u8) -> u8 { c }' >"$at/old/src/lib.rs"
    echo '#[derive(Clone)] pub struct A { pub a: u16 } pub fn b(c: u16) -> u16 { c }' >"$at/new/src/lib.rs"
    local check=("$judge" semver-checks --manifest-path "$at/new/Cargo.toml" --baseline-root "$at/old" --release-type patch)
    if ! "${check[@]}" >"$at/types.log" 2>&1; then
        echo "the judge sees changed types now: read $at/types.log, and take them out of agreement()"
        exit 1
    fi
    echo '#[derive(Clone)] pub struct A { pub a: u16 }' >"$at/new/src/lib.rs"
    if "${check[@]}" >"$at/gone.log" 2>&1 || ! grep -q function_missing "$at/gone.log"; then
        echo "the judge does not see a function that is gone: read $at/gone.log"
        exit 1
    fi
    echo "── control: the judge sees a function that is gone, no changed types, and no lost trait"
}

control

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
    agrees="$(agreement "$ours" "$judge_says" "$text")"
    printf '%-40s %-12s %-12s %s\n' "$name" "$ours" "$judge_says" "$agrees"
    if [ "$agrees" != yes ]; then
        grep -E "\(breaking\)|\(deprecation\)" "$text" | sed 's/^/    ours:  /' || true
        grep -E "^--- failure|^Failed|^  [a-z]" "$work/json/$name.log" | sed 's/^/    judge: /' || true
    fi
    if [ "$agrees" = NO ]; then
        differences=$((differences + 1))
    fi
done
echo "$differences differences that the control does not explain"
[ "$differences" = 0 ]
