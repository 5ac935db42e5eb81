//! Pages: what a builder offers for them, and what the types of answers have to say of themselves.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use crate::{
    adapt::{
        Adapted,
        calls::{Answer, Call},
        objects::{Field, Wrapper},
        pages::Page,
    },
    kind::Kind,
    overlay::WriteStateLocation,
    polish::{Code, type_name},
};

/// The ways to all pages and all items.
pub fn streams(page: &Page) -> TokenStream {
    let answer = type_name(&page.schema);
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

/// Adds to the types of answers what paging and waiting ask them for.
pub fn implement(code: &mut Code, adapted: &Adapted) -> Result<(), syn::Error> {
    let mut added: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    let pages: BTreeMap<&str, &Page> =
        adapted.calls.iter().filter_map(|call| call.page.as_ref()).map(|page| (page.schema.as_str(), page)).collect();
    for page in pages.into_values() {
        added.entry(page.schema.clone()).or_default().push(page_item(page, adapted)?);
    }
    for call in &adapted.calls {
        let (Some(outcome), Some(schema)) = (&call.outcome, answer_schema(call)) else { continue };
        added.entry(schema.to_owned()).or_default().push(status_item(schema, outcome, adapted)?);
    }
    for one in &mut code.types {
        one.items.extend(added.remove(&one.schema).into_iter().flatten());
    }
    Ok(())
}

fn answer_schema(call: &Call) -> Option<&str> {
    match &call.answer {
        Answer::Json(Kind::Named(name)) => Some(name),
        _ => None,
    }
}

fn page_item(page: &Page, adapted: &Adapted) -> Result<Item, syn::Error> {
    let name = type_name(&page.schema);
    let item = page.item.owned();
    let next = Reader { adapted, schema: &page.schema }.optional(&page.next);
    let has_next = page.has_next.as_ref().map(|path| {
        let flag = Reader { adapted, schema: &page.schema }.optional(path);
        quote! {
            if #flag == ::std::option::Option::Some(&false) {
                return ::std::option::Option::None;
            }
        }
    });
    let items = Reader { adapted, schema: &page.schema }.taken(&page.items);
    syn::parse2(quote! {
        impl ::jsm_ops_core::Page for #name {
            type Item = #item;

            fn next(&self) -> ::std::option::Option<&str> {
                #has_next
                #next.map(::std::string::String::as_str)
            }

            fn into_items(self) -> ::std::vec::Vec<Self::Item> {
                #items
            }
        }
    })
}

fn status_item(schema: &str, outcome: &WriteStateLocation, adapted: &Adapted) -> Result<Item, syn::Error> {
    let name = type_name(schema);
    let reader = Reader { adapted, schema };
    let body = match outcome {
        WriteStateLocation::Flag { flag, reason, .. } => {
            let flag = reader.optional(std::slice::from_ref(flag));
            let reason = reader.optional(std::slice::from_ref(reason));
            quote! {
                match #flag {
                    ::std::option::Option::None => ::jsm_ops_core::Outcome::Pending,
                    ::std::option::Option::Some(true) => ::jsm_ops_core::Outcome::Done,
                    ::std::option::Option::Some(false) => {
                        ::jsm_ops_core::Outcome::Failed(#reason.cloned().unwrap_or_default())
                    }
                }
            }
        }
        WriteStateLocation::State { state, done, failed, .. } => {
            let path: Vec<String> = state.split('.').map(str::to_owned).collect();
            let state = reader.optional(&path);
            quote! {
                match #state.map(|state| state.as_str()) {
                    ::std::option::Option::Some(#done) => ::jsm_ops_core::Outcome::Done,
                    ::std::option::Option::Some(#failed) => ::jsm_ops_core::Outcome::Failed(#failed.to_owned()),
                    _ => ::jsm_ops_core::Outcome::Pending,
                }
            }
        }
    };
    syn::parse2(quote! {
        impl ::jsm_ops_core::Status for #name {
            fn outcome(&self) -> ::jsm_ops_core::Outcome {
                #body
            }
        }
    })
}

/// Writes how a property inside a value is reached, whatever its fields are wrapped in.
struct Reader<'a> {
    adapted: &'a Adapted,
    schema: &'a str,
}

impl Reader<'_> {
    /// The fields on a path, each with the schema that it leads to.
    fn fields(&self, path: &[String]) -> Vec<&Field> {
        let mut schema = self.schema;
        let mut fields = Vec::new();
        for wire in path {
            let object = self.adapted.objects.get(schema);
            let Some(field) = object.and_then(|object| object.fields.iter().find(|field| field.wire == *wire)) else {
                break;
            };
            fields.push(field);
            schema = field.kind.named().unwrap_or_default();
        }
        fields
    }

    /// An `Option` of a reference to what stands at the end of a path.
    fn optional(&self, path: &[String]) -> TokenStream {
        self.walk(path, |owner, field| {
            let ident = field.ident();
            match field.wrapper {
                Wrapper::Option | Wrapper::Field => Step::Optional(quote! { #owner.#ident.as_ref() }),
                Wrapper::None | Wrapper::Empty => Step::Certain(quote! { &#owner.#ident }),
            }
        })
    }

    /// The list at the end of a path, taken out; an empty one where there is none.
    fn taken(&self, path: &[String]) -> TokenStream {
        if let [field] = self.fields(path)[..]
            && field.wrapper == Wrapper::Empty
        {
            let ident = field.ident();
            return quote! { self.#ident };
        }
        let list = self.walk(path, |owner, field| {
            let ident = field.ident();
            match field.wrapper {
                Wrapper::Option => Step::Optional(quote! { #owner.#ident }),
                Wrapper::Field => Step::Optional(quote! { #owner.#ident.into_option() }),
                Wrapper::None | Wrapper::Empty => Step::Certain(quote! { #owner.#ident }),
            }
        });
        quote! { #list.unwrap_or_default() }
    }

    /// Goes along a path, and gives an `Option`.
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
