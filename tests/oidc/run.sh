#!/usr/bin/env bash
# Signs in at a standard OAuth 2.0 server, the npm package oidc-provider: forms, HTTP Basic, other paths.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here/../.."
name="the server"
source tests/npm_server.sh

# Compiles before the server starts.
cargo test --package jsm-ops --test main --no-run

port="$(free_port)"
redirect="http://127.0.0.1:8391/callback"
start_server "$port" "$here/server.mjs" "$port" "$redirect"

if ! JSM_OPS_OIDC="http://127.0.0.1:$port" JSM_OPS_OIDC_REDIRECT="$redirect" \
    cargo test --package jsm-ops --test main -- --nocapture oidc_provider:: | tee "$work/out"; then
    show_log
    exit 1
fi
# cargo succeeds too where the test is missing or skipped.
if ! grep -q 'oidc-provider: 2 sign-ins, 4 refreshes, 4 rejections' "$work/out"; then
    echo "the test did not run" >&2
    exit 1
fi
