//! Files of an overlay that cannot be read, or whose content is not that of an overlay.

use std::fs;

use serde_json::json;

use super::rejects_overlay;
use crate::support::document::{OverlayCopy, at, changed_overlay};

/// A copy of the overlay with one more file.
fn with_file(name: &str, text: &str) -> OverlayCopy {
    let overlay = OverlayCopy::new();
    overlay.write(name, text);
    overlay
}

#[test]
fn all_unreadable_files_are_named_in_one_run() {
    let overlay = with_file("zebra.yaml", "title: [\n");
    overlay.write("zoo.yaml", "title: {\n");
    fs::create_dir(overlay.path().join("attic.yaml")).expect("the directory can be made");
    fs::write(overlay.path().join("bytes.yaml"), b"title: \xff\n").expect("the file can be written");
    let complaint = rejects_overlay(
        &overlay,
        &[
            "4 problems\n",
            "attic.yaml: this is not a regular file\n     help: correct or remove this file",
            "bytes.yaml: the file is not UTF-8: byte 7 ",
            "zebra.yaml: invalid YAML: ",
            "zoo.yaml: invalid YAML: ",
        ],
    );
    assert_eq!(complaint.matches("help: correct or remove this file").count(), 4, "{complaint}");
    assert!(!complaint.contains("--overlay"), "{complaint}");
}

