//! The client, without the accessors of the areas.

use proc_macro2::TokenStream;
use quote::quote;

/// Writes the client.
pub fn client() -> TokenStream {
    quote! {
        #![doc = " The client. Each area adds its accessor in a file of its own."]

        /// Calls the operations of one site. Clones are cheap and share their connections.
        #[derive(Clone, Debug)]
        pub struct Client {
            pub(crate) dispatcher: ::jsm_ops_core::Dispatcher,
        }

        impl Client {
            /// A client that sends requests with `client`. Its default headers hold the credential,
            /// and `base_urls` are those for that kind of credential.
            pub fn new(base_urls: crate::base_urls::BaseUrls, client: ::reqwest::Client) -> Self {
                Self::with_transport(base_urls, ::jsm_ops_core::HttpTransport::new(client))
            }

            /// A client that sends requests through a transport, which adds the credential.
            pub fn with_transport(base_urls: crate::base_urls::BaseUrls, transport: impl ::jsm_ops_core::Transport) -> Self {
                Self { dispatcher: ::jsm_ops_core::Dispatcher::new(::std::sync::Arc::new(transport), base_urls.bases()) }
            }

            /// Begins a call of any operation, with the parameters of its path in order.
            ///
            /// An operation of [the table](crate::operations) serves to send what its builder does
            /// not offer. One that is not in the table is made with
            /// [`Operation::custom`](jsm_ops_core::Operation::custom).
            pub fn call(&self, operation: &'static ::jsm_ops_core::Operation, path: &[&str]) -> ::jsm_ops_core::Call {
                self.dispatcher.call(operation, path)
            }
        }
    }
}
