//! Repairs defects of the document: one named function per defect.
//!
//! A repair names the places that it changes, and states the wrong value that it expects and the
//! right one. A place without the wrong value is left as the document has it, and needs attention:
//! it has the right value now, and the repair must be deleted; or a value that is neither, which
//! a maintainer must look at; or it is gone, and the repair must move. So the document still needs
//! every repair in the lists below.
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

/// Why a repair does not apply at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotApplicable {
    reason: Reason,
    pointer: String,
    found: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    NotNeeded,
    Different,
    NotFound,
}

impl NotApplicable {
    /// The place has the right value.
    pub fn not_needed(pointer: impl Into<String>, found: impl Into<String>) -> Self {
        Self { reason: Reason::NotNeeded, pointer: pointer.into(), found: found.into() }
    }

    /// The place has neither the wrong value nor the right one.
    pub fn different(pointer: impl Into<String>, found: impl Into<String>) -> Self {
        Self { reason: Reason::Different, pointer: pointer.into(), found: found.into() }
    }

    /// The place is missing.
    pub fn not_found(pointer: impl Into<String>, missing: impl Into<String>) -> Self {
        Self { reason: Reason::NotFound, pointer: pointer.into(), found: missing.into() }
    }

    /// Whether the place has the right value.
    pub fn is_not_needed(&self) -> bool {
        self.reason == Reason::NotNeeded
    }

    /// Whether the place has neither the wrong value nor the right one.
    pub fn is_different(&self) -> bool {
        self.reason == Reason::Different
    }

    /// `needed` is how many places still need the repair, of how many.
    fn into_problem(self, repair: &Repair, (needed, all): (usize, usize)) -> Problem {
        let Repair { name, file, .. } = repair;
        let of_many = if all > 1 { format!(" ({needed} of {all} places still need it)") } else { String::new() };
        let retire = match needed {
            0 => format!("delete the repair, its tests and its line in the list ({file})"),
            _ => format!("remove this place from the repair and its test ({file})"),
        };
        let (what, help) = match self.reason {
            Reason::NotNeeded => ("is not needed here any more", retire),
            Reason::Different => (
                "finds another value than it expects, and leaves it",
                format!("find out which value is right; correct the repair or remove the place from it ({file})"),
            ),
            Reason::NotFound => {
                ("does not find its place", format!("find out where the place went; move the repair, or {retire}"))
            }
        };
        Problem::new(self.pointer, format!("the repair `{name}` {what}{of_many}: {}", self.found), help)
    }
}

/// The number of changes at one place, or why the repair does not apply there.
pub type PlaceResult = Result<usize, NotApplicable>;

/// What a repair did at each of its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairResult(Vec<PlaceResult>);

impl RepairResult {
    /// Whether the repair changed each of its places.
    pub fn is_complete(&self) -> bool {
        self.0.iter().all(Result::is_ok)
    }
}

impl From<PlaceResult> for RepairResult {
    fn from(result: PlaceResult) -> Self {
        Self(vec![result])
    }
}

impl FromIterator<PlaceResult> for RepairResult {
    fn from_iter<I: IntoIterator<Item = PlaceResult>>(results: I) -> Self {
        Self(results.into_iter().collect())
    }
}

/// A repair and its name.
#[derive(Debug, Clone, Copy)]
pub struct Repair {
    /// The name of the function.
    pub name: &'static str,
    /// The source file, for help texts.
    pub file: &'static str,
    /// Whose limits it works around.
    pub kind: RepairKind,
    /// The repair itself.
    pub apply: fn(&mut Document) -> RepairResult,
}

/// Builds a list of repairs that are named like their functions, by their files.
macro_rules! repairs {
    ($kind:expr; $($file:literal: $($name:ident),+;)+) => {
        &[$($($crate::repair::Repair {
            name: stringify!($name),
            file: concat!("xtask/src/repair/", $file),
            kind: $kind,
            apply: |document| $name(document).into(),
        }),+),+]
    };
}
use repairs;

