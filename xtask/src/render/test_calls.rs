//! Functions that call any operation by its name, for the end-to-end tests.
//!
//! They are generated from the calls. So the tests include every operation, and every argument
//! comes from the tests.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{call_builder::CallBuilder, rust_type::owned_in};
use crate::{
    model::{
        Model,
        area::AreaModel,
        object::Field,
        operation::{FormPart, OperationModel, PartContent, RequestBody},
        rust_type::RustType,
    },
    names,
    overlay::Overlay,
};

/// The module of the types, as the tests import it.
const TYPES: &[&str] = &["types"];

/// Writes the tables of calls and of setters.
pub fn file(areas: &[AreaModel<'_>], model: &Model, overlay: &Overlay) -> Result<syn::File, syn::Error> {
    let calls: Vec<(&AreaModel<'_>, &OperationModel, CallBuilder<'_>)> = areas
        .iter()
        .flat_map(|area| {
            area.operations.iter().map(move |operation| (area, *operation, CallBuilder::new(operation, model, overlay)))
        })
        .collect();
    let whole = calls.iter().map(|(area, operation, builder)| whole_call(area, operation, builder));
    let (mut names, mut single) = (Vec::new(), Vec::new());
    for (area, operation, builder) in &calls {
        for field in builder.settable() {
            let (id, wire) = (&operation.id, &field.wire_name);
            let begun = begin(area, operation, &builder.required_fields().unwrap_or_default());
            let setter = builder.setter_name(field);
            names.push(quote! { (#id, #wire) });
            single.push(quote! { (#id, #wire) => #begun.#setter(field(value)).send().await.map(drop) });
        }
    }
    syn::parse2(quote! {
        #![doc = " Calls any operation by its name, for the end-to-end tests."]

        use jsm_ops_api::{Client, Error, Nullable, Upload, types};
        use serde_json::Value;

        /// Makes up the arguments of a call.
        pub trait Arguments {
            /// The text for a parameter, by its name in the document.
            fn text(&self, name: &str) -> String;
            /// The value for a parameter, by its name in the document.
            fn value(&self, name: &str) -> Value;
            /// The whole body.
            fn body(&self) -> Value;
            /// The value for a property of the body.
            fn property(&self, name: &str) -> Value;
            /// The file of an upload.
            fn upload(&self) -> Upload;
        }

        /// A value as what it is to be.
        fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
            serde_json::from_value(value).expect("a value of the type")
        }

        /// A value, or none, as a field.
        fn field<T: serde::de::DeserializeOwned>(value: Value) -> Nullable<T> {
            if value.is_null() { Nullable::Null } else { Nullable::Value(from(value)) }
        }

        /// Calls one operation with every argument set. `None` for an unknown operation.
        #[allow(clippy::large_futures)]
        pub async fn call<A: Arguments>(client: &Client, id: &str, arguments: &A) -> Option<Result<(), Error>> {
            Some(match id {
                #(#whole,)*
                _ => return None,
            })
        }

        /// The properties of bodies that have setters, with the operations.
        pub const SETTERS: &[(&str, &str)] = &[#(#names),*];

        /// Calls one operation with what it requires and one property of its body set, to `null` if
        /// the value is. `None` for an unknown setter.
        #[allow(clippy::large_futures)]
        pub async fn set<A: Arguments>(client: &Client, setter: (&str, &str), value: Value, arguments: &A) -> Option<Result<(), Error>> {
            Some(match setter {
                #(#single,)*
                _ => return None,
            })
        }
    })
}

/// The arm that calls an operation with everything set.
fn whole_call(area: &AreaModel<'_>, operation: &OperationModel, builder: &CallBuilder<'_>) -> TokenStream {
    let id = &operation.id;
    let (accessor, mut method) = (format_ident!("{}", area.module), operation.rust_method.clone());
    let mut given = parameters(operation);
    match &operation.body {
        RequestBody::Form(_) => given.push(quote! { arguments.upload() }),
        RequestBody::Parts(parts) => given.extend(parts.iter().filter(|part| part.required).map(part_argument)),
        RequestBody::Json { rust_type, required: true } => {
            if builder.required_fields().is_some() {
                method.push_str("_with");
            }
            let rust_type = owned_in(rust_type, TYPES);
            given.push(quote! { from::<#rust_type>(arguments.body()) });
        }
        RequestBody::Json { .. } | RequestBody::None => {}
    }
    let queries = operation.optional_params().map(|parameter| {
        let setter = format_ident!("{}", names::query_setter_name(&parameter.rust_name));
        let value = argument(&parameter.rust_type, &parameter.name);
        quote! { .#setter(#value) }
    });
    let parts = match &operation.body {
        RequestBody::Parts(parts) => parts.as_slice(),
        _ => &[],
    };
    let parts = parts.iter().filter(|part| !part.required).map(|part| {
        let (setter, value) = (builder.body_setter_name(&part.rust_name), part_argument(part));
        quote! { .#setter(#value) }
    });
    let body = match &operation.body {
        RequestBody::Json { rust_type, required: false } => {
            let rust_type = owned_in(rust_type, TYPES);
            quote! { .body(from::<#rust_type>(arguments.body())) }
        }
        _ => quote! {},
    };
    let method = format_ident!("{method}");
    quote! { #id => client.#accessor().#method(#(#given),*) #(#queries)* #(#parts)* #body.send().await.map(drop) }
}

/// An expression for a part of a form.
fn part_argument(part: &FormPart) -> TokenStream {
    match &part.content {
        PartContent::File => quote! { arguments.upload() },
        PartContent::Text(rust_type) => argument(rust_type, &part.name),
    }
}

/// A call with what it requires and nothing else.
fn begin(area: &AreaModel<'_>, operation: &OperationModel, fields: &[&Field]) -> TokenStream {
    let (accessor, method) = (format_ident!("{}", area.module), format_ident!("{}", operation.rust_method));
    let mut given = parameters(operation);
    if let RequestBody::Parts(parts) = &operation.body {
        given.extend(parts.iter().filter(|part| part.required).map(part_argument));
    }
    given.extend(fields.iter().map(|field| {
        let (wire, rust_type) = (&field.wire_name, owned_in(&field.rust_type, TYPES));
        quote! { from::<#rust_type>(arguments.property(#wire)) }
    }));
    quote! { client.#accessor().#method(#(#given),*) }
}

/// What stands in the path, and the required part of the query.
fn parameters(operation: &OperationModel) -> Vec<TokenStream> {
    operation.required_params().map(|parameter| argument(&parameter.rust_type, &parameter.name)).collect()
}

/// An expression for a parameter, by its type.
fn argument(rust_type: &RustType, name: &str) -> TokenStream {
    match rust_type {
        RustType::String => quote! { arguments.text(#name).as_str() },
        RustType::List(item) => {
            let item = argument(item, name);
            quote! { &[#item] }
        }
        _ => quote! { from(arguments.value(#name)) },
    }
}
