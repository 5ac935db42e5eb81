//! How a method makes its request.
//!
//! progenitor knows one base for all operations, encodes ids so that `..` still climbs, sends an `api-version` header that the
//! service does not know, and requires every body.

use heck::ToSnakeCase;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::{
    Expr, FnArg, ImplItemFn, Macro, Pat, Stmt, Token,
    parse::Parser,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::UnexpectedCode;
use crate::{adapt::Adapted, rewrite::Family};

/// Polishes one method.
pub fn apply(method: &mut ImplItemFn, adapted: &Adapted) -> Result<(), UnexpectedCode> {
    let name = method.sig.ident.to_string();
    let unexpected = |expected| UnexpectedCode::new(&name, expected);
    let operation = adapted.document.operations().find(|operation| operation.value.get("operationId").and_then(Value::as_str) == Some(&name));
    let operation = operation.ok_or_else(|| unexpected("an operation of the document"))?;
    let mut url = Url { family: Family::of(&operation), bases: 0, segments: 0 };
    url.visit_block_mut(&mut method.block);
    if url.bases != 1 || url.segments != crate::document::template_names(operation.path).len() {
        return Err(unexpected("one URL, of a base and the parameters of the path"));
    }
    drop_version_header(method).ok_or_else(|| unexpected("a header map with an `api-version`"))?;
    if adapted.bodies.optional.contains(&name) {
        optional_body(method).ok_or_else(|| unexpected("one JSON body"))?;
    }
    Ok(())
}

/// Puts the family's base and checked segments into the `format!` that makes the URL.
struct Url {
    family: Family,
    bases: usize,
    segments: usize,
}

impl VisitMut for Url {
    fn visit_macro_mut(&mut self, format: &mut Macro) {
        if !format.path.is_ident("format") {
            return;
        }
        let Ok(arguments) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(format.tokens.clone()) else { return };
        let base = quote::format_ident!("{}", self.family.rust_name());
        let arguments = arguments.iter().map(|argument| {
            if argument.to_token_stream().to_string() == "self . baseurl" {
                self.bases += 1;
                return quote! { self.addresses.#base() };
            }
            match encoded(argument) {
                Some(parameter) => {
                    self.segments += 1;
                    let name = parameter.to_token_stream().to_string().trim_end_matches('_').to_snake_case();
                    quote! { segment(#name, &#parameter.to_string())? }
                }
                None => argument.to_token_stream(),
            }
        });
        let arguments: Vec<_> = arguments.collect();
        format.tokens = quote! { #(#arguments),* };
    }
}

/// The parameter in `encode_path(&parameter.to_string())`.
fn encoded(argument: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = argument else { return None };
    if call.func.to_token_stream().to_string() != "encode_path" {
        return None;
    }
    let Some(Expr::Reference(reference)) = call.args.first() else { return None };
    let Expr::MethodCall(to_string) = &*reference.expr else { return None };
    Some(&to_string.receiver)
}

/// Removes the header, and the map where nothing else is in it.
fn drop_version_header(method: &mut ImplItemFn) -> Option<()> {
    let statements = &mut method.block.stmts;
    let is_append = |statement: &Stmt| statement.to_token_stream().to_string().starts_with("header_map . append");
    let version = statements.iter().position(|statement| is_append(statement) && statement.to_token_stream().to_string().contains("api-version"))?;
    statements.remove(version);
    let others = statements.iter().any(|statement| statement.to_token_stream().to_string().contains("header_map . append"));
    if others {
        return Some(());
    }
    let map = statements.iter().position(|statement| statement.to_token_stream().to_string().starts_with("let mut header_map"))?;
    statements.remove(map);
    change_calls(method, "headers", |call| *call = receiver(call)).then_some(())
}

/// Lets the caller leave the body out.
fn optional_body(method: &mut ImplItemFn) -> Option<()> {
    let body = method.sig.inputs.iter_mut().find_map(|input| match input {
        FnArg::Typed(argument) if matches!(&*argument.pat, Pat::Ident(name) if name.ident == "body") => Some(&mut argument.ty),
        _ => None,
    })?;
    let required = &*body;
    *body = syn::parse_quote! { ::std::option::Option<#required> };
    change_calls(method, "json", |call| {
        let receiver = receiver(call);
        *call = syn::parse_quote! { #receiver.optional_json(body) };
    })
    .then_some(())
}

/// Changes the calls of one method name; tells whether there was exactly one.
pub(super) fn change_calls(method: &mut ImplItemFn, name: &str, change: impl Fn(&mut Expr)) -> bool {
    struct Calls<'a, F> {
        name: &'a str,
        change: F,
        found: usize,
    }
    impl<F: Fn(&mut Expr)> VisitMut for Calls<'_, F> {
        fn visit_expr_mut(&mut self, expression: &mut Expr) {
            visit_mut::visit_expr_mut(self, expression);
            if matches!(expression, Expr::MethodCall(call) if call.method == self.name) {
                (self.change)(expression);
                self.found += 1;
            }
        }
    }
    let mut calls = Calls { name, change, found: 0 };
    calls.visit_block_mut(&mut method.block);
    calls.found == 1
}

/// What a method is called on.
pub(super) fn receiver(call: &Expr) -> Expr {
    match call {
        Expr::MethodCall(call) => (*call.receiver).clone(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{adapt, document::Document, overlay::Overlay};

    fn adapted(operation: Value) -> Adapted {
        let server = json!([{"url": Family::StakeholderComms.oauth_base()}]);
        let document = json!({"paths": {"/as/{type}": {"servers": server, "post": operation}}, "components": {"schemas": {}}});
        let overlay = Overlay::from_value(json!({
            "areas": {"a": {"title": "A", "summary": "S."}},
            "operations": {"POST /as/{type}": {"name": "create_as", "area": "a", "summary": "S."}}
        }));
        adapt::adapt(Document::new(document), &overlay.expect("overlay"))
    }

    fn method() -> ImplItemFn {
        syn::parse_quote! {
            pub async fn create_as<'a>(&'a self, type_: &'a str, body: &'a types::A) -> Result<ResponseValue<()>, Error<()>> {
                let url = format!("{}/as/{}", self.baseurl, encode_path(&type_.to_string()),);
                let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
                header_map.append(::reqwest::header::HeaderName::from_static("api-version"), x);
                let mut request = self.client.post(url).json(&body).headers(header_map).build()?;
            }
        }
    }

    #[test]
    fn the_request_has_the_familys_base_checked_segments_and_no_version_header() {
        let mut method = method();
        apply(&mut method, &adapted(json!({"requestBody": {"required": true}}))).expect("polished");
        let expected: ImplItemFn = syn::parse_quote! {
            pub async fn create_as<'a>(&'a self, type_: &'a str, body: &'a types::A) -> Result<ResponseValue<()>, Error<()>> {
                let url = format!("{}/as/{}", self.addresses.stakeholder_comms(), segment("type", &type_.to_string())?);
                let mut request = self.client.post(url).json(&body).build()?;
            }
        };
        assert_eq!(method.to_token_stream().to_string(), expected.to_token_stream().to_string());
    }

    #[test]
    fn an_optional_body_may_be_left_out() {
        let mut method = method();
        apply(&mut method, &adapted(json!({"requestBody": {}}))).expect("polished");
        let code = method.to_token_stream().to_string();
        assert!(code.contains("body : :: std :: option :: Option < & 'a types :: A >"), "{code}");
        assert!(code.contains(". post (url) . optional_json (body) . build ()"), "{code}");
    }

    #[test]
    fn code_of_another_shape_is_refused() {
        let mut method = method();
        method.block.stmts.remove(2);
        let error = apply(&mut method, &adapted(json!({}))).expect_err("no header");
        assert!(error.to_string().contains("`create_as` is not as expected: a header map"), "{error}");
    }
}
