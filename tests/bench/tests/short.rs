//! Short forms of the long checks, some seconds each in the dev profile.

// Helpers of tests are tests too.
#![allow(clippy::expect_used)]

use std::{process::Command, time::Instant};

/// Runs the program, and fails with its output.
fn run(arguments: &[&str]) -> String {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_jsm-ops-bench")).args(arguments).output().expect("the program runs");
    let output_text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{arguments:?} took {:.1} s\n{output_text}", start.elapsed().as_secs_f64());
    assert!(output.status.success(), "{arguments:?}:\n{output_text}");
    output_text
}

#[test]
fn soak() {
    let output_text = run(&["soak", "--count", "6000", "--seed", "5"]);
    assert!(output_text.contains("| valid grants | 16 of 16 |"), "{output_text}");
}

#[test]
fn dropped_futures() {
    let output_text = run(&["cancel", "--count", "10000", "--seed", "6"]);
    assert!(output_text.contains("| in files | 1,000 |"), "{output_text}");
}

#[test]
fn damaged_input() {
    let output_text = run(&["fuzz", "--count", "20000", "--seed", "7"]);
    assert!(output_text.contains("| callbacks | 2,400 |"), "{output_text}");
}

#[test]
fn simulated_sessions() {
    let output_text = run(&["simulate", "--schedules", "20000", "--seed", "8"]);
    assert!(output_text.contains("| schedules | 20,000 |"), "{output_text}");
}

#[test]
fn invalid_arguments_are_rejected() {
    for arguments in [&["rest"][..], &["soak", "--count"], &["soak", "--speed", "1"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_jsm-ops-bench")).args(arguments).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
