//! The documents that are damaged.

use serde_json::Value;
use xtask::{
    document::{Document, facts},
    overlay::Overlay,
    pipeline::Pipeline,
    repair::{self, Repair},
    rewrite,
};

use super::{Outcome, World, damage::damage, random::Random, variation::vary};
use crate::support::{document, workspace};

fn overlay() -> Overlay {
    Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is good")
}

/// The document as it is, with all repairs, damaged anywhere.
fn as_it_is() -> World {
    World {
        document: document::root(),
        pipeline: Pipeline::new(overlay()),
        damage: |root, random| damage(root, "", random),
        most: 4,
        seed: 0x5EED_0001,
    }
}

/// The document after rewriting and repairs. Repairs refuse most damage in their places, which then never gets to the stages
/// behind them; here it does. Those repairs that leave a mark, which is no fact, are left to the run.
fn repaired() -> World {
    let marks = |repair: &Repair| repair.name.ends_with("_may_be_text") || repair.name == "attachment_upload_as_raw_body";
    let (late, early): (Vec<Repair>, Vec<Repair>) =
        [repair::vendor::REPAIRS, repair::generator::REPAIRS].concat().into_iter().partition(marks);
    assert_eq!(late.len(), 3, "the repairs that leave a mark");
    let mut document = facts::facts(Document::new(document::root())).expect("the document is well formed");
    repair::apply(repair::vendor::ADDRESS_REPAIRS, &mut document).expect("the document needs the repairs");
    rewrite::rewrite(&mut document).expect("the addresses are known");
    repair::apply(&early, &mut document).expect("the document needs the repairs");
    let pipeline = Pipeline { overlay: overlay(), address_repairs: Vec::new(), repairs: late };
    let damage = |root: &mut Value, random: &mut Random| {
        let place = random.pick(&["/components/schemas", "/paths"]);
        damage(root, place, random)
    };
    World { document: document.root().clone(), pipeline, damage, most: 4, seed: 0x5EED_0002 }
}

/// The repaired document with changes that are no damage at all.
fn varied() -> World {
    World { damage: vary, most: 2, seed: 0x5EED_0003, ..repaired() }
}

#[test]
fn all_worlds_are_good_before_they_are_damaged() {
    for world in [as_it_is(), repaired(), varied()] {
        assert_eq!(world.outcome(&world.document), Outcome::Generated);
    }
}

#[test]
fn a_damaged_document_is_generated_from_or_refused_with_words() {
    as_it_is().run().assert_no_gap_and_all_of(&["load", "facts", "repairs", "preflight"]);
}

#[test]
fn a_damaged_document_that_needs_no_repair_is_generated_from_or_refused_with_words() {
    repaired().run().assert_no_gap_and_all_of(&["facts", "preflight"]);
}

#[test]
fn a_changed_document_is_generated_from_or_refused_with_words() {
    varied().run().assert_no_gap_and_all_of(&["preflight"]);
}
