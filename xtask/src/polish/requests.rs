//! How a method makes its request.
//!
//! progenitor knows one base for all operations, encodes ids so that `..` still climbs, sends an `api-version` header that the
//! service does not know, and requires every body.

use heck::ToSnakeCase;
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprMethodCall, FnArg, ImplItemFn, Local, Macro, Member, Pat, Stmt, Token,
    parse::Parser,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::UnexpectedCode;
use crate::{
    adapt::bodies::Bodies,
    document::{Operation, template_names},
    rewrite::Family,
};

/// Polishes the method of one operation.
pub fn apply(method: &mut ImplItemFn, operation: &Operation<'_>, bodies: &Bodies) -> Result<(), UnexpectedCode> {
    let name = method.sig.ident.to_string();
    let unexpected = |expected| UnexpectedCode::new(&name, expected);
    let mut url = Url { family: Family::of(operation), bases: 0, segments: 0 };
    url.visit_block_mut(&mut method.block);
    if url.bases != 1 || url.segments != template_names(operation.path).len() {
        return Err(unexpected("one URL, of a base and the parameters of the path"));
    }
    drop_version_header(method).ok_or_else(|| unexpected("a header map with an `api-version`"))?;
    if bodies.optional.contains(&name) {
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
            if matches!(argument, Expr::Field(field) if matches!(&field.member, Member::Named(name) if name == "baseurl")) {
                self.bases += 1;
                return quote! { self.addresses.#base() };
            }
            match encoded(argument) {
                Some(parameter) => {
                    self.segments += 1;
                    // By its path, because a parameter may be called `segment` too.
                    let name = parameter.to_token_stream().to_string().trim_end_matches('_').to_snake_case();
                    quote! { self::segment(#name, &#parameter.to_string())? }
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
    if !matches!(&*call.func, Expr::Path(path) if path.path.is_ident("encode_path")) {
        return None;
    }
    let Some(Expr::Reference(reference)) = call.args.first() else { return None };
    let Expr::MethodCall(to_string) = &*reference.expr else { return None };
    Some(&to_string.receiver)
}

/// Removes the header, and the map where nothing else is in it.
fn drop_version_header(method: &mut ImplItemFn) -> Option<()> {
    let statements = &mut method.block.stmts;
    let map = statements.iter().position(|statement| {
        matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(name) if name.ident == HEADER_MAP))
    })?;
    // progenitor appends its own header first; further ones are appended right after it, some of them under a condition.
    let version = statements.get(map + 1)?;
    if !appended_header(version)?.to_token_stream().to_string().contains("\"api-version\"") {
        return None;
    }
    let request = statements.iter().position(|statement| matches!(statement, Stmt::Local(local) if is_request(local)))?;
    if request > map + 2 {
        statements.remove(map + 1);
        return Some(());
    }
    statements.drain(map..map + 2);
    change_calls(method, "headers", |call| *call.receiver).then_some(())
}

const HEADER_MAP: &str = "header_map";

/// The name of the header in `header_map.append(name, value);`.
fn appended_header(statement: &Stmt) -> Option<&Expr> {
    match statement {
        Stmt::Expr(Expr::MethodCall(call), _) if call.method == "append" => call.args.first(),
        _ => None,
    }
}

/// Whether a statement is `let mut request = ...`; the name is another where a parameter has it.
fn is_request(local: &Local) -> bool {
    matches!(&local.pat, Pat::Ident(name) if name.ident.to_string().ends_with("request"))
}

/// Lets the caller leave the body out.
fn optional_body(method: &mut ImplItemFn) -> Option<()> {
    let body = method.sig.inputs.iter_mut().find_map(|input| match input {
        FnArg::Typed(argument) if matches!(&*argument.pat, Pat::Ident(name) if name.ident == "body") => {
            Some(&mut argument.ty)
        }
        _ => None,
    })?;
    let required = &*body;
    *body = syn::parse_quote! { ::std::option::Option<#required> };
    change_calls(method, "json", |mut call| {
        call.method = quote::format_ident!("optional_json");
        call.args = syn::parse_quote! { body };
        Expr::MethodCall(call)
    })
    .then_some(())
}

/// Puts something else in the place of the calls of one method name; tells whether there was exactly one.
pub(super) fn change_calls(method: &mut ImplItemFn, name: &str, change: impl Fn(ExprMethodCall) -> Expr) -> bool {
    struct Calls<'a, F> {
        name: &'a str,
        change: F,
        found: usize,
    }
    impl<F: Fn(ExprMethodCall) -> Expr> VisitMut for Calls<'_, F> {
        fn visit_expr_mut(&mut self, expression: &mut Expr) {
            visit_mut::visit_expr_mut(self, expression);
            if !matches!(expression, Expr::MethodCall(call) if call.method == self.name) {
                return;
            }
            if let Expr::MethodCall(call) = std::mem::replace(expression, Expr::PLACEHOLDER) {
                *expression = (self.change)(call);
                self.found += 1;
            }
        }
    }
    let mut calls = Calls { name, change, found: 0 };
    calls.visit_block_mut(&mut method.block);
    calls.found == 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Document;

    fn polished(mut method: ImplItemFn, bodies: &Bodies) -> Result<String, UnexpectedCode> {
        let server = json!([{"url": Family::StakeholderComms.oauth_base()}]);
        let document = Document::new(json!({"paths": {"/as/{type}": {"servers": server, "post": {}}}}));
        let operation = document.operations().next().expect("an operation");
        apply(&mut method, &operation, bodies)?;
        Ok(method.to_token_stream().to_string())
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
        let expected: ImplItemFn = syn::parse_quote! {
            pub async fn create_as<'a>(&'a self, type_: &'a str, body: &'a types::A) -> Result<ResponseValue<()>, Error<()>> {
                let url = format!("{}/as/{}", self.addresses.stakeholder_comms(), self::segment("type", &type_.to_string())?);
                let mut request = self.client.post(url).json(&body).build()?;
            }
        };
        assert_eq!(polished(method(), &Bodies::default()), Ok(expected.to_token_stream().to_string()));
    }

    #[test]
    fn headers_that_a_caller_sets_stay() {
        let mut method = method();
        method.block.stmts.insert(3, syn::parse_quote! { header_map.append("x", x.to_string().try_into()?); });
        let code = polished(method, &Bodies::default()).expect("polished");
        assert!(
            !code.contains("api-version")
                && code.contains("header_map . append (\"x\"")
                && code.contains("headers (header_map)"),
            "{code}"
        );
    }

    #[test]
    fn an_optional_body_may_be_left_out() {
        let bodies = Bodies { optional: vec!["create_as".to_owned()], ..Bodies::default() };
        let code = polished(method(), &bodies).expect("polished");
        assert!(code.contains("body : :: std :: option :: Option < & 'a types :: A >"), "{code}");
        assert!(code.contains(". post (url) . optional_json (body) . build ()"), "{code}");
    }

    #[test]
    fn code_of_another_shape_is_refused() {
        let mut method = method();
        method.block.stmts.remove(2);
        let error = polished(method, &Bodies::default()).expect_err("no header");
        assert!(error.to_string().contains("`create_as` is not as expected: a header map"), "{error}");
    }
}
