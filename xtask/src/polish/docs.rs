//! Our own words on every method: what it does, its address, and what a caller needs for it.

use proc_macro2::Span;
use serde_json::Value;
use syn::{AttrStyle, Attribute, Expr, ExprLit, Ident, ImplItemFn, Lit, LitStr, Meta, MetaNameValue, Path, Token, token};

use crate::{document::Operation, overlay::Overlay};

/// Replaces the documentation of the method of one operation.
pub fn apply(method: &mut ImplItemFn, operation: &Operation<'_>, overlay: &Overlay) {
    method.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    method.attrs.extend(text(operation, overlay).iter().map(|line| line_of_docs(line)));
}

/// `#[doc = "line"]`, built without a parser: there are thousands of these lines.
pub fn line_of_docs(line: &str) -> Attribute {
    let value = Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(LitStr::new(line, Span::call_site())) });
    let path = Path::from(Ident::new("doc", Span::call_site()));
    Attribute {
        pound_token: Token![#](Span::call_site()),
        style: AttrStyle::Outer,
        bracket_token: token::Bracket::default(),
        meta: Meta::NameValue(MetaNameValue { path, eq_token: Token![=](Span::call_site()), value }),
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
