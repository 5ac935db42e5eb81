//! A run that is killed, and the next one with the same document.

use std::fs;

use super::World;
use crate::support::{
    directory::{committed, differing, files},
    document::{changed, remove, text},
    pending::is_pending,
    workspace,
};

/// Facts without an operation, and a crate with a file to replace and one to remove.
fn earlier() -> World {
    let facts = changed(|root| drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete")));
    let world = World::with_facts(facts.as_bytes());
    world.generated.write("src/client.rs", b"// stale\n");
    world.generated.write("old/stray.rs", b"// stray\n");
    world
}

#[test]
fn the_run_after_a_kill_completes_the_update() {
    if is_pending() {
        return;
    }
    let next = workspace().join("spec/jsm-ops.json");
    let whole = earlier();
    // Staging two files and the journal in either directory, the changes of the crate and its empty
    // directories, those of the facts, between the two ends, and the end: these are all steps, 0 to
    // 13.
    whole.update_until(Some(14), &next, &[]).succeeded();
    let report = whole.text();
    for step in [7, 10, 12] {
        let world = earlier();
        let killed = world.update_until(Some(step), &next, &[]);
        assert_eq!(killed.code, None, "{killed:?}");
        fs::remove_file(world.report()).expect("the report comes first");
        world.update(&next, &[]).succeeded();
        assert_eq!(differing(&files(world.generated.path()), &committed()), [""; 0], "after step {step}");
        assert!(files(world.spec.path())["jsm-ops.json"] == text().as_bytes(), "after step {step}");
        for directory in [world.generated.path(), world.spec.path()] {
            assert!(!directory.join(".xtask-write").exists(), "a stage is left after step {step}");
        }
        assert_eq!(world.text(), report, "after step {step}");
    }
}
