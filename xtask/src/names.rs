//! Every rule of naming: what things of the document are called in Rust.
//!
//! typify and progenitor have their own rules. [`type_name`] and [`field_name`] follow them,
//! because generated code uses their names. A name must begin with a letter. Values of enums that
//! begin with a digit get an `N`. The preflight reports all other names that do not, with the
//! `checked_` functions.

use heck::{ToPascalCase, ToSnakeCase};

/// The name of the variant for values that the document does not know.
pub const UNKNOWN_VARIANT: &str = "Unknown";

/// The module of the types that several areas use.
pub const SHARED_TYPES_MODULE: &str = "shared";
/// The module of the types that no operation uses.
pub const UNUSED_TYPES_MODULE: &str = "unused";

/// Types that generated code names without a path.
const RESERVED_TYPES: [&str; 1] = ["String"];
/// Variables of progenitor's code that a parameter of the same name would shadow.
const RESERVED_PARAMETERS: [&str; 1] = ["header_map"];
/// A keyword since edition 2024, which `syn` accepts as an identifier.
const EDITION_KEYWORD: &str = "gen";
/// Keys that an area cannot have: other features of the crates, files of the overlay, and functions
/// of the clients, which have one function for each area.
const RESERVED_AREAS: [&str; 26] = [
    "browser",
    "builder",
    "call",
    "clone",
    "cloud-id",
    "conformance",
    "default",
    "deref",
    "fmt",
    "full",
    "glossary",
    "http2",
    "keyring",
    "native-tls",
    "new",
    "rate-limits",
    "rustls",
    "session",
    "shared",
    "simulation",
    "stable",
    "transport",
    "unsorted",
    "unused",
    "unused-types",
    "with-transport",
];
/// The longest key of a new area, in bytes.
const MAX_AREA_KEY: usize = 40;
/// Methods of a call builder, whose names a setter cannot have.
const BUILDER_METHODS: [&str; 5] = ["send", "pages", "items", "body", "with"];

/// Whether a name can be that of a function.
pub fn is_rust_name(name: &str) -> bool {
    name == name.to_snake_case() && is_identifier(name)
}

fn is_identifier(name: &str) -> bool {
    name != EDITION_KEYWORD && syn::parse_str::<syn::Ident>(name).is_ok()
}

/// The name of an operation without an entry in the overlay: its method and all parts of its path,
/// so that it does not depend on other operations. The version `v1` is left out.
pub fn derived_name(method: &str, path: &str) -> String {
    let verb = match method {
        "post" => "create",
        "put" => "replace",
        "patch" => "update",
        other => other,
    };
    let parts = path.split('/').filter(|part| *part != "v1").map(|part| part.replace('{', " by ").replace('}', " "));
    // A path may have any characters.
    let ascii = format!("{verb} {}", parts.collect::<Vec<_>>().join(" "));
    let name = ascii.replace(|character: char| !character.is_ascii_alphanumeric(), " ").to_snake_case();
    if is_rust_name(&name) { name } else { format!("{verb}_operation") }
}

/// The name of the type of a schema, as typify makes it.
pub fn type_name(schema: &str) -> String {
    schema.to_pascal_case()
}

/// The name of the type of a schema; `None` where typify would change it, or generated code cannot
/// use it.
pub fn checked_type_name(schema: &str) -> Option<String> {
    let name = type_name(schema);
    let plain = schema.chars().all(|character| character == '_' || character.is_ascii_alphanumeric());
    (plain && !RESERVED_TYPES.contains(&name.as_str()) && is_identifier(&name)).then_some(name)
}

/// A name for a schema that has the words of `name`, can be that of a type, and is free.
pub fn free_schema_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let words = name.replace(|character: char| !character.is_ascii_alphanumeric(), " ").to_pascal_case();
    let base = match words.as_str() {
        "" => "Schema".to_owned(),
        digit if digit.starts_with(|first: char| first.is_ascii_digit()) => format!("N{digit}"),
        word if checked_type_name(word).is_none() => format!("{word}Schema"),
        word => word.to_owned(),
    };
    let numbered = (2..).map(|number| format!("{base}{number}"));
    let mut candidates = std::iter::once(base.clone()).chain(numbered);
    candidates.find(|candidate| !is_taken(candidate)).unwrap_or_default()
}

/// The name of a parameter or property in Rust, as typify and progenitor make it.
pub fn field_name(wire_name: &str) -> String {
    let snake = snake_name(wire_name);
    if is_identifier(&snake) { snake } else { format!("{snake}_") }
}

/// The name of a property in Rust, without the ending of keywords. `None` if it does not begin with
/// a letter, or has letters that are not ASCII: typify makes another name of these.
pub fn checked_field_name(wire_name: &str) -> Option<String> {
    let snake = snake_name(wire_name);
    (wire_name.is_ascii() && begins_with_letter(&snake)).then_some(snake)
}

