//! What a call builder offers for pages.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_type::type_ident;
use crate::model::page::Page;

/// The ways to all pages and all items.
pub fn streams(page: &Page) -> TokenStream {
    let answer = type_ident(&page.schema);
    quote! {
        /// All pages from here on, as a stream.
        pub fn pages(self) -> ::jsm_ops_core::Pages<crate::types::#answer> {
            ::jsm_ops_core::Pages::new(self.call)
        }

        /// All items from here on, as a stream; pages are fetched as they are needed.
        pub fn items(self) -> ::jsm_ops_core::Items<crate::types::#answer> {
            ::jsm_ops_core::Items::new(self.call)
        }
    }
}
