//! What the document marks as deprecated, as an attribute.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Attribute;

use crate::model::Model;

/// `#[deprecated]` for an item that is.
pub fn attribute(is_deprecated: bool) -> Option<TokenStream> {
    is_deprecated.then(|| parsed().into_token_stream())
}

/// `#[deprecated]`, for an item that is a syntax tree.
pub fn parsed() -> Attribute {
    syn::parse_quote! { #[deprecated = "Atlassian marks it as deprecated."] }
}

/// Lets a crate use its own deprecated items, if there are any: the warning is for its users.
pub fn allowed(model: &Model) -> Option<Attribute> {
    (!model.deprecated_items().is_empty()).then(|| syn::parse_quote! { #![allow(deprecated)] })
}