/// A name for a property or parameter that has the words of `name`, can be that of a field and of a
/// variable, and is free.
pub fn free_member_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let words = name.replace(|character: char| !character.is_ascii_alphanumeric(), " ").to_snake_case();
    let base = match words.as_str() {
        "" => "field".to_owned(),
        digit if digit.starts_with(|first: char| first.is_ascii_digit()) => format!("n{digit}"),
        word => word.to_owned(),
    };
    let numbered = (2..).map(|number| format!("{base}{number}"));
    let mut candidates = std::iter::once(base.clone()).chain(numbered);
    let is_free = |candidate: &String| !is_taken(candidate) && checked_parameter_name(candidate).as_ref() == Some(candidate);
    candidates.find(is_free).unwrap_or_default()
}

/// The name of a parameter; `None` also where it would shadow a variable of progenitor's code.
pub fn checked_parameter_name(wire_name: &str) -> Option<String> {
    checked_field_name(wire_name).filter(|name| !RESERVED_PARAMETERS.contains(&name.as_str()))
}

fn snake_name(wire_name: &str) -> String {
    let cleaned =
        wire_name.replace('\'', "").replace(|character: char| !(character == '_' || character.is_ascii_alphanumeric()), "-");
    cleaned.to_snake_case()
}

fn begins_with_letter(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The name of the variant for a value of an enum.
pub fn variant_name(value: &str) -> String {
    let spoken = value.replace('+', " plus ").replace('*', " any ");
    let pascal = spoken.replace(|character: char| !character.is_ascii_alphanumeric(), " ").to_pascal_case();
    if pascal.is_empty() {
        "Empty".to_owned()
    } else if !begins_with_letter(&pascal) {
        format!("N{pascal}")
    } else if pascal == "Self" || pascal == UNKNOWN_VARIANT {
        // `Self` is a keyword, and the other one is the variant for unknown values.
        format!("{pascal}Value")
    } else {
        pascal
    }
}

/// The name of the variant of a union for one of its schemas, without the common prefix.
pub fn alternative_name(union: &str, schema: &str) -> String {
    let whole = type_name(schema);
    let short = match whole.strip_prefix(&type_name(union)) {
        Some(rest) if begins_with_letter(rest) => rest.to_owned(),
        _ => whole,
    };
    if short == UNKNOWN_VARIANT { format!("{short}Value") } else { short }
}

/// The name of an unnamed schema in a property of a named one, or in a parameter of an operation.
pub fn inline_name(base: &str, part: &str) -> String {
    format!("{base}{}", part.to_pascal_case())
}

/// The words of a tag of the document as a key, and the key of an area for it: shorter, and not one
/// that means something else. `None` where the tag has no words.
pub fn area_key(tag: &str) -> Option<(String, String)> {
    let ascii = tag.replace(|character: char| !character.is_ascii_alphanumeric(), " ");
    let words = ascii.to_snake_case().replace('_', "-");
    let mut key = words.clone();
    while key.len() > MAX_AREA_KEY {
        match key.rsplit_once('-') {
            Some((shorter, _)) => key.truncate(shorter.len()),
            None => key.truncate(MAX_AREA_KEY),
        }
    }
    if key.starts_with(|first: char| first.is_ascii_digit()) {
        key.insert(0, 'n');
    }
    if RESERVED_AREAS.contains(&key.as_str()) || !is_rust_name(&key.replace('-', "_")) {
        key.push_str("-area");
    }
    (!words.is_empty()).then_some((words, key))
}

/// The heading of an area that the overlay does not describe.
pub fn area_title(key: &str) -> String {
    let words = key.replace('-', " ");
    let mut characters = words.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

/// The name of the module of an area, which is that of its accessor on the client too.
pub fn module_name(area: &str) -> String {
    area.to_snake_case()
}

/// The name of the module of the types that only one area uses, which is that of the area if it is
/// free.
pub fn types_module_name(area: &str) -> String {
    let name = module_name(area);
    if [SHARED_TYPES_MODULE, UNUSED_TYPES_MODULE].contains(&name.as_str()) { format!("{name}_area") } else { name }
}

/// The name of the type of an area's accessor. The ending keeps it apart from the call builders.
pub fn accessor_type_name(area: &str) -> String {
    format!("{}Area", area.to_pascal_case())
}

/// The name of the call builder of an operation.
pub fn builder_name(operation: &str) -> String {
    operation.to_pascal_case()
}

/// The name of the constant of an operation in the table.
pub fn constant_name(operation: &str) -> String {
    operation.to_ascii_uppercase()
}

/// The name of the setter of a field of an object; `new` is taken.
pub fn setter_name(field: &str) -> String {
    if field == "new" { format!("{field}_") } else { field.to_owned() }
}

/// The name of a field of the body as an argument beside the parameters of its operation.
pub fn body_argument_name(field: &str, is_parameter: bool) -> String {
    if is_parameter { format!("body_{field}") } else { field.to_owned() }
}

/// The name of the setter of a query parameter on a call builder.
pub fn query_setter_name(parameter: &str) -> String {
    if is_builder_method(parameter) { with_ending(parameter, "parameter") } else { parameter.to_owned() }
}

/// The name of the setter of a field of the body on a call builder, whose query parameters come
/// first.
pub fn body_setter_name(field: &str, is_query_setter: bool) -> String {
    if is_query_setter || is_builder_method(field) { with_ending(field, "field") } else { field.to_owned() }
}

/// A name with a further word, which replaces the ending of a keyword.
fn with_ending(name: &str, ending: &str) -> String {
    format!("{}_{ending}", name.trim_end_matches('_'))
}

fn is_builder_method(name: &str) -> bool {
    BUILDER_METHODS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_names_come_from_method_and_path() {
        assert_eq!(derived_name("get", "/v1/teams/{teamId}/on-calls"), "get_teams_by_team_id_on_calls");
        assert_eq!(derived_name("get", "/v1/x1/schedules/{scheduleId}.ics"), "get_x1_schedules_by_schedule_id_ics");
        assert_eq!(derived_name("patch", "/v1/alerts/{id}"), "update_alerts_by_id");
        assert_eq!(derived_name("get", "/"), "get");
        assert_eq!(derived_name("delete", "/{x}"), "delete_by_x");
        assert_eq!(derived_name("get", "/é"), "get");
    }

    #[test]
    fn field_names_follow_typify() {
        for (wire_name, name) in [
            ("createdAt", "created_at"),
            ("type", "type_"),
            ("self", "self_"),
            ("gen", "gen_"),
            ("Gen", "gen_"),
            ("a-b", "a_b"),
            ("alert's", "alerts"),
            ("@type", "type_"),
        ] {
            assert_eq!(field_name(wire_name), name, "{wire_name}");
        }
    }

    #[test]
    fn a_name_begins_with_a_letter() {
        assert_eq!(variant_name("24h"), "N24h");
        for name in ["1", "24h", "", "_", "é", "été"] {
            assert_eq!(checked_field_name(name), None, "{name}");
            assert_eq!(checked_parameter_name(name), None, "{name}");
        }
        assert_eq!(checked_type_name("24h"), None);
        assert_eq!(alternative_name("On", "On2Calls"), "On2Calls");
    }

    #[test]
    fn reserved_names_are_not_used() {
        assert_eq!(checked_parameter_name("header_map"), None);
        assert_eq!(checked_field_name("header_map").as_deref(), Some("header_map"));
        assert_eq!(checked_type_name("String"), None);
        assert_eq!([variant_name("self"), variant_name("unknown")], ["SelfValue", "UnknownValue"]);
        assert_eq!(alternative_name("Delay", "DelayUnknown"), "UnknownValue");
        assert_eq!([setter_name("new"), setter_name("tags")], ["new_", "tags"]);
        assert_eq!([query_setter_name("items"), query_setter_name("size")], ["items_parameter", "size"]);
        assert_eq!([body_setter_name("with", false), body_setter_name("size", true)], ["with_field", "size_field"]);
        assert_eq!([body_setter_name("self_", true), body_setter_name("gen_", false)], ["self_field", "gen_"]);
        assert!(!is_rust_name("gen") && is_rust_name("generate"));
        assert_eq!(derived_name("get", "/{x}"), "get_by_x");
        assert_eq!([body_argument_name("id", true), body_argument_name("note", false)], ["body_id", "note"]);
    }

    #[test]
    fn areas_have_modules_and_accessors() {
        assert_eq!(module_name("audit-logs"), "audit_logs");
        assert_eq!(types_module_name("audit-logs"), "audit_logs");
        assert_eq!(accessor_type_name("audit-logs"), "AuditLogsArea");
    }

    #[test]
    fn keys_of_areas_come_from_tags() {
        for (tag, key) in [
            ("Services", "services"),
            ("Stakeholder User management", "stakeholder-user-management"),
            ("OnCall/Shifts", "on-call-shifts"),
            ("24h desk", "n24h-desk"),
            ("Type", "type-area"),
            ("Full", "full-area"),
            ("Unused types", "unused-types-area"),
        ] {
            let (_, found) = area_key(tag).expect("a key");
            assert_eq!(found, key, "{tag}");
            assert!(is_rust_name(&module_name(key)), "{key}");
        }
        assert_eq!(area_key(" ★ "), None);
        let (words, key) = area_key(&"x".repeat(99)).expect("a key");
        assert_eq!((words.len(), key.len()), (99, MAX_AREA_KEY));
        assert_eq!(area_title("service-catalog"), "Service catalog");
    }

    #[test]
    fn unnamed_schemas_are_named_after_their_place() {
        assert_eq!(inline_name("Alert", "sort-by"), "AlertSortBy");
        assert_eq!([builder_name("list_alerts"), constant_name("list_alerts")], ["ListAlerts", "LIST_ALERTS"]);
    }
}
