//! The table of operations.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::areas::AreaCalls;
use crate::{
    adapt::{Adapted, calls::Call},
    overlay::{Idempotency, Paging},
};

/// Writes the table.
pub fn file(areas: &[AreaCalls<'_>], adapted: &Adapted) -> TokenStream {
    let rows = adapted.calls.iter().map(row);
    let constants = adapted.calls.iter().map(|call| format_ident!("{}", call.constant()));
    let listed = areas.iter().map(|area| {
        let (key, title, summary) =
            (area.key, area.title(), area.area.map(|area| area.summary.as_str()).unwrap_or_default());
        quote! { (#key, #title, #summary) }
    });
    quote! {
        #![doc = " All operations as a table, whatever the features."]

        use jsm_ops_core::{Operation, Paging, Retry};

        /// Key, title and purpose of the areas, in the order of the keys.
        pub static AREAS: &[(&str, &str, &str)] = &[#(#listed,)*];

        /// All operations, ordered by path and method.
        pub static OPERATIONS: &[&Operation] = &[#(&#constants,)*];

        /// An operation by its id, as in `acknowledge_alert`.
        pub fn find(id: &str) -> ::std::option::Option<&'static Operation> {
            OPERATIONS.iter().copied().find(|operation| operation.id == id)
        }

        #(#rows)*
    }
}

fn row(call: &Call) -> TokenStream {
    let constant = format_ident!("{}", call.constant());
    let doc = format!(" `{}`", call.label());
    let Call { id, method, path, area, scopes, .. } = call;
    let rust_path = call.rust_path();
    let family = call.family.rust_name();
    let oauth = !scopes.is_empty();
    let retry = match call.retry {
        Idempotency::Idempotent => quote! { Retry::Safe },
        Idempotency::WithAlias => quote! { Retry::SafeWithAlias },
        Idempotency::NotIdempotent => quote! { Retry::Never },
    };
    let paging = call.paging.map(|(paging, window)| {
        let window = match window {
            Some(window) => quote! { ::std::option::Option::Some(#window) },
            None => quote! { ::std::option::Option::None },
        };
        let paging = match paging {
            Paging::Offset => quote! { Paging::Offset { window: #window } },
            Paging::After => quote! { Paging::After },
            Paging::PageToken => quote! { Paging::PageToken },
            Paging::Size => quote! { Paging::Size },
            Paging::Relay => quote! { Paging::Relay },
            Paging::Cursor => quote! { Paging::Cursor },
        };
        quote! { .paged(#paging) }
    });
    let followed = call.follow.as_ref().map(|follow| quote! { .followed(#follow) });
    let experimental = call.experimental.then(|| quote! { .experimental() });
    quote! {
        #[doc = #doc]
        pub static #constant: Operation = Operation::row(#id, #rust_path, #method, #path)
            .within(#family, #area)
            .allowed(#oauth, &[#(#scopes),*])
            .repeated(#retry)
            #paging #followed #experimental;
    }
}
