# Installs and runs a server of the npm registry on the loopback interface. Sourced by `run.sh` beside its
# `package.json`, which sets `here` (its directory) and `name` (of the server, for messages) before.

for command in node npm; do
    if ! command -v "$command" >/dev/null; then
        echo "$command is missing: install Node.js 20 or newer, which brings npm; the script installs $name itself" >&2
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

# A free port. If another process takes it first, the server ends, and so does the script.
free_port() {
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# Starts node with these arguments, and waits until the server responds at the port. Any response will do.
start_server() {
    local port="$1" ready=""
    shift
    node "$@" >"$work/log" 2>&1 &
    server=$!
    for _ in $(seq 1 120); do
        kill -0 "$server" 2>/dev/null || break
        if node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "http://127.0.0.1:$port/"; then
            ready=yes
            break
        fi
        sleep 0.5
    done
    if [ -z "$ready" ]; then
        echo "$name does not respond. Its log:" >&2
        cat "$work/log" >&2
        exit 1
    fi
}

# The end of the log of the server, for a failed test.
show_log() {
    echo "The end of the log of $name:" >&2
    tail -n 20 "$work/log" >&2
}
