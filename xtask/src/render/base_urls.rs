//! The file of the base URLs that requests go to.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::rewrite::AddressFamily;

/// Writes the base URLs of all families.
pub fn file() -> TokenStream {
    let constants = AddressFamily::ALL.into_iter().map(|family| {
        let name = family.rust_name().to_ascii_uppercase();
        let [oauth, basic] = ["OAUTH", "BASIC"].map(|kind| format_ident!("{name}_{kind}"));
        let [oauth_base_url, basic_base] = [family.oauth_base_url(), family.basic_base_url()];
        let [oauth_doc, basic_doc] = ["OAuth 2.0 (3LO) tokens", "API tokens (HTTP Basic)"]
            .map(|credential| format!(" Base URL of the family `{}` for {credential}.", family.rust_name()));
        quote! {
            #[doc = #oauth_doc]
            pub const #oauth: &str = #oauth_base_url;
            #[doc = #basic_doc]
            pub const #basic: &str = #basic_base;
        }
    });
    let names: Vec<_> = AddressFamily::ALL.into_iter().map(AddressFamily::rust_name).collect();
    let fields: Vec<_> = names.iter().map(|name| format_ident!("{name}")).collect();
    let [oauth, basic] = ["OAUTH", "BASIC"]
        .map(|kind| AddressFamily::ALL.map(|family| format_ident!("{}_{kind}", family.rust_name().to_ascii_uppercase())));
    let accessors = names.iter().zip(&fields).map(|(name, field)| {
        let doc = format!(" The base URL of the family `{name}`, without a trailing slash.");
        quote! {
            #[doc = #doc]
            pub fn #field(&self) -> &str {
                &self.#field
            }
        }
    });
    quote! {
        #![doc = " Base URLs: where requests go."]
        #![doc = ""]
        #![doc = " A 3LO token and an API token reach the same operations at different base URLs. Atlassian rejects each at the"]
        #![doc = " base URL of the other."]
        #![doc = ""]
        #![doc = " Atlassian does not document how a 3LO token reaches the family `stakeholder_comms`. Its 3LO base URL is"]
        #![doc = " an assumption."]

        #(#constants)*

        /// The base URLs of all address families for one site and one kind of credential.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct BaseUrls {
            #(#fields: ::std::string::String,)*
        }

        impl BaseUrls {
            /// The 3LO base URLs, which take OAuth 2.0 (3LO) tokens.
            pub fn oauth(cloud_id: &::jsm_ops_core::CloudId) -> Self {
                Self::oauth_at(&::jsm_ops_core::Gateway::default(), cloud_id)
            }

            /// The HTTP Basic base URLs, which take Atlassian API tokens (email address and token).
            pub fn basic(cloud_id: &::jsm_ops_core::CloudId) -> Self {
                Self::basic_at(&::jsm_ops_core::Gateway::default(), cloud_id)
            }

            /// Like [`BaseUrls::oauth`], at another gateway.
            pub fn oauth_at(gateway: &::jsm_ops_core::Gateway, cloud_id: &::jsm_ops_core::CloudId) -> Self {
                Self { #(#fields: gateway.base_url(#oauth, cloud_id),)* }
            }

            /// Like [`BaseUrls::basic`], at another gateway.
            pub fn basic_at(gateway: &::jsm_ops_core::Gateway, cloud_id: &::jsm_ops_core::CloudId) -> Self {
                Self { #(#fields: gateway.base_url(#basic, cloud_id),)* }
            }

            #(#accessors)*

            /// The base URLs by the names of their families.
            pub(crate) fn bases(self) -> impl ::std::iter::IntoIterator<Item = (&'static str, ::std::string::String)> {
                [#((#names, self.#fields)),*]
            }
        }
    }
}
