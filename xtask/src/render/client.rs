//! The client.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{model::area::AreaModel, names};

/// Writes the client.
pub fn client(areas: &[AreaModel<'_>]) -> TokenStream {
    let accessors = areas.iter().map(|area| {
        let (key, module) = (area.key, format_ident!("{}", area.module));
        let accessor = format_ident!("{}", names::accessor_type_name(area.key));
        let doc = format!(" {}.", area.title());
        quote! {
            #[doc = #doc]
            #[cfg(feature = #key)]
            pub fn #module(&self) -> crate::#module::#accessor<'_> {
                crate::#module::#accessor::new(self)
            }
        }
    });
    quote! {
        #![doc = " The client."]

        use jsm_ops_core::{Call, Dispatcher, HttpTransport, Operation, Transport};

        use crate::BaseUrls;

        /// Calls the operations of one site. Clones are cheap and share their connections.
        #[derive(Clone, Debug)]
        pub struct Client {
            pub(crate) dispatcher: Dispatcher,
        }

        impl Client {
            /// A client that sends requests with `client`, which brings the credential, to `base_urls`, which go with it.
            pub fn new(base_urls: BaseUrls, client: ::reqwest::Client) -> Self {
                Self::with_transport(base_urls, HttpTransport::new(client))
            }

            /// A client whose requests are carried by a transport, which brings the credential.
            pub fn with_transport(base_urls: BaseUrls, transport: impl Transport) -> Self {
                Self { dispatcher: Dispatcher::new(::std::sync::Arc::new(transport), base_urls.bases()) }
            }

            /// Begins a call of any operation, with the parameters of its path in order: of one of the table, to add what a builder
            /// does not have, or of one that is not in it ([`Operation::custom`]).
            pub fn call(&self, operation: &'static Operation, path: &[&str]) -> Call {
                self.dispatcher.call(operation, path)
            }

            #(#accessors)*
        }
    }
}