/// What refers to an entry of an unreadable file is not reported besides the file.
#[test]
fn an_unreadable_file_is_one_problem() {
    let overlay = with_file("teams.yaml", "title: [\n");
    rejects_overlay(&overlay, &["1 problem\n", "teams.yaml: invalid YAML: "]);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_rejected() {
    let overlay = OverlayCopy::new();
    std::os::unix::fs::symlink("missing", overlay.path().join("zoo.yaml")).expect("the link can be made");
    rejects_overlay(&overlay, &["1 problem\n", "zoo.yaml: cannot read the file: No such file"]);
}

/// To open a pipe without a writer waits forever.
#[cfg(unix)]
#[test]
fn a_pipe_is_rejected() {
    let overlay = OverlayCopy::new();
    let made = std::process::Command::new("mkfifo").arg(overlay.path().join("zoo.yaml")).status();
    assert!(made.expect("mkfifo starts").success());
    rejects_overlay(&overlay, &["1 problem\n", "zoo.yaml: this is not a regular file"]);
}

#[test]
fn a_file_beyond_the_size_limit_is_rejected() {
    let overlay = with_file("zoo.yaml", &format!("title: Zoo\nsummary: Zoo.\ndocs: {}\n", "a".repeat(1024 * 1024)));
    rejects_overlay(&overlay, &["1 problem\n", "zoo.yaml: the file has more than 1048576 bytes"]);
}

#[test]
fn examples_must_be_a_directory() {
    let overlay = OverlayCopy::new();
    fs::remove_dir_all(overlay.path().join("examples")).expect("the directory can be removed");
    overlay.write("examples", "");
    rejects_overlay(&overlay, &["1 problem\n", "examples: this is not a directory"]);
}

#[test]
fn a_hidden_file_of_an_overlay_is_rejected() {
    for name in [".zoo.yaml", ".yaml", "examples/.alerts.rs"] {
        rejects_overlay(&with_file(name, ""), &["1 problem\n", &format!("{name}: unknown file; expected `<area>.yaml`")]);
    }
}

#[test]
fn files_of_editors_are_ignored() {
    let overlay = with_file(".alerts.yaml.swp", "");
    overlay.write(".#alerts.yaml", "");
    overlay.write("alerts.yaml~", "");
    overlay.write("alarms.yml", "");
    rejects_overlay(&overlay, &["1 problem\n", "alarms.yml: unknown file"]);
}

#[test]
fn an_empty_file_is_rejected() {
    for name in ["zoo.yaml", "alerts.types.yaml", "glossary.zoo.yaml", "shared.zoo.yaml"] {
        for text in ["", "# nothing\n", "{}\n"] {
            rejects_overlay(&with_file(name, text), &["1 problem\n", &format!("{name}: the file is empty")]);
        }
    }
}

#[test]
fn a_list_in_place_of_a_map_is_rejected() {
    for name in ["zoo.yaml", "glossary.zoo.yaml", "shared.zoo.yaml"] {
        let overlay = with_file(name, "- Zoo\n- Zoo.\n");
        rejects_overlay(&overlay, &["1 problem\n", &format!("{name}: expected a map, found an array")]);
    }
    let operation = "/alerts.yaml/operations/GET ~1v1~1alerts";
    let overlay = changed_overlay(|overlay| *at(overlay, operation) = json!(["list_alerts", null, "Lists."]));
    let place = "alerts.yaml#/operations/GET ~1v1~1alerts: ";
    rejects_overlay(&overlay, &["1 problem\n", &format!("{place}expected a map, found an array")]);
    for state in [json!(["requestId", "isSuccess", "status"]), json!("isSuccess")] {
        let overlay = changed_overlay(|overlay| at(overlay, operation)["write_state"] = state);
        rejects_overlay(&overlay, &["1 problem\n", &format!("{place}`write_state`: expected a map, found ")]);
    }
}

#[test]
fn a_write_state_of_another_form_is_rejected_without_a_rust_name() {
    let overlay = changed_overlay(|overlay| {
        at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["write_state"] = json!({"request": "id", "flag": "done"});
    });
    let complaint = rejects_overlay(&overlay, &["1 problem\n", "missing field `reason`"]);
    assert!(!complaint.contains("WriteState"), "{complaint}");
}

#[test]
fn a_tag_of_yaml_is_rejected() {
    for tag in ["!!binary", "!secret"] {
        let overlay = with_file("zoo.yaml", &format!("title: {tag} aGVsbG8=\nsummary: Zoo.\n"));
        rejects_overlay(&overlay, &["1 problem\n", "zoo.yaml: ", "tags are not supported", "line 1"]);
    }
}

#[test]
fn characters_that_source_cannot_have_are_rejected() {
    for (character, code) in [('\r', "U+000D"), ('\u{7}', "U+0007"), ('\u{202e}', "U+202E"), ('\u{2066}', "U+2066")] {
        let text = format!("A{character}B");
        let overlay = changed_overlay(|overlay| {
            overlay["alerts.yaml"]["docs"] = json!(text);
            at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["docs"] = json!(text);
            at(overlay, "/glossary.fields.yaml/fields")["createdAt"] = json!(text);
            at(overlay, "/shared.merge.yaml/merge/IntervalUnit")["summary"] = json!(text);
            at(overlay, "/alerts.yaml/types")[&text] = json!({"summary": "A."});
        });
        let found = format!("has the character {code}");
        let complaint = rejects_overlay(
            &overlay,
            &[
                "5 problems\n",
                &format!("alerts.yaml#/docs: the text {found}"),
                &format!("alerts.yaml#/operations/GET ~1v1~1alerts/docs: the text {found}"),
                &format!("glossary.fields.yaml#/fields/createdAt: the text {found}"),
                &format!("shared.merge.yaml#/merge/IntervalUnit/summary: the text {found}"),
                &format!("alerts.yaml#/types: a key {found}"),
            ],
        );
        assert!(!complaint.contains(character), "{complaint:?}");
    }
    let example = "use jsm_ops_api::Client; // \u{202e}\n";
    rejects_overlay(&with_file("examples/alerts.rs", example), &["examples/alerts.rs: the text has the character U+202E"]);
}

#[test]
fn a_long_list_of_problems_is_cut() {
    let text: String = (0..150).map(|index| format!("  F{index}: {{}}\n")).collect();
    let complaint = rejects_overlay(
        &with_file("zoo.yaml", &format!("title: Zoo\nsummary: Zoo.\ntypes:\n{text}")),
        &["150 problems\n", "\n  100. ", "\n  … and 50 more problems"],
    );
    assert!(!complaint.contains("\n  101. "), "{complaint}");
}
