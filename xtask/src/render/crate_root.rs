//! The root of the crate, and what it exports from the crates below.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::area::AreaModel;

/// Lines at the head of the crate, before the list of areas.
const HEAD: [&str; 11] = [
    " Client of the Jira Service Management Operations API, generated from its OpenAPI document.",
    "",
    " [`Client`] has one accessor per area, and the areas one function per operation:",
    " `client.alerts().list().query(\"status: open\").send()`. What an operation requires are arguments, everything else are setters.",
    " `send` gives the answer, `items` and `pages` all of them, and a receipt's [`wait`](Receipt::wait) the end of a queued write.",
    " [`Client::call`] calls what the builders did not think of.",
    "",
    " The crate makes no decision about sign-in: a [`Transport`] brings the credential. [`Client::new`] takes a `reqwest::Client` that",
    " has it as a default header, and the [`BaseUrls`] that go with the kind of credential. The crate brings no TLS of its own:",
    " depend on `reqwest` with the TLS feature of your choice.",
    "",
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
        .chain(
            [
                " Every area is a cargo feature, and types come with the areas that use them.",
                "",
                " | feature | area | operations |",
                " |---|---|---|",
            ]
            .map(str::to_owned),
        )
        .chain(list)
        .collect();
    let modules = areas.iter().map(|area| {
        let (key, module) = (area.key, format_ident!("{}", area.module));
        let path = format!("areas/{}.rs", area.module);
        quote! {
            #[cfg(feature = #key)]
            #[path = #path]
            #[rustfmt::skip]
            pub mod #module;
        }
    });
    // rustfmt has its own opinion on lines that prettyplease wrote; it does not look into modules that are skipped here.
    quote! {
        #(#![doc = #docs])*
        #![warn(missing_docs)]
        #![allow(clippy::too_many_arguments)]

        #[rustfmt::skip]
        pub mod base_urls;
        #[rustfmt::skip]
        mod client;
        #[rustfmt::skip]
        pub mod operations;
        #[rustfmt::skip]
        pub mod types;

        #(#modules)*

        #[rustfmt::skip]
        mod exports;

        pub use base_urls::BaseUrls;
        pub use client::Client;
        pub use exports::*;
    }
}

/// Writes what comes from the crates below, for those who depend on this one alone.
pub fn exports() -> TokenStream {
    quote! {
        #![doc = " What comes from the crates below."]

        pub use jsm_ops_core::{
            Body, BoxFuture, Call, CallOptions, Clock, CloudId, Error, Gateway, HttpTransport, Idempotency, InvalidCloudId, InvalidGateway, Items, Nullable,
            OAuthUnsupported, OpenEnum, Operation, Page, Pages, Paging, Receipt, Request, Response, RetryAfter, Scopes, Secret,
            SystemClock, Transport, Upload, WaitPolicy,
        };
        pub use {chrono, reqwest, serde_json};
    }
}
