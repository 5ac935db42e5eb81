//! What a call builder offers for pages.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_type::type_ident;
use crate::model::page::Page;

/// The ways to all pages and all items.
pub fn streams(page: &Page) -> TokenStream {
    let page = type_ident(&page.schema);
    quote! {
        /// Streams all pages from this call on. Each is fetched when it is needed.
        pub fn pages(self) -> ::jsm_ops_core::Pages<crate::types::#page> {
            ::jsm_ops_core::Pages::new(self.call)
        }

        /// Streams the items of all pages from this call on.
        pub fn items(self) -> ::jsm_ops_core::Items<crate::types::#page> {
            ::jsm_ops_core::Items::new(self.call)
        }
    }
}
