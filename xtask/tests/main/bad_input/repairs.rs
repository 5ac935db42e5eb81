//! Documents that are not wrong any more in the way that a repair knows.

use xtask::{
    document::Document,
    overlay::Overlay,
    pipeline::Pipeline,
    repair::{NotApplicable, PlaceResult, Repair, RepairKind, RepairResult},
    times::Times,
};

use super::rejected_untouched;
use crate::support::{
    document::{self, TempFile, changed, remove},
    workspace,
};

const ALERTS: &str = "/paths/~1v1~1alerts/get";

fn title_is_right(_: &mut Document) -> RepairResult {
    PlaceResult::Err(NotApplicable::not_needed("/info/title", "the title is right")).into()
}

fn search_is_right_in_part(_: &mut Document) -> RepairResult {
    let right = NotApplicable::not_needed(format!("{ALERTS}/parameters"), "the parameter is declared");
    RepairResult::from_iter([Ok(1), Err(right)])
}

fn search_is_another(_: &mut Document) -> RepairResult {
    PlaceResult::Err(NotApplicable::different(ALERTS, "found `1`")).into()
}

fn search_is_gone(_: &mut Document) -> RepairResult {
    PlaceResult::Err(NotApplicable::not_found(ALERTS, "the operation `GET /v1/alerts` is missing")).into()
}

const fn made_up(name: &'static str, apply: fn(&mut Document) -> RepairResult) -> Repair {
    Repair { name, file: "xtask/src/repair/vendor/made_up.rs", kind: RepairKind::Vendor, apply }
}

/// The repairs of both lists that do not fit are named in one run, at places of the given document.
#[test]
fn all_repairs_that_do_not_fit_are_named_in_one_run() {
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is readable");
    let mut pipeline = Pipeline::new(overlay);
    pipeline.url_repairs.push(made_up("title_is_right", title_is_right));
    pipeline.repairs.extend([
        made_up("search_is_right_in_part", search_is_right_in_part),
        made_up("search_is_another", search_is_another),
        made_up("search_is_gone", search_is_gone),
    ]);
    let output = pipeline.run(Document::new(document::root()), &mut Times::start()).expect("the crate");
    let made_up = output.attention.iter().filter(|problem| problem.help.contains("made_up.rs"));
    let found: Vec<String> = made_up.map(ToString::to_string).collect();
    let search = "at /paths/~1api~1{cloudId}~1v1~1alerts/get";
    assert_eq!(
        found,
        [
            "at /info/title: the repair `title_is_right` is not needed here any more: the title is right\n    \
             help: delete the repair, its tests and its line in the list (xtask/src/repair/vendor/made_up.rs)"
                .to_owned(),
            format!(
                "{search}/parameters: the repair `search_is_right_in_part` is not needed here any more (1 of 2 places \
                 still need it): the parameter is declared\n    \
                 help: remove this place from the repair and its test (xtask/src/repair/vendor/made_up.rs)"
            ),
            format!(
                "{search}: the repair `search_is_another` finds another value than it expects, and leaves it: found \
                 `1`\n    help: find out which value is right; correct the repair or remove the place from it \
                 (xtask/src/repair/vendor/made_up.rs)"
            ),
            format!(
                "{search}: the repair `search_is_gone` does not find its place: the operation `GET /v1/alerts` is \
                 missing\n    help: find out where the place went; move the repair, or delete the repair, its tests and its \
                 line in the list (xtask/src/repair/vendor/made_up.rs)"
            ),
        ]
    );
}

/// The entry must go, so the complaint names its file.
#[test]
fn an_operation_that_is_gone_leaves_an_overlay_entry_that_matches_nothing() {
    let document = changed(|root| {
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete"));
    });
    let file = workspace().join("spec/overlay/alerts.yaml");
    let parts = [
        "1 problem\n",
        &format!("1. {}#/operations/DELETE ~1v1~1alerts~1{{id}}: ", file.display()),
        "the overlay entry `DELETE /v1/alerts/{id}` matches no operation of the document",
        "help: remove the entry from spec/overlay/alerts.yaml: the operation is gone",
    ];
    let spec = TempFile::new("document", &document);
    rejected_untouched(&["--check".as_ref(), "--spec".as_ref(), spec.path().as_os_str()], &parts);
}
