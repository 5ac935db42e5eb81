#!/usr/bin/env bash
# Calls all operations through the generated client against Prism, a mock server that is given the repaired document. Prism listens on
# the loopback interface, refuses requests that the document does not allow, and makes up answers from it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here/../.."

for command in node npm; do
    if ! command -v "$command" >/dev/null; then
        echo "$command is missing: install Node.js 20 or newer, which brings npm; the script installs Prism itself" >&2
        exit 1
    fi
done

work="$(mktemp -d)"
prism=""
stop() {
    if [ -n "$prism" ]; then
        kill "$prism" 2>/dev/null || true
        wait "$prism" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The locked versions and no others.
(cd "$here" && npm ci --loglevel=error)

document="$work/document.json"
cargo xtask document --out "$document"
# Compiled before Prism starts: it waits for nobody then.
cargo test --package jsm-ops-tests --test end_to_end --no-run

# The system names a free port. Should somebody take it before Prism does, Prism ends, and so does this script.
port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"

# Requests are validated in any case. --errors is about answers: one that does not fit its own schema is an error and no success with a
# remark in a header.
# Answers are static, which sets every property and comes out the same on every run. --dynamic makes up values that its own validator
# refuses wherever a property is called `not`, and runs out of stack in schemas that hold themselves (json-schema-faker, Prism 5.14.2).
node "$here/node_modules/@stoplight/prism-cli/dist/index.js" mock --errors --host 127.0.0.1 --port "$port" --verboseLevel warn \
    "$document" >"$work/log" 2>&1 &
prism=$!

answers() {
    # Any answer will do. The path is none of the document's.
    node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "http://127.0.0.1:$port/"
}
ready=""
for _ in $(seq 1 120); do
    kill -0 "$prism" 2>/dev/null || break
    if answers; then
        ready=yes
        break
    fi
    sleep 0.5
done
if [ -z "$ready" ]; then
    echo "Prism does not answer. It says:" >&2
    cat "$work/log" >&2
    exit 1
fi

if ! JSM_OPS_PRISM="http://127.0.0.1:$port" JSM_OPS_PRISM_DOCUMENT="$document" \
    cargo test --package jsm-ops-tests --test end_to_end -- --nocapture prism:: | tee "$work/out"; then
    if ! kill -0 "$prism" 2>/dev/null; then
        echo "Prism has ended. It said last:" >&2
        tail -n 20 "$work/log" >&2
    fi
    exit 1
fi
# A test that was not found, or skipped, fails nobody.
if ! grep -q 'prism: 240 of 240 requests accepted, 240 of 240 answers decoded' "$work/out"; then
    echo "the test did not run" >&2
    exit 1
fi
