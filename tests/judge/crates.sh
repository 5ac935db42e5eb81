# Writes the crates of all next versions of the document to "$work/crates", and a workspace for one
# of them to "$workspace". Sourced, with $work set.

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
