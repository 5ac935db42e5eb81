//! Whether a new document is another version of a known one, or the document of another API.

use std::collections::BTreeSet;

use crate::document::Document;

/// Checks that a new document has the title of the known one and at least half of its operations.
///
/// # Errors
/// What is different, and what to do.
pub fn check(known: &Document, new: &Document) -> Result<(), String> {
    let title = |document: &Document| document.root().pointer("/info/title").cloned().unwrap_or_default();
    let help = "pass the document of this API with --from; if the API itself has changed so much, delete \
                jsm-ops.json first";
    if title(known) != title(new) {
        let (known, new) = (title(known), title(new));
        return Err(format!("this is the document of another API: its title is {new}, expected {known}\n    help: {help}"));
    }
    let (known, new) = (operations(known), operations(new));
    let (found, all) = (known.intersection(&new).count(), known.len());
    if found * 2 < all {
        let message = format!("this is the document of another API: it has {found} of the {all} known operations");
        return Err(format!("{message}\n    help: {help}"));
    }
    Ok(())
}

/// The operations of a document, whatever part of their URLs is in a server, and without the names
/// of path parameters.
fn operations(document: &Document) -> BTreeSet<String> {
    let operation = |method: &str, path: &str| {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_cloud_id = |segment: &&str| segment.eq_ignore_ascii_case("{cloudid}");
        let start = segments.iter().rposition(is_cloud_id).map_or(0, |index| index + 1);
        let rest = segments.iter().skip(start).skip_while(|segment| **segment == "api");
        let shape: Vec<&str> = rest.map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect();
        format!("{method} {}", shape.join("/"))
    };
    document.operations().map(|one| operation(one.method, one.path)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document(title: &str, paths: &[&str]) -> Document {
        let paths: serde_json::Map<String, Value> =
            paths.iter().map(|path| ((*path).to_owned(), json!({"get": {}}))).collect();
        Document::new(json!({"info": {"title": title}, "paths": paths}))
    }

    #[test]
    fn another_split_of_urls_and_other_names_of_parameters_are_the_same_api() {
        let known = document("T", &["/api/{cloudId}/v1/as", "/api/{cloudId}/v1/as/{id}", "/c/cloudId/{cloudId}/api/bs"]);
        assert_eq!(check(&known, &document("T", &["/v1/as", "/v1/as/{aId}", "/bs"])), Ok(()));
        assert_eq!(check(&known, &document("T", &["/v1/as", "/v1/as/{aId}", "/v1/more"])), Ok(()));
    }

    #[test]
    fn another_title_and_other_operations_are_another_api() {
        let known = document("T", &["/v1/as", "/v1/bs", "/v1/cs"]);
        let error = check(&known, &document("U", &["/v1/as", "/v1/bs"])).expect_err("another title");
        assert!(error.contains("its title is \"U\", expected \"T\""), "{error}");
        let error = check(&known, &document("T", &["/v1/as", "/v2/bs"])).expect_err("other operations");
        assert!(error.contains("it has 1 of the 3 known operations"), "{error}");
    }
}
