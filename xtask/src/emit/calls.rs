//! A function that calls any operation by its name, for the end-to-end tests.
//!
//! It is written from the signatures of the methods, so that no operation can be left out and none is called with arguments
//! that the tests did not make.

use std::collections::BTreeMap;

use quote::{ToTokens, quote};
use serde_json::Value;
use syn::{FnArg, ImplItemFn, Pat, PatType};

use crate::{adapt::Adapted, polish::Code};

/// Writes the table of calls.
pub fn file(code: &Code, adapted: &Adapted) -> Result<syn::File, syn::Error> {
    let names = parameter_names(adapted);
    let arms = code.methods.iter().map(|method| {
        let name = &method.sig.ident;
        let id = name.to_string();
        let arguments = arguments(method).map(|argument| value(argument, &names));
        quote! { #id => client.#name(#(#arguments),*).await.map(drop) }
    });
    syn::parse2(quote! {
        #![doc = " Calls any operation by its name, for the end-to-end tests."]

        use jsm_ops_api::{Client, Error, reqwest::multipart::Part};

        /// Makes up the arguments of a call.
        pub trait Arguments {
            /// The text for a parameter, by its name in the document.
            fn text(&self, name: &str) -> String;
            /// The value for a parameter, by its name in the document, or for `body`.
            fn value<T: serde::de::DeserializeOwned>(&self, name: &str) -> T;
            /// The file of an upload.
            fn part(&self) -> Part;
        }

        /// Calls one operation with every argument set. `None` where there is no such operation.
        #[allow(clippy::large_futures)]
        pub async fn call<A: Arguments>(client: &Client, id: &str, arguments: &A) -> Option<Result<(), Error<()>>> {
            Some(match id {
                #(#arms,)*
                _ => return None,
            })
        }
    })
}

/// Names in the document by names in Rust.
fn parameter_names(adapted: &Adapted) -> BTreeMap<String, String> {
    let owners = adapted
        .document
        .operations()
        .flat_map(|operation| [operation.item.get("parameters"), operation.value.get("parameters")]);
    let parameters = owners.flatten().filter_map(Value::as_array).flatten();
    let names = parameters.filter_map(|parameter| parameter.get("name").and_then(Value::as_str));
    names.map(|name| (heck::ToSnakeCase::to_snake_case(name), name.to_owned())).collect()
}

fn arguments(method: &ImplItemFn) -> impl Iterator<Item = &PatType> {
    method.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    })
}

/// An expression for an argument, by the form of its type.
fn value(argument: &PatType, names: &BTreeMap<String, String>) -> proc_macro2::TokenStream {
    let rust_name = match &*argument.pat {
        Pat::Ident(name) => name.ident.to_string(),
        other => other.to_token_stream().to_string(),
    };
    let name = names.get(rust_name.trim_end_matches('_')).unwrap_or(&rust_name);
    let kind = argument.ty.to_token_stream().to_string();
    let (optional, inner) = match kind
        .strip_suffix('>')
        .and_then(|kind| kind.strip_prefix("Option <").or(kind.strip_prefix(":: std :: option :: Option <")))
    {
        Some(inner) => (true, inner.trim()),
        None => (false, kind.trim()),
    };
    let value = match inner {
        "& 'a str" => quote! { arguments.text(#name).as_str() },
        inner if inner.ends_with("multipart :: Part") => return quote! { arguments.part() },
        inner if inner.starts_with('&') => quote! { &arguments.value(#name) },
        _ => quote! { arguments.value(#name) },
    };
    if optional {
        quote! { Some(#value) }
    } else {
        value
    }
}
