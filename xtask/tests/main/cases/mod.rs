//! Next versions of the published document, each a JSON Patch with the verdict that it must have.
//!
//! The patches lie beside the repository, because they hold sentences of the document.

mod judge;
pub mod table;

use std::{
    env, fs,
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::Value;
use xtask::{
    document::Document,
    overlay::Overlay,
    pipeline::Pipeline,
    problem::Problem,
    public_api::{change::RustVerdict, compare as api},
    release::{Changes, Released},
    times::Times,
    wire::compare::{self as wire, WireVerdict},
};

use self::table::{CASES, Case, Expected, NOT_YET};
use crate::{
    support::{source, workspace},
    upstream::{in_ci, published},
};

/// SHA-256 of the document that the patches are for.
const PATCHED: &str = "ed65f017bcb8eb65477e845e272a30ee6d3e0f7a1d422c6ff104941aa11f21d1";

/// The directory of the patches, or `None` where it is absent and may be. In CI it must be there.
/// After an update there are none: the patches are for another document.
pub fn patches() -> Option<PathBuf> {
    if source::text("sha256") != PATCHED {
        eprintln!("skipped: the next versions are those of another document than spec/ was taken from");
        return None;
    }
    let given = env::var_os("JSM_OPS_CASES").map(PathBuf::from);
    let path = given.unwrap_or_else(|| workspace().join("../shared/cases")).join("documents");
    if path.is_dir() {
        return Some(path);
    }
    assert!(!in_ci(), "CI runs without the next versions: set JSM_OPS_CASES to the directory of {}", path.display());
    eprintln!("skipped: the next versions of the document are not here (JSM_OPS_CASES)");
    None
}

/// The document after a patch.
pub fn next_version(published: &Value, patches: &Path, name: &str) -> Value {
    let text = fs::read_to_string(patches.join(format!("{name}.json"))).expect("the patch is readable");
    let patch: json_patch::Patch = serde_json::from_str(&text).expect("a JSON Patch");
    let mut document = published.clone();
    json_patch::patch(&mut document, &patch).expect("the patch applies");
    document
}

/// What a run made of a document: the changes, or why it stopped.
struct Ran {
    changes: Result<Changes, String>,
    /// Places that it names and the document does not have.
    lost: Vec<String>,
}

fn run(overlay: &Overlay, released: &Released, document: Value) -> Ran {
    match Pipeline::new(overlay.clone()).run(Document::new(document.clone()), &mut Times::start()) {
        Ok(output) => {
            let lost = lost(&document, output.attention.iter().chain(output.summary.notes.iter()));
            Ran { changes: Ok(released.changes(&output)), lost }
        }
        Err(error) => {
            let lost = error.problems().map(|(_, problems)| lost(&document, problems.iter())).unwrap_or_default();
            Ran { changes: Err(error.to_string()), lost }
        }
    }
}

/// The places of problems that a document does not have.
fn lost<'a>(document: &Value, problems: impl Iterator<Item = &'a Problem>) -> Vec<String> {
    let of_document = problems.filter(|problem| !problem.is_in_overlay());
    let lost = of_document.filter(|problem| document.pointer(&problem.pointer).is_none());
    lost.map(|problem| problem.to_string()).collect()
}

/// What is wrong with the result of a case; `None` if nothing is.
fn wrong(case: &Case, ran: &Ran) -> Option<String> {
    if !ran.lost.is_empty() {
        return Some(format!("places that the document does not have:\n      {}", ran.lost.join("\n      ")));
    }
    match (&case.expected, &ran.changes) {
        (Expected::Stops, Err(_)) => None,
        (Expected::Stops, Ok(_)) => Some("the run must stop, and did not".to_owned()),
        (_, Err(error)) => Some(format!("the run stopped: {error}")),
        (Expected::Is(rust, sent), Ok(changes)) => differs(Some(*rust), *sent, changes),
        (Expected::Wire(sent), Ok(changes)) => differs(None, *sent, changes),
    }
}

fn differs(rust: Option<RustVerdict>, sent: WireVerdict, changes: &Changes) -> Option<String> {
    let found = (api::verdict(&changes.api), wire::verdict(&changes.wire));
    if rust.is_none_or(|rust| rust == found.0) && sent == found.1 {
        return None;
    }
    let rust = rust.map_or_else(|| "any".to_owned(), |rust| rust.to_string());
    let mut text = format!("Rust {rust} and wire {sent} expected, found {} and {}", found.0, found.1);
    let list = changes.api.iter().map(|change| format!("{change}  ({})", change.verdict));
    for change in list.chain(changes.wire.iter().map(ToString::to_string)).take(20) {
        text.push_str("\n      ");
        text.push_str(&change);
    }
    Some(text)
}

