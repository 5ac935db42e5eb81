//! Queued writes: whether the operation that returns their state can be called and read.

use crate::{
    document::{Document, Pointer},
    model::{
        operation::{OperationModel, ResponseBody},
        rust_type::RustType,
    },
    overlay::Overlay,
    problem::{Problem, Problems},
};

/// Reports queued writes whose state cannot be read: the receipt has no request id, or the path of
/// the status operation needs parameters that the write does not have.
pub fn check(operations: &[OperationModel], document: &Document, overlay: &Overlay, problems: &mut Problems) {
    for operation in operations {
        let Some(follow) = &operation.status_operation else { continue };
        let mut report = |message: String| {
            let help = format!("correct `status_operation` or `write_state` in {}", overlay.file(&operation.label()));
            problems.push(
                Problem::new(Pointer::Path(&["paths", &operation.path]), message, help).in_operation(operation.label()),
            );
        };
        let Some((status, outcome)) =
            operations.iter().find(|one| one.id == *follow).and_then(|one| Some((one, one.write_state.as_ref()?)))
        else {
            report(format!("its status operation `{follow}` is not in the document"));
            continue;
        };
        for parameter in &status.path_params {
            if parameter.name != outcome.request() && !operation.path_params.iter().any(|own| own.name == parameter.name) {
                report(format!("it has no path parameter `{}`, which `{follow}` needs", parameter.name));
            }
        }
        for (owner, path) in [(operation, "requestId")].into_iter().chain(outcome.paths().map(|path| (status, path))) {
            let ResponseBody::Json(RustType::Named(schema)) = &owner.response else {
                report(format!("the response of `{}` is not an object", owner.id));
                continue;
            };
            if !has_path(document, schema, path) {
                report(format!("the response of `{}` has no `{path}`", owner.id));
            }
        }
    }
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
