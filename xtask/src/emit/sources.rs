//! The source files of the crate around the polished code.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{ImplItem, ImplItemFn, Item};

use super::Sources;
use crate::{
    adapt::Adapted,
    document::Operation,
    overlay::Overlay,
    polish::{Code, docs},
    rewrite::Family,
};

/// Puts all files below `src` together.
pub fn files(code: Code, adapted: &Adapted, overlay: &Overlay) -> Result<Sources, syn::Error> {
    let Code { types, enums, unions, methods } = code;
    Ok(vec![
        ("src/lib.rs", syn::parse2(library())?),
        ("src/addresses.rs", syn::parse2(addresses())?),
        ("src/client.rs", client(methods)?),
        (
            "src/enums.rs",
            with_items(quote! { #![doc = " String enums, open for values that this version does not know."] }, enums)?,
        ),
        ("src/operations.rs", syn::parse2(operations(adapted, overlay))?),
        (
            "src/types.rs",
            with_items(quote! { #![doc = " Types of requests and answers."] pub use crate::{enums::*, unions::*}; }, types)?,
        ),
        ("src/unions.rs", with_items(quote! { #![doc = " Types with alternatives."] }, unions)?),
    ])
}

/// A file that begins with a few lines and goes on with items, which are thousands of lines and need no second parsing.
fn with_items(head: TokenStream, items: Vec<Item>) -> Result<syn::File, syn::Error> {
    let mut file: syn::File = syn::parse2(head)?;
    file.items.extend(items);
    Ok(file)
}

fn library() -> TokenStream {
    let docs = [
        " Client of the Jira Service Management Operations API, generated from its OpenAPI document.",
        "",
        " [`Client`] has one method per operation. It makes no decision about sign-in: give it a `reqwest::Client` that brings the",
        " `Authorization` header, and the [`Addresses`] that go with the kind of credential.",
        "",
        " The crate brings no TLS of its own. Depend on `reqwest` with the TLS feature of your choice.",
    ];
    // rustfmt has its own opinion on lines that prettyplease wrote; it does not look into modules that are skipped here.
    quote! {
        #(#![doc = #docs])*

        #[rustfmt::skip]
        pub mod addresses;
        #[rustfmt::skip]
        mod client;
        #[rustfmt::skip]
        mod enums;
        #[rustfmt::skip]
        pub mod operations;
        #[rustfmt::skip]
        pub mod types;
        #[rustfmt::skip]
        mod unions;

        pub use addresses::Addresses;
        pub use client::Client;
        pub use jsm_ops_core::{CloudId, Gateway, InvalidCloudId, InvalidGateway};
        pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
        pub use reqwest;
    }
}

fn addresses() -> TokenStream {
    let constants = Family::ALL.into_iter().map(|family| {
        let name = family.rust_name().to_ascii_uppercase();
        let [oauth, classic] = ["OAUTH", "CLASSIC"].map(|kind| format_ident!("{name}_{kind}"));
        let [oauth_base, classic_base] = [family.oauth_base(), family.classic_base()];
        let [oauth_doc, classic_doc] = ["OAuth 2.0 (3LO) tokens", "API tokens (HTTP Basic)"]
            .map(|credential| format!(" Base of the family `{}` for {credential}.", family.rust_name()));
        quote! {
            #[doc = #oauth_doc]
            pub const #oauth: &str = #oauth_base;
            #[doc = #classic_doc]
            pub const #classic: &str = #classic_base;
        }
    });
    let fields: Vec<_> = Family::ALL.into_iter().map(|family| format_ident!("{}", family.rust_name())).collect();
    let [oauth, classic] = ["OAUTH", "CLASSIC"]
        .map(|kind| Family::ALL.map(|family| format_ident!("{}_{kind}", family.rust_name().to_ascii_uppercase())));
    let accessors = Family::ALL.into_iter().map(|family| {
        let name = format_ident!("{}", family.rust_name());
        let doc = format!(" The base of the family `{}`, without a trailing slash.", family.rust_name());
        quote! {
            #[doc = #doc]
            pub fn #name(&self) -> &str {
                &self.#name
            }
        }
    });
    quote! {
        #![doc = " Where requests go."]
        #![doc = ""]
        #![doc = " A 3LO token and an API token reach the same operations at different addresses, and each is refused at the other's."]
        #![doc = ""]
        #![doc = " How a 3LO token reaches the family `stakeholder_comms` is documented nowhere; its base for OAuth is an assumption."]

        use jsm_ops_core::{CloudId, Gateway};

        #(#constants)*

        /// The bases of all families for one site and one kind of credential.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Addresses {
            #(#fields: ::std::string::String,)*
        }

        impl Addresses {
            /// The addresses that take OAuth 2.0 (3LO) tokens.
            pub fn oauth(cloud_id: &CloudId) -> Self {
                Self::oauth_at(&Gateway::default(), cloud_id)
            }

            /// The addresses that take Atlassian API tokens (HTTP Basic: e-mail address and token).
            pub fn classic(cloud_id: &CloudId) -> Self {
                Self::classic_at(&Gateway::default(), cloud_id)
            }

            /// Like [`Addresses::oauth`], at another gateway.
            pub fn oauth_at(gateway: &Gateway, cloud_id: &CloudId) -> Self {
                Self { #(#fields: gateway.base(#oauth, cloud_id),)* }
            }

            /// Like [`Addresses::classic`], at another gateway.
            pub fn classic_at(gateway: &Gateway, cloud_id: &CloudId) -> Self {
                Self { #(#fields: gateway.base(#classic, cloud_id),)* }
            }

            #(#accessors)*
        }
    }
}

fn client(methods: Vec<ImplItemFn>) -> Result<syn::File, syn::Error> {
    let mut calls: syn::ItemImpl = syn::parse_quote! {
        #[allow(clippy::all)]
        impl Client {}
    };
    calls.items.extend(methods.into_iter().map(ImplItem::Fn));
    let head = quote! {
        #![doc = " One method per operation."]

        #[allow(unused_imports)]
        use jsm_ops_core::OptionalBody as _;
        use progenitor_client::{ByteStream, ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};

        use crate::{addresses::Addresses, types};

        /// Calls the operations of one site. Clones share the connections of the HTTP client.
        #[derive(Clone, Debug)]
        pub struct Client {
            addresses: Addresses,
            client: ::reqwest::Client,
        }

        impl Client {
            /// A client that sends requests with `client`, which brings the credential, to `addresses`, which go with it.
            pub fn new(addresses: Addresses, client: ::reqwest::Client) -> Self {
                Self { addresses, client }
            }

            /// The bases that requests are sent to.
            pub fn addresses(&self) -> &Addresses {
                &self.addresses
            }
        }

        impl ClientInfo<()> for Client {
            fn api_version() -> &'static str {
                "v1"
            }

            fn baseurl(&self) -> &str {
                self.addresses.operations()
            }

            fn client(&self) -> &::reqwest::Client {
                &self.client
            }

            fn inner(&self) -> &() {
                &()
            }
        }

        impl ClientHooks<()> for &Client {}

        /// An id as one segment of a path, checked so that it cannot lead to another operation.
        #[allow(clippy::result_large_err)]
        fn segment(parameter: &'static str, value: &str) -> ::std::result::Result<::std::string::String, Error<()>> {
            ::jsm_ops_core::segment(parameter, value).map_err(|error| Error::InvalidRequest(error.to_string()))
        }
    };
    with_items(head, vec![Item::Impl(calls)])
}

fn operations(adapted: &Adapted, overlay: &Overlay) -> TokenStream {
    let rows = adapted.document.operations().map(|operation| row(&operation, overlay));
    let areas = overlay.areas().iter().map(|(key, area)| {
        let (title, summary) = (&area.title, &area.summary);
        quote! { (#key, #title, #summary) }
    });
    quote! {
        #![doc = " All operations as a table."]

        use jsm_ops_core::Operation;

        /// Key, title and purpose of the areas, in the order of the keys.
        pub static AREAS: &[(&str, &str, &str)] = &[#(#areas,)*];

        /// All operations, ordered by path and method.
        pub static OPERATIONS: &[Operation] = &[#(#rows,)*];
    }
}

fn row(operation: &Operation<'_>, overlay: &Overlay) -> TokenStream {
    let id = operation.value.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let method = operation.method.to_ascii_uppercase();
    let path = operation.path;
    let family = Family::of(operation).rust_name();
    let area = overlay.entry(operation).map(|entry| entry.area.as_str()).unwrap_or_default();
    let scopes = docs::oauth_scopes(operation);
    let oauth = !scopes.is_empty();
    let experimental = docs::is_experimental(operation);
    quote! {
        Operation {
            id: #id, method: #method, path: #path, family: #family, area: #area,
            scopes: &[#(#scopes),*], oauth: #oauth, experimental: #experimental,
        }
    }
}
