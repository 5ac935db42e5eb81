//! Where places of a changed document were in the document that was given.
//!
//! The stages rewrite paths, name schemas that had no name, and merge schemas. A person who reads a
//! problem has the document that was given.

use std::collections::BTreeMap;

use crate::{
    adapt::Adapted,
    document::{Pointer, child, tokens},
    problem::{Input, Problem, Problems},
};

/// What became of the places of a document.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// The paths of the given document, by those that they became.
    paths: BTreeMap<String, String>,
    /// The names of schemas in the given document, by those that they became.
    renamed: BTreeMap<String, String>,
    /// Where schemas stood in the repaired document, by the names that they got.
    schemas: BTreeMap<String, String>,
}

impl Origins {
    /// The places of a document before adaptation.
    pub fn new(paths: BTreeMap<String, String>, renamed: BTreeMap<String, String>) -> Self {
        Self { paths, renamed, schemas: BTreeMap::new() }
    }

    /// The places of a document after adaptation.
    #[must_use]
    pub fn adapted(self, adapted: &Adapted) -> Self {
        let mut schemas = adapted.inline.clone();
        for (member, common) in &adapted.model.merged {
            if member != common {
                let at = Pointer::Path(&["components", "schemas", member]).to_string();
                schemas.entry(common.clone()).or_insert(at);
            }
        }
        Self { schemas, ..self }
    }

    /// The place in the repaired document of a place in the adapted one.
    pub fn repaired(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        // A name leads to a place in another named schema at most once for each level.
        for _ in 0..=self.schemas.len() {
            let tokens = tokens(&pointer);
            let [components, schemas, name, rest @ ..] = &tokens[..] else { break };
            let Some(place) = self.schemas.get(name).filter(|_| components == "components" && schemas == "schemas") else {
                break;
            };
            pointer = rest.iter().fold(place.clone(), |at, token| child(&at, token));
        }
        pointer
    }

    /// The place in the given document of a place in the adapted or the repaired one.
    pub fn given(&self, pointer: &str) -> String {
        let pointer = self.repaired(pointer);
        let tokens = tokens(&pointer);
        match &tokens[..] {
            [paths, path, rest @ ..] if paths == "paths" => {
                let path = self.paths.get(path).unwrap_or(path);
                let at = Pointer::Path(&["paths", path]).to_string();
                rest.iter().fold(at, |at, token| child(&at, token))
            }
            [components, schemas, name, rest @ ..] if components == "components" && schemas == "schemas" => {
                let name = self.renamed.get(name).unwrap_or(name);
                let at = Pointer::Path(&["components", "schemas", name]).to_string();
                rest.iter().fold(at, |at, token| child(&at, token))
            }
            _ => pointer,
        }
    }

    /// Problems with their places in the given document.
    pub fn in_given(&self, problems: Problems) -> Problems {
        let place = |problem: Problem| match problem.input {
            Input::Document => Problem { pointer: self.given(&problem.pointer), ..problem },
            Input::Overlay(_) => problem,
        };
        problems.into_iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_given_document() {
        let origins = Origins {
            paths: BTreeMap::from([("/v1/a~b".to_owned(), "/api/{cloudId}/v1/a~b".to_owned())]),
            renamed: BTreeMap::from([("PageDay".to_owned(), "Page<Day>".to_owned())]),
            schemas: BTreeMap::from([
                ("ListBody".to_owned(), "/paths/~1v1~1a~0b/get/requestBody/content/a~1b/schema".to_owned()),
                ("ListBodyItem".to_owned(), "/components/schemas/ListBody/items".to_owned()),
                ("Day".to_owned(), "/components/schemas/ADay".to_owned()),
            ]),
        };
        for (place, given) in [
            ("", ""),
            ("/info", "/info"),
            ("/paths/~1v1~1other/get", "/paths/~1v1~1other/get"),
            ("/paths/~1v1~1a~0b/get", "/paths/~1api~1{cloudId}~1v1~1a~0b/get"),
            ("/components/schemas/Day/enum/0", "/components/schemas/ADay/enum/0"),
            ("/components/schemas/Other/enum/0", "/components/schemas/Other/enum/0"),
            ("/components/schemas/PageDay/type", "/components/schemas/Page<Day>/type"),
            (
                "/components/schemas/ListBodyItem/properties/x",
                "/paths/~1api~1{cloudId}~1v1~1a~0b/get/requestBody/content/a~1b/schema/items/properties/x",
            ),
        ] {
            assert_eq!(origins.given(place), given);
        }
    }

    #[test]
    fn names_that_lead_to_each_other_end() {
        let at = |name: &str| format!("/components/schemas/{name}");
        let schemas = BTreeMap::from([("A".to_owned(), at("B")), ("B".to_owned(), at("A"))]);
        assert!(Origins { schemas, ..Origins::default() }.repaired("/components/schemas/A").starts_with("/components"));
    }
}
