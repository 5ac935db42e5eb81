#!/usr/bin/env bash
# Calls all operations through the generated client against Prism, a mock server with the repaired
# document. Prism rejects requests that the document does not allow, and makes up responses from it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here/../.."
name="Prism"
source tests/npm_server.sh

document="$work/document.json"
cargo xtask document --out "$document"
# Compiles before Prism starts, so that Prism does not have to wait.
cargo test --package jsm-ops-tests --test end_to_end --no-run

port="$(free_port)"
# Prism validates requests in any case. With --errors, a response that does not fit its own schema is an
# error, not a success with a remark in a header.
# Static responses set every property and are the same on every run. With --dynamic, Prism 5.14.2 makes
# up values that its own validator rejects where a property is called `not`, and overflows the stack in
# recursive schemas.
start_server "$port" "$here/node_modules/@stoplight/prism-cli/dist/index.js" \
    mock --errors --host 127.0.0.1 --port "$port" --verboseLevel warn "$document"

if ! JSM_OPS_PRISM="http://127.0.0.1:$port" JSM_OPS_PRISM_DOCUMENT="$document" \
    cargo test --package jsm-ops-tests --test end_to_end -- --nocapture prism:: | tee "$work/out"; then
    if ! kill -0 "$server" 2>/dev/null; then
        echo "Prism has ended." >&2
        show_log
    fi
    exit 1
fi
# cargo succeeds too where the test is missing or skipped.
count="$(sed -n 's/^operations = //p' spec/SOURCE.toml)"
if ! grep -q "prism: $count of $count requests accepted, $count of $count responses decoded" "$work/out"; then
    echo "the test did not run" >&2
    exit 1
fi
