#!/usr/bin/env bash
# Gives the repaired document to other tools: two validators and three generators, in fixed versions. Each
# must take it without a warning, and the generators must not drop an operation.
# The tools are installed in `target/tools`, once for each change of their versions.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here/../.."
tools="$PWD/target/tools"

for command in node npm; do
    if ! command -v "$command" >/dev/null; then
        echo "$command is missing: install Node.js 20 or newer, which brings npm; the script installs the tools itself" >&2
        exit 1
    fi
done
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python is missing or too old: install Python 3.11 or newer with venv; the script installs the tools itself" >&2
    exit 1
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Whether the copy of a list of versions in the directory of the tools is another one, or missing.
is_new() {
    ! cmp -s "$here/$1" "$tools/$1.installed"
}
mkdir -p "$tools"
if is_new package-lock.json; then
    cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$tools/"
    (cd "$tools" && npm ci --loglevel=error)
    cp "$here/package-lock.json" "$tools/package-lock.json.installed"
fi
if is_new requirements.txt; then
    rm -rf "$tools/python"
    python3 -m venv "$tools/python"
    "$tools/python/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$tools/requirements.txt.installed"
fi
# openapi-python-client looks for ruff there.
export PATH="$tools/node_modules/.bin:$tools/python/bin:$PATH"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

document="$work/document.json"
cargo xtask document --out "$document"

# Runs a tool. Its output is shown where it fails, or where it warns or skips something and succeeds.
run() {
    local name="$1"
    shift
    if ! "$@" >"$work/log" 2>&1; then
        echo "$name failed:" >&2
        cat "$work/log" >&2
        exit 1
    fi
    # Redocly prints a box about the version of Node.js.
    if grep -v 'Deprecation warning: Node.js' "$work/log" | grep -iE 'warn|skip|ignor|unsupported|unresolved' >&2; then
        echo "$name warns" >&2
        exit 1
    fi
    echo "$name: ok"
}

run "openapi-spec-validator" openapi-spec-validator --schema 3.0 "$document"
run "Redocly" redocly lint --config "$here/redocly.yaml" "$document"
run "openapi-typescript" openapi-typescript "$document" --output "$work/types.ts"
run "oazapfts" oazapfts "$document" "$work/functions.ts"
run "openapi-python-client" openapi-python-client generate --fail-on-warning --meta none \
    --path "$document" --output-path "$work/jsm_ops_client"

(cd "$tools" && node "$here/check.mjs" "$document" "$work/types.ts" "$work/functions.ts" "$work/jsm_ops_client")
run "the types of openapi-typescript" tsc --noEmit --strict "$work/types.ts"
(cd "$work" && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$work" "$tools/python/bin/python" "$here/check_client.py" jsm_ops_client)
echo "tools: all of them take the repaired document"
