//! Queued writes: whether the operation that returns their state can be called and read.

use crate::{
    document::Document,
    model::{
        operation::{OperationModel, ResponseBody},
        rust_type::RustType,
    },
    overlay::Overlay,
    problem::Problems,
};

/// Checks queued writes. One whose state cannot be read is reported, and its state cannot be waited
/// for: the receipt has no request id, or the path of the status operation needs parameters that
/// the write does not have.
pub fn check(operations: &mut [OperationModel], document: &Document, overlay: &Overlay, problems: &mut Problems) {
    let mut unfollowed = Vec::new();
    for operation in &*operations {
        let Some(follow) = &operation.status_operation else { continue };
        let label = operation.label();
        let messages = mistakes(operation, follow, operations, document);
        if !messages.is_empty() {
            unfollowed.push(operation.id.clone());
        }
        for message in messages {
            let message = format!("{message}; its state cannot be waited for");
            let help = format!("correct `status_operation` or `write_state` in {}", overlay.file(&label));
            problems.push(overlay.problem(&label, "status_operation", message, help));
        }
    }
    for operation in operations.iter_mut().filter(|operation| unfollowed.contains(&operation.id)) {
        operation.status_operation = None;
    }
    let followed: Vec<String> = operations.iter().filter_map(|operation| operation.status_operation.clone()).collect();
    for operation in operations.iter_mut().filter(|operation| !followed.contains(&operation.id)) {
        operation.write_state = None;
    }
}

/// What is wrong with the status operation of a write.
fn mistakes(operation: &OperationModel, follow: &str, operations: &[OperationModel], document: &Document) -> Vec<String> {
    let status = operations.iter().find(|one| one.id == follow).and_then(|one| Some((one, one.write_state.as_ref()?)));
    let Some((status, outcome)) = status else {
        return vec![format!("its status operation `{follow}` is not in the document")];
    };
    let mut messages = Vec::new();
    for parameter in &status.path_params {
        if parameter.name != outcome.request() && !operation.path_params.iter().any(|own| own.name == parameter.name) {
            messages.push(format!("it has no path parameter `{}`, which `{follow}` needs", parameter.name));
        }
    }
    for (owner, path) in [(operation, "requestId")].into_iter().chain(outcome.paths().map(|path| (status, path))) {
        match &owner.response {
            ResponseBody::Json(RustType::Named(schema)) if has_path(document, schema, path) => {}
            ResponseBody::Json(RustType::Named(_)) => {
                messages.push(format!("the response of `{}` has no `{path}`", owner.id));
            }
            _ => messages.push(format!("the response of `{}` is not an object", owner.id)),
        }
    }
    messages
}

/// Whether an object has a property at the end of a path with dots.
fn has_path(document: &Document, schema: &str, path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let properties = document.schema(schema).and_then(|schema| schema.get("properties"));
    let Some(property) = properties.and_then(|properties| properties.get(first)) else { return false };
    match (rest, RustType::of(property)) {
        (None, _) => true,
        (Some(rest), RustType::Named(inner)) => has_path(document, &inner, rest),
        (Some(_), _) => false,
    }
}
