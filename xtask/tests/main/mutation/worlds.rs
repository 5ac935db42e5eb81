//! The documents that are damaged.

use xtask::{
    document::Document,
    normalize,
    overlay::Overlay,
    pipeline::Pipeline,
    problem::Problems,
    repair::{self, Repair},
    rewrite::{self, UnknownUrls},
};

use super::{
    CaseResult, World,
    damage::damage,
    pick,
    slice::{Places, Rule},
    variation::vary,
};
use crate::support::{document, pending::is_pending, workspace};

fn overlay() -> Overlay {
    Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is good")
}

/// The document after rewriting and some of the repairs.
fn rewritten(repairs: &[Repair]) -> Document {
    let mut document = normalize::normalize(Document::new(document::root())).expect("the document is well formed").document;
    let mut attention = Problems::new();
    repair::apply(repair::vendor::URL_REPAIRS, &mut document, &mut attention);
    rewrite::rewrite(&mut document, UnknownUrls::Stop).expect("the URLs are known");
    repair::apply(repairs, &mut document, &mut attention);
    assert!(attention.is_empty(), "the document needs the repairs: {attention}");
    document
}

/// A repair applies to all its places or not at all, and a queued write needs the operation that
/// returns its state.
fn rules(pipeline: &Pipeline) -> Vec<Rule> {
    let mut document = normalize::normalize(Document::new(document::root())).expect("the document is well formed").document;
    let mut rules: Vec<Rule> = Vec::new();
    let mut repair_all = |repairs: &[Repair], document: &mut Document| {
        for repair in repairs {
            let before = document.clone();
            assert!((repair.apply)(document).is_complete(), "the document needs the repair `{}`", repair.name);
            rules.push(changes(&before, document));
        }
    };
    repair_all(repair::vendor::URL_REPAIRS, &mut document);
    rewrite::rewrite(&mut document, UnknownUrls::Stop).expect("the URLs are known");
    repair_all(&[repair::vendor::REPAIRS, repair::generator::REPAIRS].concat(), &mut document);
    let entries: Vec<_> = document
        .paths()
        .enumerate()
        .flat_map(|(position, (path, _))| {
            let operations = document.operations().filter(move |operation| operation.path == path);
            operations.filter_map(move |operation| Some((position, pipeline.overlay.entry(&operation)?)))
        })
        .collect();
    for (position, entry) in &entries {
        let status = entries.iter().find(|(_, other)| entry.status_operation.as_ref() == Some(&other.name));
        rules.extend(status.map(|(status, _)| Rule { any_of: Places::of_path(*position), needs: Places::of_path(*status) }));
    }
    rules
}

/// The paths and schemas that a repair changed, and the schemas that its changes refer to. It
/// leaves the order of paths.
fn changes(before: &Document, after: &Document) -> Rule {
    let mut any_of = Places::default();
    let mut references = Places::default();
    for (position, (before, (_, after))) in before.paths().zip(after.paths()).enumerate() {
        if before.1 != after {
            any_of.paths.insert(position);
            after.values().for_each(|value| references.add_references(value));
        }
    }
    for (name, schema) in after.schemas().filter(|(name, schema)| before.schema(name) != Some(schema)) {
        any_of.schemas.insert(name.to_owned());
        references.add_references(schema);
    }
    // A schema that the repair adds is not in the document.
    any_of.schemas.retain(|name| before.schema(name).is_some());
    references.schemas.retain(|name| before.schema(name).is_some());
    references.add(&any_of);
    Rule { any_of, needs: references }
}

/// The document as it is, with all repairs, damaged anywhere.
fn as_it_is() -> World {
    let pipeline = Pipeline::new(overlay());
    World {
        document: document::root(),
        rules: rules(&pipeline),
        pipeline,
        damage: |root, random| damage(root, "", random),
        most: 4,
        seed: 0x5EED_0001,
    }
}

/// The document after rewriting and repairs. Most damage instead of a repair stops at that
/// repair; without repairs it reaches the stages behind them. The repairs that leave a mark, which
/// is not a fact, stay in the run.
fn repaired() -> World {
    let marks = |repair: &Repair| repair.name.ends_with("_may_be_text");
    let (late, early): (Vec<Repair>, Vec<Repair>) =
        [repair::vendor::REPAIRS, repair::generator::REPAIRS].concat().into_iter().partition(marks);
    assert_eq!(late.len(), 2, "the repairs that leave a mark");
    let pipeline = Pipeline { url_repairs: Vec::new(), repairs: late, ..Pipeline::new(overlay()) };
    World {
        document: rewritten(&early).root().clone(),
        rules: rules(&pipeline),
        pipeline,
        damage: |root, random| {
            let place = pick(random, &["/components/schemas", "/paths"]);
            damage(root, place, random)
        },
        most: 4,
        seed: 0x5EED_0002,
    }
}

/// The repaired document with changes that leave it valid.
fn varied() -> World {
    World { damage: vary, most: 2, seed: 0x5EED_0003, ..repaired() }
}

#[test]
fn whole_documents_are_good_before_they_are_damaged() {
    if is_pending() {
        return;
    }
    for world in [as_it_is(), repaired(), varied()] {
        let case = world.whole();
        assert_eq!(case.run(&world.document), CaseResult::Generated);
    }
}

#[test]
fn slices_are_good_before_they_are_damaged() {
    for world in [as_it_is(), repaired()] {
        for index in 0..20 {
            let case = world.slice(&mut world.random(index));
            assert_eq!(case.run(&case.document), CaseResult::Generated, "seed {:#x}, index {index}", world.seed);
        }
    }
}

#[test]
fn a_damaged_document_is_generated_from_or_reported() {
    let world = as_it_is();
    let tally = world.run();
    tally.assert_no_gap_and_all_of(&["load", "facts", "attention"]);
    let repairs = world.pipeline.url_repairs.iter().chain(&world.pipeline.repairs);
    let unused: Vec<&str> = repairs.map(|repair| repair.name).filter(|name| !tally.repairs.contains(name)).collect();
    assert_eq!(unused, [""; 0], "repairs that no slice needs");
}

#[test]
fn a_damaged_document_that_needs_no_repair_is_generated_from_or_reported() {
    repaired().run().assert_no_gap_and_all_of(&["facts", "attention"]);
}

#[test]
fn a_changed_document_is_generated_from_or_reported() {
    varied().run().assert_no_gap_and_all_of(&["attention"]);
}
