//! What is wrong in the document, put right: one named function per defect.
//!
//! A repair addresses what it changes by operation or schema name and states what it expects to find. Where it finds
//! something else it refuses, and the run fails: either the vendor corrected the document and the repair must be deleted, or
//! the place is gone and somebody has to look. So every repair in the lists below is one that the document still needs.
//!
//! Not every defect is a matter of one place. The systematic ones are handled by passes that treat every place alike:
//!
//! | defect | handled by |
//! |---|---|
//! | addresses that a 3LO token cannot call, the cloud id in every path | [`crate::rewrite`] |
//! | repeated and misleading operation ids | [`crate::adapt::names`], from `spec/overlay/` |
//! | errors declared in two shapes, while the service sends five | [`crate::adapt::errors`] |
//! | references into the middle of schemas, unnamed schemas | [`crate::adapt::hoist`] |
//! | closed enums, among them one that is sent as an empty string | [`crate::adapt::enums`] |
//! | alternatives that nothing declares apart | [`crate::adapt::unions`] |
//! | defaults and bounds that a client must not apply | [`crate::adapt::simplify`] |
//! | optional bodies, downloads that are not JSON | [`crate::polish`], progenitor |

pub mod generator;
mod place;
pub mod vendor;

use std::fmt;

use crate::{
    document::Document,
    problem::{Problem, Problems},
};

/// Whose limits a repair makes up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// The document is wrong, or says less than the service does.
    Vendor,
    /// The document is right and the generator cannot take it.
    Generator,
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vendor => "vendor wrong",
            Self::Generator => "generator limited",
        })
    }
}

/// Why a repair did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    kind: RefusalKind,
    pointer: String,
    found: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefusalKind {
    NotNeeded,
    NotFound,
}

impl Refusal {
    /// The place is there and no longer wrong in the way that the repair knows.
    pub fn not_needed(pointer: impl Into<String>, found: impl Into<String>) -> Self {
        Self { kind: RefusalKind::NotNeeded, pointer: pointer.into(), found: found.into() }
    }

    /// The place is gone.
    pub fn not_found(pointer: impl Into<String>, missing: impl Into<String>) -> Self {
        Self { kind: RefusalKind::NotFound, pointer: pointer.into(), found: missing.into() }
    }

    /// Whether the document does not need the repair any more.
    pub fn is_not_needed(&self) -> bool {
        self.kind == RefusalKind::NotNeeded
    }

    fn into_problem(self, repair: &str) -> Problem {
        let (what, help) = match self.kind {
            RefusalKind::NotNeeded => {
                ("is no longer needed", "delete it, its tests and its line in the list, if the document is right now")
            }
            RefusalKind::NotFound => {
                ("was not found where it belongs", "find out where the place went; move the repair or delete it")
            }
        };
        Problem::new(
            self.pointer,
            format!("the repair `{repair}` {what}: {}", self.found),
            format!("xtask/src/repair: {help}"),
        )
    }
}

/// The number of places that a repair changed, or why it changed none.
pub type Outcome = Result<usize, Refusal>;

/// A repair and its name.
#[derive(Debug, Clone, Copy)]
pub struct Repair {
    /// The name of the function.
    pub name: &'static str,
    /// Whose limits it makes up for.
    pub shelf: Shelf,
    /// The repair itself.
    pub apply: fn(&mut Document) -> Outcome,
}

/// Builds a list of repairs that are named like their functions.
macro_rules! repairs {
    ($shelf:expr; $($name:ident),* $(,)?) => {
        &[$($crate::repair::Repair { name: stringify!($name), shelf: $shelf, apply: $name }),*]
    };
}
use repairs;

/// A repair that was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Its name.
    pub name: &'static str,
    /// Its shelf.
    pub shelf: Shelf,
    /// How many places it changed.
    pub places: usize,
}

/// Applies repairs in order.
///
/// # Errors
/// Every repair that had nothing to do.
pub fn apply(repairs: &[Repair], document: &mut Document) -> Result<Vec<Applied>, Problems> {
    let mut problems = Problems::new();
    let mut applied = Vec::new();
    for Repair { name, shelf, apply } in repairs.iter().copied() {
        match apply(document) {
            Ok(places) => applied.push(Applied { name, shelf, places }),
            Err(refusal) => problems.push(refusal.into_problem(name)),
        }
    }
    problems.into_result().map(|()| applied)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The three things that every repair has to show: it turns the defect into what is right, says so when that is what it
    /// finds, and says so when the place is gone.
    pub(crate) fn check(repair: fn(&mut Document) -> Outcome, defect: Value, repaired: Value) {
        let mut document = Document::new(defect);
        assert!(repair(&mut document).expect("applies to the defect") > 0);
        assert_eq!(document.root(), &repaired);
        let refusal = repair(&mut document).expect_err("refuses what it has repaired");
        assert!(refusal.is_not_needed(), "{refusal:?}");
        assert_eq!(document.root(), &repaired, "a refusal changes nothing");
        let mut gone = Document::new(json!({"paths": {}, "components": {"schemas": {}}}));
        let refusal = repair(&mut gone).expect_err("refuses when the place is gone");
        assert!(!refusal.is_not_needed(), "{refusal:?}");
    }

    #[test]
    fn all_refusals_are_reported_with_the_name_of_the_repair() {
        fn gone(_: &mut Document) -> Outcome {
            Err(Refusal::not_found("/a", "there is no `a`"))
        }
        fn needless(_: &mut Document) -> Outcome {
            Err(Refusal::not_needed("/b", "it is a number"))
        }
        fn fine(_: &mut Document) -> Outcome {
            Ok(2)
        }
        let mut document = Document::new(json!({}));
        let text =
            apply(repairs![Shelf::Vendor; gone, fine, needless], &mut document).expect_err("two refusals").to_string();
        assert!(text.contains("2 problems"), "{text}");
        assert!(text.contains("`gone` was not found where it belongs: there is no `a`"), "{text}");
        assert!(text.contains("`needless` is no longer needed: it is a number"), "{text}");
        let applied = apply(repairs![Shelf::Vendor; fine], &mut document).expect("applied");
        assert_eq!(applied, [Applied { name: "fine", shelf: Shelf::Vendor, places: 2 }]);
    }
}
