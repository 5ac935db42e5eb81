//! The root of the crate, and what it exports from the crates below.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::area::AreaModel;

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
pub fn root(areas: &[AreaModel<'_>]) -> TokenStream {
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
    quote! {
        #(#![doc = #docs])*
        #![warn(missing_docs)]
        #![allow(clippy::too_many_arguments)]

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
            Body, BoxFuture, Call, CallOptions, Clock, CloudId, Error, Gateway, HttpTransport, Idempotency, InvalidCloudId, InvalidGateway, Items, Nullable,
            OAuthUnsupported, OpenEnum, Operation, Page, Pages, Paging, Receipt, Request, Response, RetryAfter, Scopes, Secret,
            SystemClock, Transport, Upload, WaitPolicy,
        };
        pub use {chrono, reqwest, serde_json};
    }
}
