//! Schemas that are called like something in generated code: either they are rejected, or the code
//! tells the two apart.

use serde_json::{Value, json};
use syn::{Fields, Item};

use crate::support::{
    cli,
    directory::{Crate, files},
    document::{TempFile, at, changed, reference},
};

/// The items of a file that is generated from a changed document; `None` where the document is
/// rejected with this place.
fn items(file: &str, place: &str, change: impl FnOnce(&mut Value)) -> Option<Vec<Item>> {
    let spec = TempFile::new("document.json", &changed(change));
    let generated = Crate::new();
    let ran = cli::regen(spec.path(), generated.path());
    if ran.code == Some(1) {
        ran.failed(&["1 problem\n", place]);
        return None;
    }
    ran.succeeded();
    let code = files(generated.path()).remove(file).expect("the file is written");
    Some(syn::parse_file(std::str::from_utf8(&code).expect("code is text")).expect("the code is Rust").items)
}

/// Every union has a variant `Unknown` for what no alternative claims.
#[test]
fn a_union_with_an_alternative_called_unknown_has_no_variant_twice() {
    let items = items("src/types/alerts.rs", "#/components/schemas/", |root| {
        at(root, "/components/schemas")["Unknown"] = json!({"type": "object", "properties": {"id": {"type": "string"}}});
        *at(root, "/components/schemas/AlertNote/properties/owner") =
            json!({"oneOf": [reference("Unknown"), {"type": "string"}]});
    });
    let unions = items.into_iter().flatten().filter_map(|item| match item {
        Item::Enum(item) => Some(item),
        _ => None,
    });
    for union in unions {
        let mut variants: Vec<String> = union.variants.iter().map(|variant| variant.ident.to_string()).collect();
        variants.sort();
        let mut once = variants.clone();
        once.dedup();
        assert_eq!(variants, once, "the variants of {}", union.ident);
    }
}

/// Fields that hold a date of chrono have a decoder for dates; a schema of the same name is no
/// date.
#[test]
fn a_schema_called_date_time_is_not_decoded_as_a_date() {
    let items = items("src/types/alerts.rs", "#/components/schemas/", |root| {
        at(root, "/components/schemas")["DateTime"] = json!({"type": "object", "properties": {"day": {"type": "string"}}});
        at(root, "/components/schemas/AlertNote/properties")["moment"] = reference("DateTime");
    });
    let fields = items.into_iter().flatten().filter_map(|item| match item {
        Item::Struct(item) if item.ident == "AlertNote" => Some(item.fields),
        _ => None,
    });
    for field in fields
        .flat_map(|fields| if let Fields::Named(fields) = fields { fields.named } else { panic!("AlertNote has fields") })
    {
        let attributes = field.attrs.iter().map(|attribute| quote::quote!(#attribute).to_string()).collect::<String>();
        assert!(field.ident.is_none_or(|name| name != "moment") || !attributes.contains("decode::date"), "{attributes}");
    }
}

/// `gen` is a keyword of edition 2024, in which the crate is written.
#[test]
fn keywords_of_the_edition_are_not_names() {
    let items = items("src/types/alerts.rs", "never rejected", |root| {
        at(root, "/components/schemas/AlertNote/properties")["gen"] = json!({"type": "string"});
        let parameters = at(root, "/paths/~1api~1{cloudId}~1v1~1alerts/get/parameters");
        let parameter = json!({"name": "gen", "in": "query", "schema": {"type": "string"}});
        parameters.as_array_mut().expect("a list").push(parameter);
    });
    let items = items.expect("the document is accepted");
    let code = items.iter().map(|item| quote::quote!(#item).to_string()).collect::<String>();
    assert!(code.contains("pub gen_ :") && !code.contains("gen :"), "{code}");
}
