//! Fields that the vendor's examples have and its schemas lack. A decoder silently drops unknown
//! fields.

use serde_json::{Value, json};

use crate::{
    document::{Document, schema_reference},
    repair::{PlaceResult, RepairResult, place},
};

/// An entry of the audit log has a `summary` in both examples; the schema has a `message` that
/// neither example has. Both are read.
pub fn audit_logs_have_a_summary(document: &mut Document) -> PlaceResult {
    place::add_property(document, "AuditLogResponse", "summary", json!({"type": "string"}))
}

/// The examples of an integration have a `description`, in requests and responses.
pub fn integrations_have_a_description(document: &mut Document) -> PlaceResult {
    place::add_property(document, "Integration", "description", json!({"type": "string"}))
}

/// Syncs and their actions are declared with `properties`. In all example responses they have
/// `typeSpecificProperties` in its place, as integrations have in examples and schema; a sync has a
/// `description` too.
pub fn syncs_have_type_specific_properties(document: &mut Document) -> RepairResult {
    let map = || json!({"type": "object", "additionalProperties": {}});
    let fields = [
        ("Sync", "typeSpecificProperties", map as fn() -> Value),
        ("Sync", "description", || json!({"type": "string"})),
        ("SyncAction", "typeSpecificProperties", map),
    ];
    place::all(document, &fields, |document, (schema, name, value)| place::add_property(document, schema, name, value()))
}

/// The next participants on call are under `nextOnCallParticipants`. The example nests them like
/// those on call now; the schema does not.
pub fn next_on_calls_are_nested(document: &mut Document) -> PlaceResult {
    let list = json!({"type": "array", "items": schema_reference("OnCallParticipant")});
    place::add_property(document, "OnCallParticipant", "nextOnCallParticipants", list)
}

/// Assigning a role to a user is declared to return a page of roles. The example has `message` and
/// `data`, as the responses of creating and changing a role do.
pub fn role_assignment_returns_a_receipt(document: &mut Document) -> PlaceResult {
    let response = place::response(document, "post", "/v1/roles/assign", "200")?;
    place::replace(
        response,
        &schema_reference("CustomRolesPaginatedResponse"),
        schema_reference("CustomUserRoleSuccessResponse"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::tests::check;

    /// A document of schemas with these properties.
    fn schemas(schemas: &[(&str, Value)]) -> Value {
        let schemas = schemas.iter().map(|(name, properties)| ((*name).to_owned(), json!({ "properties": properties })));
        json!({"components": {"schemas": schemas.collect::<serde_json::Map<_, _>>()}})
    }

    #[test]
    fn fields_of_examples_are_added() {
        let text = json!({"type": "string"});
        check(
            audit_logs_have_a_summary,
            schemas(&[("AuditLogResponse", json!({}))]),
            schemas(&[("AuditLogResponse", json!({"summary": text}))]),
        );
        check(
            integrations_have_a_description,
            schemas(&[("Integration", json!({}))]),
            schemas(&[("Integration", json!({"description": text}))]),
        );
        let map = json!({"type": "object", "additionalProperties": {}});
        check(
            syncs_have_type_specific_properties,
            schemas(&[("Sync", json!({})), ("SyncAction", json!({}))]),
            schemas(&[
                ("Sync", json!({"typeSpecificProperties": map, "description": text})),
                ("SyncAction", json!({"typeSpecificProperties": map})),
            ]),
        );
        let list = json!({"type": "array", "items": schema_reference("OnCallParticipant")});
        check(
            next_on_calls_are_nested,
            schemas(&[("OnCallParticipant", json!({}))]),
            schemas(&[("OnCallParticipant", json!({"nextOnCallParticipants": list}))]),
        );
    }

    #[test]
    fn assigning_a_role_returns_its_receipt() {
        let operation = |schema: &str| {
            let content = json!({"application/json": {"schema": schema_reference(schema)}});
            json!({"paths": {"/v1/roles/assign": {"post": {"responses": {"200": {"content": content}}}}}})
        };
        check(
            role_assignment_returns_a_receipt,
            operation("CustomRolesPaginatedResponse"),
            operation("CustomUserRoleSuccessResponse"),
        );
    }
}
