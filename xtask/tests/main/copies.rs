//! The operations of the document a second time below another prefix, as the vendor adds a family
//! of operations.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::Value;
use xtask::{
    commands::bench::copies::copied,
    document::{Document, template_names},
    overlay::Overlay,
    pipeline::Output,
    pipeline::Pipeline,
    problem::Problem,
    repair,
    times::Times,
};

use crate::support::{
    document::{OverlayCopy, root},
    pending::is_pending,
    workspace,
};

fn overlay() -> Overlay {
    Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is readable")
}

fn run(overlay: Overlay, document: &Value) -> Output {
    Pipeline::new(overlay).run(Document::new(document.clone()), &mut Times::start()).expect("the crate")
}

/// How many operations are below `/v1`.
fn below_v1() -> usize {
    overlay().labels().filter(|label| label.contains(" /v1/")).count()
}

/// The message of a problem without the names in it.
fn kind(problem: &Problem) -> String {
    let parts = problem.message.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 0 { part } else { "…" }).collect()
}

fn kinds<'a>(problems: impl Iterator<Item = &'a Problem>) -> BTreeMap<String, usize> {
    problems.fold(BTreeMap::new(), |mut kinds, problem| {
        *kinds.entry(kind(problem)).or_default() += 1;
        kinds
    })
}

/// How many path parameters operations below `/v1` do not declare, and how many they declare that
/// their paths do not have.
fn forgotten(root: &Value) -> (usize, usize) {
    let document = Document::new(root.clone());
    let (mut undeclared, mut surplus) = (0, 0);
    for operation in document.operations().filter(|operation| operation.path.contains("/v1/")) {
        let lists = [operation.item.get("parameters"), operation.value.get("parameters")];
        let all = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
        let declared: Vec<&str> =
            all.filter(|parameter| parameter["in"] == "path").filter_map(|parameter| parameter["name"].as_str()).collect();
        let is_cloud_id = |name: &&&str| name.eq_ignore_ascii_case("cloudid");
        let template = template_names(operation.path);
        undeclared += template.iter().filter(|name| !is_cloud_id(name) && !declared.contains(name)).count();
        surplus += declared.iter().filter(|name| !is_cloud_id(name) && !template.contains(name)).count();
    }
    (undeclared, surplus)
}

const RAW_UNION: &str = "no property distinguishes the alternative … of … from the others; its values are read as raw JSON";

/// What a copy does not share: docs of its own types, and of parameters of one operation.
const NO_DOCS: &str = " no docs";

#[test]
fn every_copy_of_an_operation_generates() {
    if is_pending() {
        return;
    }
    let copies = below_v1();
    let output = run(overlay(), &copied(&root(), 1));
    let known = overlay().labels().count();
    assert_eq!(output.summary.operations, (known + copies, known + copies));
    let mut attention = kinds(output.attention.iter());
    assert_eq!(attention.remove("the operation has no entry in spec/overlay/ and is called … for now"), Some(copies));
    // Unions whose alternatives declare the same. A repair tells those of known operations apart.
    attention.retain(|kind, _| kind != RAW_UNION && !kind.ends_with(NO_DOCS));
    assert_eq!(attention, BTreeMap::new());
    let notes = output.summary.notes.iter().filter(|note| note.pointer.contains("~1v1~1x1~1"));
    let (undeclared, surplus) = forgotten(&root());
    let changed = [
        ("the path parameter … is not declared, and is taken for text", undeclared),
        ("the path has no …, and the parameter is left out", surplus),
    ];
    let changed = changed.into_iter().filter(|(_, count)| *count > 0);
    assert_eq!(kinds(notes), changed.map(|(kind, count)| (kind.to_owned(), count)).collect());
    // The known operations are as they were, and no area is new.
    assert_eq!(output.areas, overlay().area_keys().collect::<Vec<_>>());
}

#[test]
fn what_is_offered_for_a_copy_can_be_pasted() {
    if is_pending() {
        return;
    }
    let document = copied(&root(), 1);
    let output = run(overlay(), &document);
    let copy = OverlayCopy::new();
    let new = output.attention.iter().filter(|problem| problem.message.contains("has no entry"));
    let mut repairs = BTreeSet::new();
    for problem in new {
        assert!(problem.help.lines().count() <= 20 && problem.help.len() < 1500, "{}", problem.help);
        let (todo, entry) = problem.help.split_once('\n').expect("text to paste");
        let (_, rest) = todo.split_once("paste below `operations:` of spec/overlay/").expect("the file");
        let (file, rest) = rest.split_once(';').expect("what else to do");
        let named = rest.split("the repair `").skip(1).filter_map(|part| part.split('`').next());
        repairs.extend(named);
        let path = copy.path().join(file);
        let text = fs::read_to_string(&path).expect("the file is readable");
        assert_eq!(text.matches("\noperations:\n").count(), 1, "{file}");
        let entry = entry.replace(": TODO", ": It is something.");
        copy.write(file, &text.replacen("\noperations:\n", &format!("\noperations:\n{entry}\n"), 1));
    }
    let vendor = repair::vendor::REPAIRS.iter().map(|repair| repair.name).collect::<BTreeSet<_>>();
    assert!(!repairs.is_empty() && repairs.is_subset(&vendor), "{repairs:?}");
    let pasted = Overlay::directory(copy.path()).expect("the overlay is readable");
    let after = run(pasted, &document);
    let left = kinds(after.attention.iter());
    assert_eq!(left.keys().filter(|kind| *kind != RAW_UNION && !kind.ends_with(NO_DOCS)).collect::<Vec<_>>(), [""; 0]);
}
