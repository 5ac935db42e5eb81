//! The table of operations.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    characters::markdown_code,
    model::{area::AreaModel, operation::OperationModel},
    overlay::{Idempotency, Paging},
};

/// Writes the table.
pub fn file(areas: &[AreaModel<'_>], operations: &[OperationModel]) -> TokenStream {
    let rows = operations.iter().map(row);
    let constants = operations.iter().map(|operation| format_ident!("{}", operation.constant()));
    let listed = areas.iter().map(|area| {
        let (key, title, summary) =
            (area.key, area.title(), area.overlay.map(|area| area.summary.as_str()).unwrap_or_default());
        quote! { Area { key: #key, title: #title, summary: #summary } }
    });
    quote! {
        #![doc = " The table of all operations. It is the same with any features."]

        /// A group of operations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Area {
            /// The name of its feature, as in `audit-logs`.
            pub key: &'static str,
            /// The title, as in `Audit logs`.
            pub title: &'static str,
            /// What its operations are for.
            pub summary: &'static str,
        }

        /// All areas, ordered by key.
        pub static AREAS: &[Area] = &[#(#listed,)*];

        /// All operations, ordered by path and method.
        pub static OPERATIONS: &[&::jsm_ops_core::Operation] = &[#(&#constants,)*];

        /// Finds an operation by its id, as in `acknowledge_alert`.
        pub fn find(id: &str) -> ::std::option::Option<&'static ::jsm_ops_core::Operation> {
            OPERATIONS.iter().copied().find(|operation| operation.id == id)
        }

        #(#rows)*
    }
}

fn row(operation: &OperationModel) -> TokenStream {
    let constant = format_ident!("{}", operation.constant());
    let doc = format!(" {}", markdown_code(&operation.label()));
    let OperationModel { id, method, path, area, scopes, .. } = operation;
    let rust_path = operation.rust_path();
    let family = operation.family.rust_name();
    let oauth = !scopes.is_empty();
    let retry = match operation.idempotency {
        Idempotency::Idempotent => quote! { ::jsm_ops_core::Idempotency::Idempotent },
        Idempotency::WithAlias => quote! { ::jsm_ops_core::Idempotency::WithAlias },
        Idempotency::NotIdempotent => quote! { ::jsm_ops_core::Idempotency::NotIdempotent },
    };
    let paging = operation.paging.map(|(paging, max_results)| {
        let max_results = match max_results {
            Some(max_results) => quote! { ::std::option::Option::Some(#max_results) },
            None => quote! { ::std::option::Option::None },
        };
        let paging = match paging {
            Paging::Offset => quote! { ::jsm_ops_core::Paging::Offset { max_results: #max_results } },
            Paging::After => quote! { ::jsm_ops_core::Paging::After },
            Paging::PageToken => quote! { ::jsm_ops_core::Paging::PageToken },
            Paging::Size => quote! { ::jsm_ops_core::Paging::Size },
            Paging::Relay => quote! { ::jsm_ops_core::Paging::Relay },
            Paging::Cursor => quote! { ::jsm_ops_core::Paging::Cursor },
        };
        quote! { .with_paging(#paging) }
    });
    let followed = operation.status_operation.as_ref().map(|follow| quote! { .with_status_operation(#follow) });
    let experimental = operation.experimental.then(|| quote! { .experimental() });
    quote! {
        #[doc = #doc]
        pub static #constant: ::jsm_ops_core::Operation = ::jsm_ops_core::Operation::new(#id, #rust_path, #method, #path)
            .with_family(#family, #area)
            .with_scopes(#oauth, &[#(#scopes),*])
            .with_idempotency(#retry)
            #paging #followed #experimental;
    }
}
