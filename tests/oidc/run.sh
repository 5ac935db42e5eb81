#!/usr/bin/env bash
# Signs in at a standard OAuth 2.0 server, the npm package oidc-provider: forms, HTTP Basic, other paths.
# The server listens on the loopback interface.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here/../.."

for command in node npm; do
    if ! command -v "$command" >/dev/null; then
        echo "$command is missing: install Node.js 20 or newer, which brings npm; the script installs the server itself" >&2
        exit 1
    fi
done

work="$(mktemp -d)"
server=""
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Installs the locked versions only.
(cd "$here" && npm ci --loglevel=error)
# Compiles before the server starts.
cargo test --package jsm-ops --test main --no-run

# A free port. If another process takes it first, the server ends, and so does this script.
port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
redirect="http://127.0.0.1:8391/callback"
node "$here/server.mjs" "$port" "$redirect" >"$work/log" 2>&1 &
server=$!

responds() {
    node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "http://127.0.0.1:$port/"
}
ready=""
for _ in $(seq 1 120); do
    kill -0 "$server" 2>/dev/null || break
    if responds; then
        ready=yes
        break
    fi
    sleep 0.5
done
if [ -z "$ready" ]; then
    echo "the server does not respond. Its log:" >&2
    cat "$work/log" >&2
    exit 1
fi

if ! JSM_OPS_OIDC="http://127.0.0.1:$port" JSM_OPS_OIDC_REDIRECT="$redirect" \
    cargo test --package jsm-ops --test main -- --nocapture oidc_provider:: | tee "$work/out"; then
    echo "The end of the log of the server:" >&2
    tail -n 20 "$work/log" >&2
    exit 1
fi
# cargo succeeds too where the test is missing or skipped.
if ! grep -q 'oidc-provider: 2 sign-ins, 4 refreshes, 4 rejections' "$work/out"; then
    echo "the test did not run" >&2
    exit 1
fi