/// The results of all cases, in their order.
fn results(published: &Value, patches: &Path) -> Vec<Option<String>> {
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is readable");
    let released = Released::read(&workspace().join("generated")).expect("the baseline is readable");
    let (next, results) = (AtomicUsize::new(0), Mutex::new(vec![None; CASES.len()]));
    let work = || {
        while let Some((index, case)) = CASES.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let result = wrong(case, &run(&overlay, &released, next_version(published, patches, case.name)));
            results.lock().expect("no thread panics")[index] = result;
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..thread::available_parallelism().map_or(1, usize::from)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
    });
    results.into_inner().expect("no thread panics")
}

#[test]
fn every_next_version_has_the_verdict_of_the_table() {
    let (Some(published), Some(patches)) = (published(), patches()) else { return };
    let published: Value =
        serde_json::from_str(&fs::read_to_string(published).expect("the document is readable")).expect("JSON");
    let mut report = String::new();
    for (case, wrong) in CASES.iter().zip(results(&published, &patches)) {
        let waits = NOT_YET.contains(&case.name);
        match wrong {
            Some(wrong) if !waits => report.push_str(&format!("\n  {}: {wrong}", case.name)),
            Some(wrong) => eprintln!("not yet {}: {}", case.name, wrong.lines().next().unwrap_or_default()),
            None if waits => report.push_str(&format!("\n  {}: is right; remove it from NOT_YET", case.name)),
            None => {}
        }
    }
    assert!(report.is_empty(), "next versions of the document end in another way:{report}");
}

#[test]
fn the_table_has_every_patch_once() {
    let Some(patches) = patches() else { return };
    let files = fs::read_dir(patches).expect("the directory is readable");
    let names = files.map(|file| file.expect("an entry").file_name().into_string().expect("a name is text"));
    let mut names: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
    names.sort();
    assert_eq!(CASES.iter().map(|case| case.name).collect::<Vec<_>>(), names);
    let unknown: Vec<_> = NOT_YET.iter().filter(|name| !names.iter().any(|known| known == *name)).collect();
    assert_eq!(unknown, [&""; 0]);
}

/// The operations of a new tag are an area of their own, with a feature.
#[test]
fn a_new_tag_is_an_area() {
    let (Some(published), Some(patches)) = (published(), patches()) else { return };
    let published: Value =
        serde_json::from_str(&fs::read_to_string(published).expect("the document is readable")).expect("JSON");
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is readable");
    let known: Vec<String> = overlay.area_keys().map(str::to_owned).collect();
    let areas = |name: &str| {
        let document = Document::new(next_version(&published, &patches, name));
        Pipeline::new(overlay.clone()).run(document, &mut Times::start()).expect("the crate")
    };
    let output = areas("a02_new_area_tag");
    let mut with_services = known.clone();
    with_services.push("services".to_owned());
    with_services.sort();
    assert_eq!(output.areas, with_services);
    let manifest = &output.files["Cargo.toml"];
    assert!(manifest.contains("\nservices = []\n"), "{manifest}");
    let (_, default) = manifest.split_once("\ndefault = [\n").expect("default features");
    assert!(default.split_once(']').expect("the end of the list").0.contains("\"services\""), "{default}");
    let code = &output.files["src/areas/services.rs"];
    for line in
        ["\n    pub fn services(&self) -> ServicesArea<'_> {", "\n    pub fn get_services(", "\n    pub fn create_services("]
    {
        assert!(code.contains(line), "{line} in\n{code}");
    }
    assert!(code.contains("//! Services: operations that are new in the document."), "{code}");
    assert!(output.files.contains_key("src/types/services.rs"));
    let help: Vec<&str> = output.attention.iter().map(|problem| problem.help.as_str()).collect();
    assert_eq!(
        help,
        [
            "its area is new: create spec/overlay/services.yaml with these lines, and spec/overlay/examples/services.rs; \
             write the docs\n# yaml-language-server: $schema=schema.json\ntitle: Services\nsummary: TODO\n\
             operations:\n  GET /v1/services:\n    name: get_services\n    summary: TODO\n    \
             idempotency: not-idempotent",
            "paste below `operations:` of spec/overlay/services.yaml; write the docs\n  POST /v1/services:\n    \
             name: create_services\n    summary: TODO\n    idempotency: not-idempotent",
            "add to the `types` of spec/overlay/services.yaml, in your own words:\n  CreateService:\n    summary: TODO\n  \
             Service:\n    summary: TODO\n  ServicePage:\n    summary: TODO",
        ]
    );
    // One operation more in a known area is no new area.
    assert_eq!(areas("a01_new_op_known_tag").areas, known);
}
