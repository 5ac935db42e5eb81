//! Schemas: `allOf`, odd names, enums of numbers, open objects.

use serde_json::{Value, json};

use super::generated;
use crate::support::document::{at, reference};

const TYPES: &str = "src/types/alerts.rs";

#[test]
fn a_reference_and_an_object_are_one_struct() {
    let crate_ = generated(|root| {
        let note = at(root, "/components/schemas/AlertNote");
        let mut own = note.take();
        let id = own["properties"].as_object_mut().and_then(|own| own.shift_remove("id")).expect("an id");
        *note = json!({"allOf": [reference("BaseEntity"), own]});
        at(root, "/components/schemas")["BaseEntity"] = json!({"type": "object", "properties": {"id": id}});
    });
    let [before, after] = [&super::committed(), &crate_.files].map(|files| files[TYPES].clone());
    assert!(before == after, "the types of alerts are different");
    crate_.has("src/types/unused.rs", "pub struct BaseEntity");
}

#[test]
fn schemas_with_odd_names_have_types() {
    let crate_ = generated(|root| {
        let odd = ["com.x.Foo", "Page«Alert»", "self", "2Fast", "String", "alert_note"];
        let schemas = at(root, "/components/schemas");
        for name in odd {
            schemas[name] = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        }
        schemas["Word.Plain"] = json!({"type": "string"});
        let properties = at(root, "/components/schemas/AlertNote/properties");
        for (name, reference) in
            [("foo", "com.x.Foo"), ("page", "Page%C2%ABAlert%C2%BB"), ("me", "self"), ("word", "Word.Plain")]
        {
            properties[name] = json!({"$ref": format!("#/components/schemas/{reference}")});
        }
    });
    for code in [
        "pub struct ComXFoo",
        "pub foo: Option<ComXFoo>",
        "pub struct PageAlert",
        "pub page: Option<PageAlert>",
        "pub struct SelfSchema",
        "pub me: Option<SelfSchema>",
        "pub word: Option<String>",
    ] {
        crate_.has(TYPES, code);
    }
    for code in ["pub struct N2fast", "pub struct StringSchema", "pub struct AlertNote2", "pub type WordPlain = String"] {
        crate_.has("src/types/unused.rs", code);
    }
    crate_.says("the schema `Page«Alert»` is called `PageAlert`");
}

#[test]
fn enums_of_numbers_are_numbers() {
    let crate_ = generated(|root| {
        let properties = at(root, "/components/schemas/AlertNote/properties");
        properties["level"] = json!({"type": "integer", "enum": [1, 2]});
        properties["ratio"] = json!({"enum": [0.5, 1.5]});
        properties["on"] = json!({"type": "boolean", "enum": [true]});
        properties["mixed"] = json!({"enum": ["a", 1]});
    });
    for code in ["pub level: Option<i64>", "pub ratio: Option<f64>", "pub on: Option<bool>", "pub mixed: Option<Value>"] {
        crate_.has(TYPES, code);
    }
}

#[test]
fn values_that_come_to_one_name_are_numbered() {
    let crate_ = generated(|root| {
        at(root, "/components/schemas/TimelinePeriod/properties/type")["enum"] = json!(["base", "Base"]);
    });
    crate_.has("src/types/schedules.rs", r#""base" => Self::Base, "Base" => Self::Base2,"#);
    crate_.says("the values `base` and `Base` both have the variant name `Base`; the second one is `Base2`");
}

#[test]
fn properties_keep_their_wire_names_whatever_they_are_called() {
    let crate_ = generated(|root| {
        let properties = at(root, "/components/schemas/AlertNote/properties");
        for name in ["created_at", "1st", "%", "self"] {
            properties[name] = json!({"type": "boolean"});
        }
    });
    for (wire, field) in [("%", "field"), ("1st", "n1st"), ("self", "self_")] {
        let rename = format!("#[serde(rename = \"{wire}\", skip_serializing_if = \"Option::is_none\")]");
        crate_.has(TYPES, &format!("{rename} pub {field}: Option<bool>"));
    }
    crate_.has(TYPES, "pub created_at2: Option<bool>");
    crate_.has(TYPES, "pub created_at: Option<DateTime<Utc>>");
    crate_.says("the property `created_at` is called `created_at2`");
}

#[test]
fn an_open_object_keeps_unknown_fields() {
    let crate_ = generated(|root| at(root, "/components/schemas/AlertNote")["additionalProperties"] = json!(true));
    let doc = "/// Properties that the document does not name, by their wire names.";
    crate_.has(TYPES, &format!("#[serde(flatten)] {doc} pub extra: Map<String, Value>"));
}

#[test]
fn the_order_of_alternatives_changes_nothing() {
    let crate_ =
        generated(|root| at(root, "/components/schemas/OnCallResponse/oneOf").as_array_mut().expect("a list").reverse());
    crate_.is_the_committed_crate();
}

#[test]
fn a_reference_that_may_be_null_is_not_required() {
    let change = |property: Value| {
        generated(move |root| {
            let note = at(root, "/components/schemas/AlertNote");
            note["properties"]["next"] = property;
            note["required"] = json!(["next"]);
            at(root, "/components/schemas")["Nothing"] = json!({"type": "string", "enum": ["a"], "nullable": true});
        })
    };
    change(json!({"allOf": [reference("Links")], "nullable": true})).has(TYPES, "pub next: Option<Links>");
    change(reference("Nothing")).has(TYPES, "pub next: Option<Nothing>");
}
