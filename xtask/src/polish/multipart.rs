//! Turns the raw body that stands for a multipart form back into one.

use syn::{Expr, FnArg, ImplItemFn};

use super::{UnexpectedCode, requests::change_calls};

/// Gives a method that takes a raw body a part of a multipart form in its place; the part brings file name and content.
pub fn apply(method: &mut ImplItemFn, part: &str) -> Result<(), UnexpectedCode> {
    let name = method.sig.ident.to_string();
    let unexpected = |expected| UnexpectedCode::new(&name, expected);
    let body = method.sig.inputs.last_mut().filter(|input| matches!(input, FnArg::Typed(_)));
    *body.ok_or_else(|| unexpected("a raw body as the last argument"))? =
        syn::parse_quote! { file: ::reqwest::multipart::Part };
    method.sig.generics.params =
        method.sig.generics.params.iter().filter(|param| matches!(param, syn::GenericParam::Lifetime(_))).cloned().collect();
    let sent = change_calls(method, "body", |call| {
        // The call before it sets the content type of a raw body; a form brings its own.
        let receiver = match *call.receiver {
            Expr::MethodCall(header) if header.method == "header" => *header.receiver,
            other => other,
        };
        syn::parse_quote! { #receiver.multipart(::reqwest::multipart::Form::new().part(#part, file)) }
    });
    if sent { Ok(()) } else { Err(unexpected("one raw body that is sent")) }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    #[test]
    fn the_raw_body_becomes_a_part() {
        let mut method: ImplItemFn = syn::parse_quote! {
            pub async fn upload<'a, B: Into<reqwest::Body>>(&'a self, id: &'a str, body: B) -> Result<(), ()> {
                let request = self.client.post(url).header(ACCEPT, json).header(CONTENT_TYPE, raw).body(body).build()?;
            }
        };
        apply(&mut method, "file").expect("polished");
        let expected: ImplItemFn = syn::parse_quote! {
            pub async fn upload<'a>(&'a self, id: &'a str, file: ::reqwest::multipart::Part) -> Result<(), ()> {
                let request = self.client.post(url).header(ACCEPT, json)
                    .multipart(::reqwest::multipart::Form::new().part("file", file)).build()?;
            }
        };
        assert_eq!(method.to_token_stream().to_string(), expected.to_token_stream().to_string());
    }

    #[test]
    fn a_method_without_a_raw_body_is_refused() {
        let mut method: ImplItemFn = syn::parse_quote! { pub async fn upload<'a>(&'a self, id: &'a str) {} };
        assert!(apply(&mut method, "file").is_err());
    }
}
