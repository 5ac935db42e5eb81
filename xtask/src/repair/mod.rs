//! Repairs defects of the document: one named function per defect.
//!
//! A repair names the operation or schema that it changes, and states what it expects to find.
//! Where it finds something else it does not apply, and the run fails. Either the vendor corrected
//! the document, and the repair must be deleted; or the place is gone, and the repair must move.
//! So the document still needs every repair in the lists below.
//!
//! Some defects are systematic. Passes that treat every place alike handle them:
//!
//! | defect | handled by |
//! |---|---|
//! | URLs that a 3LO token cannot call, the cloud id in every path | [`crate::rewrite`] |
//! | repeated and misleading operation ids | [`crate::adapt::operation_names`], from the overlay |
//! | errors declared in two shapes, while the service sends five | [`crate::adapt::errors`] |
//! | references into the middle of schemas, unnamed schemas | [`crate::adapt::name_inline`] |
//! | closed enums, one of them sent as an empty string | [`crate::adapt::extract::enums`] |
//! | alternatives that nothing declares apart | [`crate::adapt::extract::unions`] |
//! | defaults and bounds that a client must not apply | [`crate::adapt::simplify`] |
//! | optional bodies, multipart forms, downloads that are not JSON | [`crate::adapt::extract`] |

pub mod generator;
mod place;
pub mod vendor;

use std::fmt;

use crate::{
    document::Document,
    problem::{Problem, Problems},
};

/// Whose limits a repair works around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepairKind {
    /// The document is wrong, or says less than the service does.
    Vendor,
    /// The document is right and the generator cannot take it.
    Generator,
}

impl fmt::Display for RepairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vendor => "vendor wrong",
            Self::Generator => "generator limited",
        })
    }
}

/// Why a repair does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotApplicable {
    reason: Reason,
    pointer: String,
    found: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    NotNeeded,
    NotFound,
}

impl NotApplicable {
    /// The place does not have the defect.
    pub fn not_needed(pointer: impl Into<String>, found: impl Into<String>) -> Self {
        Self { reason: Reason::NotNeeded, pointer: pointer.into(), found: found.into() }
    }

    /// The place is missing.
    pub fn not_found(pointer: impl Into<String>, missing: impl Into<String>) -> Self {
        Self { reason: Reason::NotFound, pointer: pointer.into(), found: missing.into() }
    }

    /// Whether the document no longer has the defect.
    pub fn is_not_needed(&self) -> bool {
        self.reason == Reason::NotNeeded
    }

    fn into_problem(self, repair: &str) -> Problem {
        let (what, help) = match self.reason {
            Reason::NotNeeded => (
                "is not needed any more",
                "if the document is right now, delete the repair, its tests and its line in the list",
            ),
            Reason::NotFound => ("does not find its place", "find out where the place went; move the repair or delete it"),
        };
        Problem::new(
            self.pointer,
            format!("the repair `{repair}` {what}: {}", self.found),
            format!("{help} (xtask/src/repair)"),
        )
    }
}

/// The number of places that a repair changed, or why it does not apply.
pub type RepairResult = Result<usize, NotApplicable>;

/// A repair and its name.
#[derive(Debug, Clone, Copy)]
pub struct Repair {
    /// The name of the function.
    pub name: &'static str,
    /// Whose limits it works around.
    pub kind: RepairKind,
    /// The repair itself.
    pub apply: fn(&mut Document) -> RepairResult,
}

/// Builds a list of repairs that are named like their functions.
macro_rules! repairs {
    ($kind:expr; $($name:ident),* $(,)?) => {
        &[$($crate::repair::Repair { name: stringify!($name), kind: $kind, apply: $name }),*]
    };
}
use repairs;

/// A repair that was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The name of the repair in the list.
    pub name: &'static str,
    /// Whose limits it works around.
    pub kind: RepairKind,
    /// How many places it changed.
    pub places: usize,
}

/// Applies repairs in order.
///
/// # Errors
/// Every repair that does not apply.
pub fn apply(repairs: &[Repair], document: &mut Document) -> Result<Vec<Applied>, Problems> {
    let mut problems = Problems::new();
    let mut applied = Vec::new();
    for Repair { name, kind, apply } in repairs.iter().copied() {
        match apply(document) {
            Ok(places) => applied.push(Applied { name, kind, places }),
            Err(reason) => problems.push(reason.into_problem(name)),
        }
    }
    problems.into_result().map(|()| applied)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Checks a repair: it repairs the defect, does not apply twice, and does not apply where the
    /// place is missing.
    pub(crate) fn check(repair: fn(&mut Document) -> RepairResult, defect: Value, repaired: Value) {
        let mut document = Document::new(defect);
        assert!(repair(&mut document).expect("applies to the defect") > 0);
        assert_eq!(document.root(), &repaired);
        let reason = repair(&mut document).expect_err("does not apply twice");
        assert!(reason.is_not_needed(), "{reason:?}");
        assert_eq!(document.root(), &repaired, "a repair that does not apply changes nothing");
        let mut gone = Document::new(json!({"paths": {}, "components": {"schemas": {}}}));
        let reason = repair(&mut gone).expect_err("does not apply where the place is missing");
        assert!(!reason.is_not_needed(), "{reason:?}");
    }

    #[test]
    fn repairs_that_do_not_apply_are_reported_by_name() {
        fn gone(_: &mut Document) -> RepairResult {
            Err(NotApplicable::not_found("/a", "there is no `a`"))
        }
        fn needless(_: &mut Document) -> RepairResult {
            Err(NotApplicable::not_needed("/b", "it is a number"))
        }
        fn fine(_: &mut Document) -> RepairResult {
            Ok(2)
        }
        let mut document = Document::new(json!({}));
        let text =
            apply(repairs![RepairKind::Vendor; gone, fine, needless], &mut document).expect_err("two problems").to_string();
        assert!(text.contains("2 problems"), "{text}");
        assert!(text.contains("`gone` does not find its place: there is no `a`"), "{text}");
        assert!(text.contains("`needless` is not needed any more: it is a number"), "{text}");
        let applied = apply(repairs![RepairKind::Vendor; fine], &mut document).expect("applied");
        assert_eq!(applied, [Applied { name: "fine", kind: RepairKind::Vendor, places: 2 }]);
    }
}