/// A repair that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The name of the repair in the list.
    pub name: &'static str,
    /// Whose limits it works around.
    pub kind: RepairKind,
    /// The source file, for help texts.
    pub file: &'static str,
    /// How many places it changed.
    pub places: usize,
    /// The labels of the operations in which its places are.
    pub operations: Vec<String>,
}

/// Applies repairs in order. Places at which one does not apply need attention.
pub fn apply(repairs: &[Repair], document: &mut Document, attention: &mut Problems) -> Vec<Applied> {
    let mut applied = Vec::new();
    for repair in repairs {
        let RepairResult(results) = (repair.apply)(document);
        let operations = document.take_located();
        let needed = results.iter().filter(|result| result.is_ok()).count();
        let places = results.iter().flatten().sum();
        if needed > 0 {
            let Repair { name, file, kind, .. } = *repair;
            applied.push(Applied { name, file, kind, places, operations });
        }
        let all = results.len();
        for reason in results.into_iter().filter_map(Result::err) {
            attention.push(reason.into_problem(repair, (needed, all)));
        }
    }
    applied
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Checks a repair: it repairs the defect at every place, is not needed a second time, and
    /// finds no place in an empty document.
    pub(crate) fn check<R: Into<RepairResult>>(repair: fn(&mut Document) -> R, defect: Value, repaired: Value) {
        let mut document = Document::new(defect);
        let RepairResult(results) = repair(&mut document).into();
        assert!(
            !results.is_empty() && results.iter().all(|result| result.as_ref().is_ok_and(|places| *places > 0)),
            "{results:?}"
        );
        assert_eq!(document.root(), &repaired);
        let RepairResult(results) = repair(&mut document).into();
        assert!(results.iter().all(|result| result.as_ref().is_err_and(NotApplicable::is_not_needed)), "{results:?}");
        assert_eq!(document.root(), &repaired, "a repair that does not apply changes nothing");
        let mut gone = Document::new(json!({"paths": {}, "components": {"schemas": {}}}));
        let RepairResult(results) = repair(&mut gone).into();
        let is_not_found = |reason: &NotApplicable| reason.reason == Reason::NotFound;
        assert!(results.iter().all(|result| result.as_ref().is_err_and(is_not_found)), "{results:?}");
    }

    #[test]
    fn places_at_which_a_repair_does_not_apply_are_reported_by_name() {
        fn gone(_: &mut Document) -> PlaceResult {
            Err(NotApplicable::not_found("/a", "there is no `a`"))
        }
        fn needless(_: &mut Document) -> PlaceResult {
            Err(NotApplicable::not_needed("/b", "it is a number"))
        }
        fn partly(_: &mut Document) -> RepairResult {
            RepairResult(vec![
                Ok(2),
                Err(NotApplicable::not_needed("/c", "it is a number")),
                Err(NotApplicable::different("/d", "it is a list")),
            ])
        }
        let mut document = Document::new(json!({}));
        let mut attention = Problems::new();
        let applied =
            apply(repairs![RepairKind::Vendor; "tests.rs": gone, partly, needless;], &mut document, &mut attention);
        let applied: Vec<_> = applied.iter().map(|one| (one.name, one.kind, one.places)).collect();
        assert_eq!(applied, [("partly", RepairKind::Vendor, 2)]);
        let found: Vec<String> =
            attention.iter().map(|problem| format!("{} {}", problem.pointer, problem.message)).collect();
        assert_eq!(
            found,
            [
                "/a the repair `gone` does not find its place: there is no `a`",
                "/c the repair `partly` is not needed here any more (1 of 3 places still need it): it is a number",
                "/d the repair `partly` finds another value than it expects, and leaves it \
                 (1 of 3 places still need it): it is a list",
                "/b the repair `needless` is not needed here any more: it is a number",
            ]
        );
        let help: Vec<&str> = attention.iter().map(|problem| problem.help.as_str()).collect();
        assert!(help[1].starts_with("remove this place from the repair"), "{help:?}");
        assert!(help[3].starts_with("delete the repair"), "{help:?}");
    }
}
