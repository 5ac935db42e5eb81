#!/usr/bin/env bash
# Calls all operations through the generated client against Prism, a mock server with the repaired
# document. Prism listens on the loopback interface, rejects requests that the document does not allow,
# and makes up responses from it.
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

# Installs the locked versions only.
(cd "$here" && npm ci --loglevel=error)

document="$work/document.json"
cargo xtask document --out "$document"
# Compiles before Prism starts, so that Prism does not have to wait.
cargo test --package jsm-ops-tests --test end_to_end --no-run

# A free port. If another process takes it first, Prism ends, and so does this script.
port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"

# Prism validates requests in any case. With --errors, a response that does not fit its own schema is an
# error, not a success with a remark in a header.
# Static responses set every property and are the same on every run. With --dynamic, Prism 5.14.2 makes
# up values that its own validator rejects where a property is called `not`, and overflows the stack in
# recursive schemas.
node "$here/node_modules/@stoplight/prism-cli/dist/index.js" mock --errors --host 127.0.0.1 --port "$port" --verboseLevel warn \
    "$document" >"$work/log" 2>&1 &
prism=$!

responds() {
    # Any response will do. The path is not in the document.
    node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "http://127.0.0.1:$port/"
}
ready=""
for _ in $(seq 1 120); do
    kill -0 "$prism" 2>/dev/null || break
    if responds; then
        ready=yes
        break
    fi
    sleep 0.5
done
if [ -z "$ready" ]; then
    echo "Prism does not respond. Its log:" >&2
    cat "$work/log" >&2
    exit 1
fi

if ! JSM_OPS_PRISM="http://127.0.0.1:$port" JSM_OPS_PRISM_DOCUMENT="$document" \
    cargo test --package jsm-ops-tests --test end_to_end -- --nocapture prism:: | tee "$work/out"; then
    if ! kill -0 "$prism" 2>/dev/null; then
        echo "Prism has ended. The end of its log:" >&2
        tail -n 20 "$work/log" >&2
    fi
    exit 1
fi
# cargo succeeds too where the test is missing or skipped.
if ! grep -q 'prism: 240 of 240 requests accepted, 240 of 240 responses decoded' "$work/out"; then
    echo "the test did not run" >&2
    exit 1
fi
