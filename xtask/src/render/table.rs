//! The table of operations.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    model::{area::AreaModel, operation::OperationModel},
    overlay::{Paging, Retry},
};

/// Writes the table.
pub fn file(areas: &[AreaModel<'_>], operations: &[OperationModel]) -> TokenStream {
    let rows = operations.iter().map(row);
    let constants = operations.iter().map(|operation| format_ident!("{}", operation.constant()));
    let listed = areas.iter().map(|area| {
        let (key, title, summary) =
            (area.key, area.title(), area.overlay.map(|area| area.summary.as_str()).unwrap_or_default());
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

fn row(operation: &OperationModel) -> TokenStream {
    let constant = format_ident!("{}", operation.constant());
    let doc = format!(" `{}`", operation.label());
    let OperationModel { id, method, path, area, scopes, .. } = operation;
    let rust_path = operation.rust_path();
    let family = operation.family.rust_name();
    let oauth = !scopes.is_empty();
    let retry = match operation.idempotency {
        Retry::Safe => quote! { Retry::Safe },
        Retry::SafeWithAlias => quote! { Retry::SafeWithAlias },
        Retry::Never => quote! { Retry::Never },
    };
    let paging = operation.paging.map(|(paging, window)| {
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
    let followed = operation.status_operation.as_ref().map(|follow| quote! { .followed(#follow) });
    let experimental = operation.experimental.then(|| quote! { .experimental() });
    quote! {
        #[doc = #doc]
        pub static #constant: Operation = Operation::row(#id, #rust_path, #method, #path)
            .within(#family, #area)
            .allowed(#oauth, &[#(#scopes),*])
            .repeated(#retry)
            #paging #followed #experimental;
    }
}
