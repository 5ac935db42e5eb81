//! The calls: one file per area, with an accessor and one builder per operation.

pub mod builder;
mod docs;
pub mod pages;

use std::collections::BTreeMap;

use heck::{ToPascalCase, ToSnakeCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use self::builder::Builder;
use crate::{
    adapt::{
        Adapted,
        calls::{Body, Call},
    },
    overlay::{Area, Overlay},
};

/// A group of operations that belong together.
pub struct AreaCalls<'a> {
    /// The key, which is the name of its feature.
    pub key: &'a str,
    /// The name of its module, which is that of its accessor too.
    pub module: String,
    /// What the overlay says of it; `None` for operations that nobody has sorted in yet.
    pub area: Option<&'a Area>,
    /// Its operations, ordered by path and method.
    pub calls: Vec<&'a Call>,
}

impl AreaCalls<'_> {
    /// Whether Atlassian marks all of it as experimental.
    pub fn is_experimental(&self) -> bool {
        self.calls.iter().all(|call| call.experimental)
    }

    /// The heading.
    pub fn title(&self) -> &str {
        self.area.map_or("Unsorted", |area| area.title.as_str())
    }
}

/// All areas that have operations, ordered by their keys.
pub fn group<'a>(adapted: &'a Adapted, overlay: &'a Overlay) -> Vec<AreaCalls<'a>> {
    let mut by_area: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in &adapted.calls {
        by_area.entry(&call.area).or_default().push(call);
    }
    let areas = by_area.into_iter().map(|(key, calls)| AreaCalls {
        key,
        module: key.to_snake_case(),
        area: overlay.area(key),
        calls,
    });
    areas.collect()
}

/// The file of an area.
pub fn file(area: &AreaCalls<'_>, adapted: &Adapted, overlay: &Overlay) -> Result<syn::File, syn::Error> {
    let accessor = format_ident!("{}", accessor_name(area));
    let module_docs = docs::area(area);
    let accessor_doc = format!(" The operations of the area, from [`Client::{}`].", area.module);
    let builders = area.calls.iter().map(|call| Builder::new(call, adapted, overlay));
    let (mut methods, mut types) = (Vec::new(), Vec::new());
    for builder in builders {
        methods.push(builder.constructors());
        types.push(builder.definition());
    }
    let sends_json = area.calls.iter().any(|call| matches!(call.body, Body::Json { .. }));
    let json_body = sends_json.then(|| quote! { , json_body });
    let tokens: TokenStream = quote! {
        #(#![doc = #module_docs])*

        use jsm_ops_core::{Body, Call, Error #json_body};

        use crate::{Client, operations as table};

        #[doc = #accessor_doc]
        #[derive(Clone, Copy, Debug)]
        pub struct #accessor<'a> {
            client: &'a Client,
        }

        impl<'a> #accessor<'a> {
            pub(crate) fn new(client: &'a Client) -> Self {
                Self { client }
            }

            #(#methods)*
        }

        #(#types)*
    };
    syn::parse2(tokens)
}

/// The name of the accessor of an area. The word keeps it apart from the builders.
pub fn accessor_name(area: &AreaCalls<'_>) -> String {
    format!("{}Area", area.key.to_pascal_case())
}
