//! The short forms of what takes long, as the program runs them: some seconds each in the dev profile, with a seed of its own.

// Helpers of tests are tests, too.
#![allow(clippy::expect_used)]

use std::{process::Command, time::Instant};

/// Runs the program, and fails with all that it said.
fn run(arguments: &[&str]) -> String {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_jsm-ops-bench")).args(arguments).output().expect("the program runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{arguments:?} took {:.1} s\n{said}", start.elapsed().as_secs_f64());
    assert!(output.status.success(), "{arguments:?}:\n{said}");
    said
}

#[test]
fn soak() {
    let said = run(&["soak", "--count", "6000", "--seed", "5"]);
    assert!(said.contains("| grants alive | 16 of 16 |"), "{said}");
}

#[test]
fn dropped_futures() {
    let said = run(&["cancel", "--count", "10000", "--seed", "6"]);
    assert!(said.contains("| in files | 1,000 |"), "{said}");
}

#[test]
fn garbage() {
    let said = run(&["fuzz", "--count", "20000", "--seed", "7"]);
    assert!(said.contains("| callbacks | 2,400 |"), "{said}");
}

#[test]
fn a_run_that_cannot_be_made_says_why() {
    for arguments in [&["rest"][..], &["soak", "--count"], &["soak", "--speed", "1"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_jsm-ops-bench")).args(arguments).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
