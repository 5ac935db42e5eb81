//! The report tells what changed since the last release, for code and on the wire.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    cli::{self, Ran},
    directory::{Crate, committed},
    document::{TempFile, at, changed, changed_overlay, remove},
    pending::is_pending,
    workspace,
};

/// The part of a report with the verdict, line by line.
fn verdict(ran: &Ran) -> Vec<String> {
    let lines = ran.stdout.lines().skip_while(|line| !line.starts_with("Rust "));
    lines.take_while(|line| !line.starts_with("files ")).map(str::to_owned).collect()
}

/// The verdict of a run on a changed document.
fn report(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let spec = TempFile::new("document.json", &changed(change));
    verdict(&cli::regen(spec.path(), Crate::new().path()).succeeded())
}

const SAME: &str = "wire        same: unchanged code sends the same requests";

#[test]
fn a_value_that_is_added_to_a_received_enum_is_compatible() {
    let report = report(|root| {
        let values = at(root, "/components/schemas/TimelinePeriod/properties/type/enum").as_array_mut().expect("values");
        values.push(json!("swapped"));
    });
    assert_eq!(
        report,
        ["Rust        compatible: 1 change since the last release", "  + types::TimelinePeriodType::Swapped: variant", SAME,]
    );
}

#[test]
fn a_property_that_is_removed_from_a_response_breaks() {
    let report = report(|root| drop(remove(root, "/components/schemas/AlertNote/properties", "note")));
    assert_eq!(
        report,
        [
            "Rust        breaking: 1 of 1 change since the last release; this needs a new minor version",
            "  - types::AlertNote.note: Option<String>  (breaking)",
            SAME,
        ]
    );
}

#[test]
fn a_property_that_is_added_to_a_request_breaks_if_it_is_required() {
    let optional =
        report(|root| at(root, "/components/schemas/CreateAlertRequest/properties")["mood"] = json!({"type": "string"}));
    assert_eq!(
        optional,
        [
            "Rust        compatible: 3 changes since the last release",
            "  + areas::alerts::CreateAlert::mood: fn(self, mood: impl Into<jsm_ops_core::Nullable<String>>) -> Self",
            "  + types::CreateAlertRequest.mood: jsm_ops_core::Nullable<String>",
            "  + types::CreateAlertRequest::mood: fn(self, mood: impl Into<jsm_ops_core::Nullable<String>>) -> Self",
            SAME,
        ]
    );
    let required = report(|root| {
        at(root, "/components/schemas/CreateAlertRequest/properties")["mood"] = json!({"type": "string"});
        at(root, "/components/schemas/CreateAlertRequest")["required"] = json!(["message", "mood"]);
    });
    assert_eq!(
        required,
        [
            "Rust        breaking: 2 of 3 changes since the last release; this needs a new minor version",
            "  ~ areas::alerts::AlertsArea::create: fn(&self, message: impl Into<String>) -> areas::alerts::CreateAlert → \
             fn(&self, message: impl Into<String>, mood: impl Into<String>) -> areas::alerts::CreateAlert  (breaking)",
            "  ~ types::CreateAlertRequest::new: fn(message: impl Into<String>) -> Self → \
             fn(message: impl Into<String>, mood: impl Into<String>) -> Self  (breaking)",
            "  + types::CreateAlertRequest.mood: String",
            "wire        changed: 2 changes of requests",
            "  ~ alerts().create: required: body message → body message, body mood",
            "  ~ alerts().create: body.mood: is required now",
        ]
    );
}

/// The Rust names are ours, and a user of the crate sees them change as much as anything of the
/// vendor's.
#[test]
fn another_name_of_a_call_breaks() {
    let overlay =
        changed_overlay(|overlay| at(overlay, "/alerts.yaml/operations/GET ~1v1~1alerts")["method"] = json!("find"));
    let generated = Crate::new();
    let arguments =
        ["regen".as_ref(), "--overlay".as_ref(), overlay.path().as_os_str(), "--out".as_ref(), generated.path().as_os_str()];
    let ran = cli::xtask(arguments).succeeded();
    assert_eq!(
        verdict(&ran),
        [
            "Rust        breaking: 1 of 2 changes since the last release; this needs a new minor version",
            "  - areas::alerts::AlertsArea::list: fn(&self) -> areas::alerts::ListAlerts  (breaking)",
            "  + areas::alerts::AlertsArea::find: fn(&self) -> areas::alerts::ListAlerts",
            SAME,
        ]
    );
}

#[test]
fn a_parameter_with_another_type_breaks() {
    let report = report(|root| {
        let schema = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters/0/schema");
        assert_eq!(schema["type"], "integer");
        *schema = json!({"type": "string"});
    });
    assert_eq!(
        report,
        [
            "Rust        breaking: 1 of 1 change since the last release; this needs a new minor version",
            "  ~ areas::alerts::ListAlerts::size: fn(self, size: i32) -> Self → fn(self, size: &str) -> Self  (breaking)",
            "wire        changed: 1 change of requests",
            "  ~ alerts().list: setter `size` query size: integer → string",
        ]
    );
}

