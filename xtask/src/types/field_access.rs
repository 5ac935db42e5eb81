//! Code that reads a property inside a value, whatever the types of its fields.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    model::{
        Model,
        object::{Field, Presence},
    },
    render::field,
};

/// Writes code that reads properties of a schema.
pub struct FieldAccess<'a> {
    pub model: &'a Model,
    pub schema: &'a str,
}

impl FieldAccess<'_> {
    /// The fields on a path, each with the schema that it leads to.
    fn fields(&self, path: &[String]) -> Vec<&Field> {
        let mut schema = self.schema;
        let mut fields = Vec::new();
        for wire in path {
            let object = self.model.objects.get(schema);
            let Some(field) = object.and_then(|object| object.fields.iter().find(|field| field.wire_name == *wire)) else {
                break;
            };
            fields.push(field);
            schema = field.rust_type.named().unwrap_or_default();
        }
        fields
    }

    /// An `Option` of a reference to the property at the end of a path.
    pub fn optional(&self, path: &[String]) -> TokenStream {
        self.walk(path, |owner, field| {
            let ident = field::ident(field);
            match field.presence {
                Presence::Optional | Presence::Nullable => Step::Optional(quote! { #owner.#ident.as_ref() }),
                Presence::Required | Presence::EmptyCollection => Step::Certain(quote! { &#owner.#ident }),
            }
        })
    }

    /// The list at the end of a path, moved out; an empty one where it is missing.
    pub fn taken(&self, path: &[String]) -> TokenStream {
        if let [field] = self.fields(path)[..]
            && field.presence == Presence::EmptyCollection
        {
            let ident = field::ident(field);
            return quote! { self.#ident };
        }
        let list = self.walk(path, |owner, field| {
            let ident = field::ident(field);
            match field.presence {
                Presence::Optional => Step::Optional(quote! { #owner.#ident }),
                Presence::Nullable => Step::Optional(quote! { #owner.#ident.into_option() }),
                Presence::Required | Presence::EmptyCollection => Step::Certain(quote! { #owner.#ident }),
            }
        });
        quote! { #list.unwrap_or_default() }
    }

    /// Follows a path, and returns an `Option`.
    fn walk(&self, path: &[String], step: impl Fn(TokenStream, &Field) -> Step) -> TokenStream {
        let mut fields = self.fields(path).into_iter();
        let Some(first) = fields.next() else { return quote! { ::std::option::Option::None } };
        let begin = match step(quote! { self }, first) {
            Step::Optional(expression) => expression,
            Step::Certain(expression) => quote! { ::std::option::Option::Some(#expression) },
        };
        fields.fold(begin, |before, field| match step(quote! { inner }, field) {
            Step::Optional(expression) => quote! { #before.and_then(|inner| #expression) },
            Step::Certain(expression) => quote! { #before.map(|inner| #expression) },
        })
    }
}

/// A field of an owner: an `Option`, or a value that is there.
enum Step {
    Optional(TokenStream),
    Certain(TokenStream),
}
