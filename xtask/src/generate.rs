//! Runs progenitor with fixed settings, and turns its panics into errors.

use std::{
    any::Any,
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, TypeImpl};
use serde_json::{Value, json};

use crate::{adapt::Adapted, document::Document, names};

/// progenitor makes no code of a document that passed the preflight.
#[derive(Debug, thiserror::Error)]
#[error(
    "preflight accepted an unsupported document: {0}\n    help: this is a bug of xtask/src/preflight; add the check that is missing"
)]
pub struct GenerateError(GenerateErrorKind);

#[derive(Debug, thiserror::Error)]
enum GenerateErrorKind {
    #[error("cannot read the typed model of OpenAPI: {0}")]
    Model(serde_json::Error),
    #[error("progenitor cannot generate code: {0}")]
    Progenitor(progenitor::Error),
    #[error("progenitor or typify panicked: {0}")]
    Panic(String),
    #[error("progenitor's code is invalid Rust: {0}")]
    Code(syn::Error),
}

/// Generates progenitor's positional style, with its types in the module `types`.
///
/// # Errors
/// See [`GenerateError`].
pub fn generate(adapted: &Adapted) -> Result<syn::File, GenerateError> {
    let mut settings = GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap").with_derive("PartialEq");
    // Enums and unions are ours, under the same names.
    for name in adapted.model.enums.iter().map(|one| &one.schema) {
        let rust_name = names::type_name(name);
        settings.with_replacement(
            &rust_name,
            format!("crate::types::{rust_name}"),
            [TypeImpl::Display, TypeImpl::FromStr].into_iter(),
        );
    }
    for name in adapted.model.unions.iter().map(|one| &one.schema) {
        let rust_name = names::type_name(name);
        settings.with_replacement(&rust_name, format!("crate::types::{rust_name}"), std::iter::empty());
    }
    run(&adapted.document, &settings).map_err(GenerateError)
}

/// Generates progenitor's own output: its positional style, without anything of ours.
///
/// # Errors
/// See [`GenerateError`].
pub fn plain(document: &Document) -> Result<syn::File, GenerateError> {
    run(document, &GenerationSettings::new()).map_err(GenerateError)
}

fn run(document: &Document, settings: &GenerationSettings) -> Result<syn::File, GenerateErrorKind> {
    let document: OpenAPI = serde_json::from_value(for_progenitor(document)).map_err(GenerateErrorKind::Model)?;
    let tokens = guarded(|| Generator::new(settings).generate_tokens(&document)).map_err(GenerateErrorKind::Panic)?;
    syn::parse2(tokens.map_err(GenerateErrorKind::Progenitor)?).map_err(GenerateErrorKind::Code)
}

/// The parts of the document that progenitor uses. Responses get the description that OpenAPI
/// requires, which is not a fact.
fn for_progenitor(document: &Document) -> Value {
    let root = document.root();
    let mut paths = root.get("paths").cloned().unwrap_or_default();
    for operation in paths.as_object_mut().into_iter().flatten().filter_map(|(_, item)| item.as_object_mut()).flatten() {
        let responses = operation.1.get_mut("responses").and_then(Value::as_object_mut);
        for response in responses.into_iter().flatten().filter_map(|(_, response)| response.as_object_mut()) {
            response.insert("description".to_owned(), Value::String(String::new()));
        }
    }
    let schemas = root.get("components").and_then(|components| components.get("schemas"));
    let version = root.get("info").and_then(|info| info.get("version"));
    json!({
        "openapi": root.get("openapi"),
        "info": {"title": "JSM Operations", "version": version.and_then(Value::as_str).unwrap_or("unknown")},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs code that may panic; returns the message of the panic, and prints nothing.
fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                loud(info);
            }
        }));
    });
    GUARDED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    GUARDED.set(false);
    result.map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        let caught = guarded(|| -> u8 { panic!("no code for {}", "this") });
        assert_eq!(caught, Err("no code for this".to_owned()));
        assert_eq!(guarded(|| 1), Ok(1));
    }
}
