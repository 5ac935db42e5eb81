//! What areas and calls say of themselves.

use heck::ToKebabCase;

use crate::model::{
    area::AreaModel,
    operation::{OperationModel, RequestBody, ResponseBody},
};

/// Atlassian's reference, by group.
const REFERENCE: &str = "https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-";

/// The page of Atlassian's reference for the group of a call.
fn reference(operation: &OperationModel) -> Option<String> {
    (!operation.tag.is_empty()).then(|| format!("{REFERENCE}{}/", operation.tag.to_kebab_case()))
}

/// The lines at the head of the module of an area.
pub fn area(area: &AreaModel<'_>) -> Vec<String> {
    let Some(words) = area.overlay else {
        return vec![" Operations that are new in the document. Their names are derived and will change.".to_owned()];
    };
    let mut lines = vec![format!(" {}: {}", words.title, lower_first(&words.summary))];
    if !words.docs.is_empty() {
        lines.extend([String::new(), format!(" {}", words.docs)]);
    }
    if area.is_experimental() {
        let line =
            " Atlassian marks all of it as experimental: it may change without notice, and the feature is off by default.";
        lines.extend([String::new(), line.to_owned()]);
    }
    if !words.example.is_empty() {
        lines.extend(
            ["", " ```no_run", " # async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {"]
                .map(str::to_owned),
        );
        lines.extend(words.example.trim_end().lines().map(|line| format!(" {line}")));
        lines.extend([" # Ok(())", " # }", " ```"].map(str::to_owned));
    }
    lines
}

/// A title before a colon and a sentence after it.
fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    match (characters.next(), characters.clone().next()) {
        // A word in capitals stays as it is.
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(characters).collect(),
        _ => sentence.to_owned(),
    }
}

/// The lines on the function that begins a call.
pub fn operation(operation: &OperationModel) -> Vec<String> {
    let mut lines = vec![format!(" {}", operation.summary)];
    let mut paragraph = |text: String| lines.extend([String::new(), text]);
    if !operation.description.is_empty() {
        paragraph(format!(" {}", operation.description));
    }
    let arguments: Vec<String> =
        operation.required_params().map(|parameter| format!(" - `{}`: {}", parameter.rust_name, parameter.docs)).collect();
    if !arguments.is_empty() {
        paragraph(arguments.join("\n"));
    }
    paragraph(format!(" `{}`", operation.label()));
    paragraph(if operation.scopes.is_empty() {
        " Takes an API token only: no OAuth 2.0 (3LO) token can call it.".to_owned()
    } else {
        let scopes: Vec<String> = operation.scopes.iter().map(|scope| format!("`{scope}`")).collect();
        format!(" OAuth 2.0 scopes: {}.", scopes.join(", "))
    });
    if operation.status_operation.is_some() {
        paragraph(
            " Asynchronous: the answer is a receipt, and the receipt's `wait` follows the work to its end.".to_owned(),
        );
    }
    if operation.experimental {
        paragraph(" Atlassian marks it as experimental: it may change without notice.".to_owned());
    }
    if !operation.in_overlay {
        paragraph(" New in the document: its name is derived and will change.".to_owned());
    }
    if let Some(reference) = reference(operation) {
        paragraph(format!(" [Atlassian's reference]({reference})"));
    }
    // A line of documentation is one attribute.
    lines.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect()
}

/// What `send` gives, in a line.
pub fn send(operation: &OperationModel) -> String {
    let body = if operation.body == RequestBody::None { "" } else { " with its body" };
    let response = match &operation.response {
        ResponseBody::Empty => "; the answer says no more than that it was carried out",
        ResponseBody::Json(_) => " and decodes the answer",
        ResponseBody::Text(_) => " and gives the answer as text",
        ResponseBody::Bytes => " and gives the answer as it comes",
    };
    format!(" Sends the request{body}{response}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_goes_on_after_a_colon() {
        assert_eq!(lower_first("Whom a team notifies."), "whom a team notifies.");
        assert_eq!(lower_first("JEC channels."), "JEC channels.");
    }
}
