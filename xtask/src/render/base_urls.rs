//! The file of the addresses that requests go to.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::rewrite::Family;

/// Writes the bases of all families.
pub fn file() -> TokenStream {
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
    let names: Vec<_> = Family::ALL.into_iter().map(Family::rust_name).collect();
    let fields: Vec<_> = names.iter().map(|name| format_ident!("{name}")).collect();
    let [oauth, classic] = ["OAUTH", "CLASSIC"]
        .map(|kind| Family::ALL.map(|family| format_ident!("{}_{kind}", family.rust_name().to_ascii_uppercase())));
    let accessors = names.iter().zip(&fields).map(|(name, field)| {
        let doc = format!(" The base of the family `{name}`, without a trailing slash.");
        quote! {
            #[doc = #doc]
            pub fn #field(&self) -> &str {
                &self.#field
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

            /// The bases by the names of their families.
            pub(crate) fn bases(self) -> impl IntoIterator<Item = (&'static str, ::std::string::String)> {
                [#((#names, self.#fields)),*]
            }
        }
    }
}
