//! The exit codes of `update --check`.

use std::fs;

use serde_json::{Value, json};

use super::{World, document};
use crate::{
    cases::{next_version, patches},
    support::{
        cli,
        directory::Snapshot,
        document::{TempFile, at, changed},
        pending::is_pending,
        workspace,
    },
    upstream::published,
};

const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts/get";

/// Runs `update --check` with a document, which must end with this code and say what it means.
#[track_caller]
fn ends_with(code: i32, meaning: &str, document: &TempFile) {
    let (ran, report) = World::new().check(document.path());
    assert_eq!(ran.code, Some(code), "{}", ran.stdout);
    assert!(ran.line("check ").contains(meaning), "{}", ran.stdout);
    let line = format!("\n- Result: {meaning}");
    assert!(report.contains(&line) && report.contains(&format!(" (exit code {code} of `--check`)\n")), "{report}");
}

#[test]
fn the_same_facts_are_nothing_new() {
    if is_pending() {
        return;
    }
    let (ran, report) = World::new().check(&workspace().join("spec/jsm-ops.json"));
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert_eq!(ran.line("changes "), "none since the last document: the facts are the same");
    assert!(report.contains("\n- Result: nothing new: "), "{report}");
    assert!(report.contains("\n## Since the last document\n\nThe facts are the same.\n"), "{report}");
    assert!(!report.contains("CHANGELOG"), "{report}");
}

#[test]
fn a_change_that_no_user_sees_is_compatible() {
    if is_pending() {
        return;
    }
    ends_with(10, "compatible with the last release", &document(|root| at(root, ALERTS)["operationId"] = json!("other")));
}

#[test]
fn what_is_deprecated_is_compatible() {
    if is_pending() {
        return;
    }
    ends_with(10, "compatible with the last release", &document(|root| at(root, ALERTS)["deprecated"] = json!(true)));
}

#[test]
fn one_value_less_is_breaking() {
    if is_pending() {
        return;
    }
    let change = |root: &mut Value| {
        let values = at(root, "/components/schemas/TimelinePeriod/properties/type/enum").as_array_mut().expect("values");
        values.remove(0);
    };
    ends_with(11, "breaking", &document(change));
}

#[test]
fn one_scope_more_is_another_request() {
    if is_pending() {
        return;
    }
    let change = |root: &mut Value| {
        let security = at(root, &format!("{ALERTS}/security")).as_array_mut().expect("schemes");
        let scopes = security.iter_mut().filter_map(Value::as_object_mut).flat_map(|scheme| scheme.values_mut());
        let scopes = scopes.filter_map(Value::as_array_mut).find(|scopes| !scopes.is_empty()).expect("scopes");
        scopes.push(json!("read:more:jira-service-management"));
    };
    ends_with(13, "code of the last release compiles and sends other requests", &document(change));
}

/// The operation is compatible. What it needs comes first.
#[test]
fn an_operation_without_an_entry_needs_attention() {
    if is_pending() {
        return;
    }
    let change = |root: &mut Value| {
        let operation = at(root, ALERTS).clone();
        at(root, "/paths")["/api/{cloudId}/v1/flux-capacitors"] = json!({"get": operation});
    };
    ends_with(12, "something needs attention", &document(change));
}

#[test]
fn the_document_of_another_api_is_an_error_and_nothing_is_written() {
    if is_pending() {
        return;
    }
    let world = World::new();
    let other = document(|root| at(root, "/info")["title"] = json!("The platform"));
    let before = [world.spec.path(), world.generated.path()].map(Snapshot::of);
    for options in [&[][..], &["--check"]] {
        let ran = world.update(other.path(), options);
        assert_eq!(ran.stdout, "", "a failed run reports nothing");
        ran.failed(&["this is the document of another API", "its title is \"The platform\""]);
        before[0].assert_unchanged(world.spec.path());
        before[1].assert_unchanged(world.generated.path());
        assert!(!world.report().exists());
    }
}

/// The update is what repairs such facts.
#[test]
fn last_facts_that_make_no_crate_are_told() {
    if is_pending() {
        return;
    }
    let facts = changed(|root| at(root, "/components/schemas/AlertNote")["properties"] = json!(7));
    let (ran, report) = World::with_facts(facts.as_bytes()).check(&workspace().join("spec/jsm-ops.json"));
    assert_eq!(ran.code, Some(10), "{}", ran.stdout);
    assert_eq!(ran.line("changes "), "unknown: the generator cannot make a crate of the last document");
    assert!(report.contains("\nUnknown: the generator cannot make a crate of the last document.\n\n```text\n"), "{report}");
    assert!(report.contains("/components/schemas/AlertNote/properties"), "{report}");
    assert!(!report.contains("CHANGELOG"), "{report}");
}

#[test]
fn the_help_lists_the_exit_codes() {
    let ran = cli::xtask(["update", "--help"]).succeeded();
    let (_, codes) = ran.stdout.split_once("Exit codes of --check:\n").expect("the exit codes");
    let codes: Vec<&str> = codes.lines().map(|line| line.split_whitespace().next().unwrap_or_default()).collect();
    assert_eq!(codes, ["0", "1", "10", "11", "12", "13"]);
    let contributing = fs::read_to_string(workspace().join("CONTRIBUTING.md")).expect("the file is readable");
    for code in codes {
        assert!(contributing.contains(&format!("\n| {code} | ")), "CONTRIBUTING.md does not say what {code} means");
    }
}

/// What Atlassian is likely to change, with the published document.
#[test]
fn next_versions_have_their_exit_codes() {
    if is_pending() {
        return;
    }
    let (Some(published), Some(patches)) = (published(), patches()) else { return };
    let published: Value =
        serde_json::from_str(&fs::read_to_string(published).expect("the document is readable")).expect("JSON");
    let world = World::new();
    let mut found = Vec::new();
    let expected = [
        ("a01_new_op_known_tag", 12),
        ("a03_enum_value_received", 10),
        ("a05_enum_value_removed", 11),
        ("a09_op_removed_in_path", 12),
        ("a33_deprecated", 10),
        ("a40_new_scope", 13),
        ("a62_webhook_server_eu", 1),
    ];
    for (name, _) in expected {
        let document = TempFile::new("next.json", &next_version(&published, &patches, name).to_string());
        let ran = world.update(document.path(), &["--check"]);
        found.push((name, ran.code.expect("an exit code")));
    }
    assert_eq!(found, expected);
}