/// Words of the vendor, bounds and declared errors are no part of the crate.
#[test]
fn what_no_caller_sees_is_no_change() {
    let report = report(|root| {
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/responses", "422"));
        at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters/0/schema")["maximum"] = json!(50);
        at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get")["operationId"] = json!("alerts");
        root["tags"] = json!([]);
    });
    assert_eq!(report, ["Rust        none: no change since the last release", SAME]);
}

/// All that breaks is printed, however much it is; of the rest there is a part.
#[test]
fn all_that_breaks_is_printed_and_the_rest_in_part() {
    let overlay = changed_overlay(|overlay| {
        let operations = at(overlay, "/status-pages.yaml/operations").as_object_mut().expect("operations");
        for (index, entry) in operations.values_mut().enumerate() {
            entry["method"] = json!(format!("find_{index:02}"));
        }
    });
    let generated = Crate::new();
    let run = |verbose: Option<&str>| {
        let options = [
            "regen".as_ref(),
            "--overlay".as_ref(),
            overlay.path().as_os_str(),
            "--out".as_ref(),
            generated.path().as_os_str(),
        ];
        verdict(&cli::xtask(options.into_iter().chain(verbose.map(AsRef::as_ref))).succeeded())
    };
    let report = run(None);
    let breaking = report.iter().filter(|line| line.ends_with("  (breaking)")).count();
    assert!(breaking > 46, "{report:?}");
    let others = report.iter().filter(|line| line.starts_with("  + ")).count();
    let more = report.iter().find(|line| line.ends_with("--verbose lists them all")).expect("a part is printed");
    assert_eq!(others, 40);
    let verbose = run(Some("--verbose"));
    assert_eq!(verbose.iter().filter(|line| line.ends_with("  (breaking)")).count(), breaking);
    let all = verbose.iter().filter(|line| line.starts_with("  + ")).count();
    assert_eq!(*more, format!("  … and {} more that do not break; --verbose lists them all", all - 40));
    let head = format!("breaking: {breaking} of {} changes since the last release", breaking + all);
    assert!(verbose[0].contains(&head), "{}", verbose[0]);
}

/// The second run compares with the release too, not with the first run.
#[test]
fn the_verdict_stays_until_the_next_release() {
    let spec = TempFile::new(
        "document.json",
        &changed(|root| drop(remove(root, "/components/schemas/AlertNote/properties", "note"))),
    );
    let (generated, released) = (Crate::new(), tempfile::tempdir().expect("a temporary directory"));
    let run = |released: &Path| {
        let options = [
            "regen".as_ref(),
            "--spec".as_ref(),
            spec.path().as_os_str(),
            "--out".as_ref(),
            generated.path().as_os_str(),
            "--released".as_ref(),
            released.as_os_str(),
        ];
        verdict(&cli::xtask(options).succeeded())
    };
    let committed = workspace().join("spec/released");
    let first = run(&committed);
    assert!(first[0].starts_with("Rust        breaking: 1 of 1 change "), "{first:?}");
    assert_eq!(run(&committed), first);
    let options = [
        "release-baseline".as_ref(),
        "0.2.0".as_ref(),
        "--from".as_ref(),
        generated.path().as_os_str(),
        "--to".as_ref(),
        released.path().as_os_str(),
    ];
    cli::xtask(options).succeeded();
    let text = fs::read_to_string(released.path().join("public-api.txt")).expect("the baseline is readable");
    assert!(text.starts_with("# Baseline: version 0.2.0.\n"), "{}", text.lines().next().unwrap_or_default());
    assert_eq!(run(released.path()), ["Rust        none: no change since the last release", SAME]);
}

/// A merge may leave its marks in the files. The crate is written all the same; CI does not accept
/// it.
#[test]
fn a_damaged_or_missing_baseline_is_reported_and_fails_the_check() {
    if is_pending() {
        return;
    }
    let released = tempfile::tempdir().expect("a temporary directory");
    let generated = Crate::new();
    let run = |check: Option<&str>| {
        let options = [
            "regen".as_ref(),
            "--out".as_ref(),
            generated.path().as_os_str(),
            "--released".as_ref(),
            released.path().as_os_str(),
        ];
        cli::xtask(options.into_iter().chain(check.map(AsRef::as_ref)))
    };
    let path = released.path().join("public-api.txt");
    let missing = format!("{}: cannot read what the last release offered", path.display());
    assert!(run(None).succeeded().line("Rust ").starts_with(&format!("unknown: {missing}: ")));
    run(Some("--check")).failed(&[&missing, "restore it from git"]);
    for (name, content) in committed() {
        if ["public-api.txt", "wire.toml"].contains(&name.as_str()) {
            fs::write(released.path().join(name), content).expect("the file can be written");
        }
    }
    run(Some("--check")).succeeded();
    fs::write(&path, "feature alerts\n<<<<<<< HEAD\n").expect("the file can be written");
    let damaged = format!("{}: what the last release offered is damaged: line 2", path.display());
    run(Some("--check")).failed(&[&damaged, "`<<<<<<< HEAD`", "restore it from git"]);
}
