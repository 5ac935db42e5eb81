//! Our own words on every method: what it does, its address, and what a caller needs for it.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{Attribute, ImplItemFn};

use crate::{
    document::{Document, Operation},
    overlay::Overlay,
};

/// Replaces the documentation of all methods.
pub fn apply(methods: &mut [ImplItemFn], document: &Document, overlay: &Overlay) {
    let operations: BTreeMap<&str, Operation<'_>> =
        document.operations().filter_map(|operation| Some((operation.value.get("operationId")?.as_str()?, operation))).collect();
    for method in methods {
        let Some(operation) = operations.get(method.sig.ident.to_string().as_str()) else { continue };
        method.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
        let lines = text(operation, overlay);
        let attributes = lines.iter().map(|line| -> Attribute { syn::parse_quote! { #[doc = #line] } });
        method.attrs.extend(attributes);
    }
}

fn text(operation: &Operation<'_>, overlay: &Overlay) -> Vec<String> {
    let summary = operation.value.get("summary").and_then(Value::as_str).unwrap_or_default();
    let scopes = oauth_scopes(operation);
    let mut lines = vec![format!(" {summary}"), String::new(), format!(" `{}`", operation.label()), String::new()];
    lines.push(if scopes.is_empty() {
        " Takes an API token only: no OAuth 2.0 (3LO) token can call it.".to_owned()
    } else {
        let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
        format!(" OAuth 2.0 scopes: {}.", scopes.join(", "))
    });
    if is_experimental(operation) {
        lines.extend([String::new(), " Atlassian marks it as experimental: it may change without notice.".to_owned()]);
    }
    if overlay.entry(operation).is_none() {
        lines.extend([String::new(), " New in the document: its name is derived and will change.".to_owned()]);
    }
    lines
}

/// The OAuth 2.0 scopes that an operation asks for; none where it takes no OAuth token.
pub fn oauth_scopes<'a>(operation: &Operation<'a>) -> Vec<&'a str> {
    let schemes = operation.value.get("security").and_then(Value::as_array).into_iter().flatten();
    let scopes = schemes.filter_map(|scheme| scheme.get("OAuth2")?.as_array()).flatten();
    scopes.filter_map(Value::as_str).collect()
}

/// Whether Atlassian marks an operation as experimental.
pub fn is_experimental(operation: &Operation<'_>) -> bool {
    operation.value.get("x-experimental") == Some(&Value::Bool(true))
}
