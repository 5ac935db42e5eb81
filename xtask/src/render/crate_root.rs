//! The root of the crate, and what it exports from the crates below.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::deprecated;
use crate::model::{Model, area::AreaModel};

/// Lines at the head of the crate, before the list of areas.
const HEAD: [&str; 15] = [
    " Client for the Jira Service Management Operations API, generated from Atlassian's OpenAPI document.",
    "",
    " [`Client`] has one accessor per area, and each area has one function per operation:",
    " `client.alerts().list().query(\"status: open\").send()`. Required inputs are arguments; everything else is a setter.",
    " `send` returns the response. `pages` and `items` return streams over all pages. [`Receipt::wait`] waits until a queued",
    " write has ended. [`Client::call`] sends what the builders do not offer.",
    "",
    " The crate does not sign in: a [`Transport`] adds the credential to each request. [`Client::new`] takes a",
    " `reqwest::Client` that has the credential in its default headers, and the [`BaseUrls`] for that kind of credential. The",
    " crate enables no TLS: depend on `reqwest` with the TLS feature of your choice.",
    "",
    " Every call fails with an [`Error`]. Its predicates tell an invalid request, a missing credential, a failed connection, a",
    " timeout, an error status, and an unexpected response apart.",
    "",
    " Every area is a cargo feature, and types come with the areas that use them.",
];

/// Writes the root of the crate.
pub fn root(areas: &[AreaModel<'_>], model: &Model) -> TokenStream {
    let list = areas.iter().map(|area| {
        let note = if area.is_experimental() { " (experimental, off by default)" } else { "" };
        format!(" | `{}` | {}{note} | {} |", area.key, area.title(), area.operations.len())
    });
    let docs: Vec<String> = HEAD
        .into_iter()
        .map(str::to_owned)
        .chain(["", " | feature | area | operations |", " |---|---|---|"].map(str::to_owned))
        .chain(list)
        .collect();
    let allowed = deprecated::allowed(model);
    quote! {
        #(#![doc = #docs])*
        #![warn(missing_docs)]
        #![allow(clippy::too_many_arguments)]
        #allowed

        pub mod areas;
        pub mod base_urls;
        mod client;
        mod exports;
        pub mod operations;
        pub mod types;

        pub use self::base_urls::BaseUrls;
        pub use self::client::Client;
        pub use self::exports::*;
    }
}

/// Writes the list of the modules of the areas.
pub fn areas(areas: &[AreaModel<'_>]) -> TokenStream {
    let modules = areas.iter().map(|area| {
        let (key, module) = (area.key, format_ident!("{}", area.module));
        quote! {
            #[cfg(feature = #key)]
            pub mod #module;
        }
    });
    quote! {
        #![doc = " One module for each area: the accessor on the client, and a builder for every call."]

        #(#modules)*
    }
}

/// Writes the re-exports of the crates below.
pub fn exports() -> TokenStream {
    quote! {
        #![doc = " Re-exports of the crates below, for users who depend on this crate alone."]

        pub use jsm_ops_core::{
            Body, BoxFuture, Call, CallOptions, Clock, CloudId, Dispatcher, Error, FormParts, Gateway, HttpTransport, Idempotency,
            InvalidCloudId, InvalidGateway, Items, MAX_ERROR_BODY, MAX_RESPONSE_BODY, Nullable, OAuthUnsupported, OpenEnum,
            Operation, Page, Pages, Paging, QueryValue, RateLimitPolicy, RateLimits, Receipt, Request, Response, RetryAfter,
            Scopes, Secret, SystemClock, Transport, Upload, WaitPolicy, WriteState, WriteStatus,
        };
        pub use {chrono, reqwest, serde_json};
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Items of the core that no signature of an exported item has.
    const NOT_EXPORTED: [&str; 5] = ["Backoff", "InvalidSegment", "ReadBodyError", "read_body", "segment"];

    /// The names that the `pub use` items of a file give to items of modules.
    fn exported(code: &str) -> BTreeSet<String> {
        let file = syn::parse_file(code).expect("Rust");
        let uses = file.items.iter().filter_map(|item| match item {
            syn::Item::Use(item) if item.attrs.is_empty() => Some(&item.tree),
            _ => None,
        });
        let mut names = BTreeSet::new();
        for tree in uses {
            let syn::UseTree::Path(path) = tree else { continue };
            match &*path.tree {
                syn::UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
                syn::UseTree::Group(group) => {
                    names.extend(group.items.iter().map(|item| quote!(#item).to_string()));
                }
                _ => panic!("a `use` of another form"),
            }
        }
        names
    }

    #[test]
    fn every_item_of_the_core_is_exported_or_not_in_a_signature() {
        let core = exported(include_str!("../../../crates/jsm-ops-core/src/lib.rs"));
        assert!(core.contains("RateLimits") && core.contains("Secret"), "{core:?}");
        let mut known = exported(&exports().to_string());
        known.extend(NOT_EXPORTED.map(str::to_owned));
        assert_eq!(known, core);
    }
}
