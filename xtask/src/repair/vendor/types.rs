//! Types that contradict the vendor's examples or the service.

use serde_json::{Value, json};

use crate::{
    document::{Document, schema_reference, walk},
    repair::{NotApplicable, PlaceResult, RepairResult, place},
};

/// `UpdateHeartbeatRequest` requires a property `name` that it does not have; the name of the
/// heartbeat is in the query.
pub fn heartbeat_update_requires_no_name(document: &mut Document) -> PlaceResult {
    let schema = place::schema(document, "UpdateHeartbeatRequest")?;
    let at = "/components/schemas/UpdateHeartbeatRequest/required";
    if schema.get("properties").is_some_and(|properties| properties.get("name").is_some()) {
        return Err(NotApplicable::not_needed(at, "the schema has the property `name`"));
    }
    match schema.get("required") {
        None => return Err(NotApplicable::not_needed(at, "`name` is not required")),
        Some(required) if *required != json!(["name"]) => {
            return Err(NotApplicable::different(at, format!("expected `[\"name\"]` or none, found `{required}`")));
        }
        Some(_) => {}
    }
    schema.remove("required");
    Ok(1)
}

/// `discriminator` on schemas that offer no alternatives, eight of them strings. It means nothing
/// there (OpenAPI 3.0.3, "Discriminator Object": only beside `oneOf`, `anyOf` or `allOf`).
pub fn discriminators_without_alternatives(document: &mut Document) -> PlaceResult {
    let mut removed = 0;
    walk::schemas_mut(document, |_, schema| {
        let Some(schema) = schema.as_object_mut() else { return };
        if !walk::COMBINATORS.iter().any(|keyword| schema.contains_key(*keyword)) && schema.remove("discriminator").is_some()
        {
            removed += 1;
        }
    });
    if removed > 0 {
        return Ok(removed);
    }
    if document.schemas().next().is_none() {
        return Err(NotApplicable::not_found("/components/schemas", "the document has no schemas"));
    }
    Err(NotApplicable::not_needed("/components/schemas", "no schema has a `discriminator` without alternatives"))
}

/// Maps declared as maps of objects whose examples hold strings, booleans, numbers and lists.
const MAPS: [(&str, &str); 23] = [
    ("AddedActionDto", "fieldMappings"),
    ("AddedActionDto", "typeSpecificProperties"),
    ("CreateIntegrationActionRequest", "fieldMappings"),
    ("CreateIntegrationActionRequest", "typeSpecificProperties"),
    ("CreateIntegrationRequest", "typeSpecificProperties"),
    ("CreateSyncActionRequest", "fieldMappings"),
    ("CreateSyncActionRequest", "properties"),
    ("CreateSyncDto", "properties"),
    ("Integration", "typeSpecificProperties"),
    ("IntegrationAction", "fieldMappings"),
    ("IntegrationAction", "typeSpecificProperties"),
    ("IntegrationResponse", "typeSpecificProperties"),
    ("Sync", "properties"),
    ("SyncAction", "fieldMappings"),
    ("SyncAction", "properties"),
    ("UpdateIntegrationActionRequest", "fieldMappings"),
    ("UpdateIntegrationActionRequest", "typeSpecificProperties"),
    ("UpdateIntegrationRequest", "typeSpecificProperties"),
    ("UpdateSyncActionRequest", "fieldMappings"),
    ("UpdateSyncActionRequest", "properties"),
    ("UpdateSyncDto", "properties"),
    ("UpdatedActionDto", "fieldMappings"),
    ("UpdatedActionDto", "typeSpecificProperties"),
];

/// `typeSpecificProperties`, `fieldMappings` and the `properties` of syncs are declared as maps of
/// objects. Their examples hold `"{{message}}"`, `true`, `[]`: they are maps of anything.
pub fn maps_hold_any_value(document: &mut Document) -> RepairResult {
    place::all(document, &MAPS, |document, (schema, property)| {
        let wrong = json!({"type": "object", "additionalProperties": {"type": "object"}});
        let right = json!({"type": "object", "additionalProperties": {}});
        place::replace(place::property(document, schema, property)?, &wrong, right)
    })
}

/// `ExtraProperties` is declared as a map of strings; its example holds `false`.
pub fn extra_properties_hold_any_value(document: &mut Document) -> PlaceResult {
    let values = place::schema(document, "ExtraProperties")?.get_mut("additionalProperties");
    let at = "/components/schemas/ExtraProperties/additionalProperties".to_owned();
    let values = values.ok_or_else(|| NotApplicable::not_found(&at, "`ExtraProperties` is not a map"))?;
    place::replace((at, values), &json!({"type": "string"}), json!({}))
}

/// `SuccessResponse.took`, the seconds that a request took, is declared `integer`; its example is
/// `0.195`. The schema is the receipt of every asynchronous write to an alert, so a client that
/// follows the document fails on all of them.
pub fn took_is_fractional(document: &mut Document) -> PlaceResult {
    let wrong = json!({"type": "integer", "format": "int32"});
    place::replace(
        place::property(document, "SuccessResponse", "took")?,
        &wrong,
        json!({"type": "number", "format": "double"}),
    )
}

/// `from` and `to` of the search for alerts are declared as 32-bit integers. They are milliseconds
/// since 1970 (seen in a call of the live service), which do not fit into 32 bits.
pub fn alert_search_times_are_milliseconds(document: &mut Document) -> RepairResult {
    place::all(document, &["from", "to"], |document, name| {
        let schema = place::parameter(document, ("get", "/v1/alerts"), ("query", name))?;
        place::replace(schema, &json!({"type": "integer", "format": "int32"}), json!({"type": "integer", "format": "int64"}))
    })
}

/// A boolean that is also sent as the string `"true"` or `"false"`. [`crate::types`] reads the
/// mark.
fn boolean_or_text() -> Value {
    json!({"type": "boolean", "x-jsm-lenient": "boolean"})
}

/// `Heartbeat.enabled` is declared `boolean`; its example is the string `"true"`.
pub fn heartbeat_enabled_may_be_text(document: &mut Document) -> PlaceResult {
    place::replace(place::property(document, "Heartbeat", "enabled")?, &json!({"type": "boolean"}), boolean_or_text())
}

/// `RoutingRuleResponse.isDefault` is declared `boolean`; its example is the string `"true"`.
pub fn routing_rule_default_may_be_text(document: &mut Document) -> PlaceResult {
    place::replace(
        place::property(document, "RoutingRuleResponse", "isDefault")?,
        &json!({"type": "boolean"}),
        boolean_or_text(),
    )
}

/// Marks a property that may be `null`.
fn nullable((at, value): (String, &mut Value)) -> PlaceResult {
    if let Some(found) = value.get("nullable") {
        let at = format!("{at}/nullable");
        return Err(match found {
            Value::Bool(true) => NotApplicable::not_needed(at, "the property may be null"),
            _ => NotApplicable::different(at, format!("expected `true` or none, found `{found}`")),
        });
    }
    let Some(schema) = value.as_object_mut() else { return Err(NotApplicable::not_found(at, "expected a schema")) };
    schema.insert("nullable".to_owned(), Value::Bool(true));
    Ok(1)
}

/// `TimelineRotation.order` is declared `number`; the example of a timeline has `null` for two of
/// its rotations.
pub fn rotation_order_may_be_null(document: &mut Document) -> PlaceResult {
    nullable(place::property(document, "TimelineRotation", "order")?)
}

/// `FilterDto.conditions` is declared an array; the examples of sync actions have `null` where a
/// filter matches everything.
pub fn sync_conditions_may_be_null(document: &mut Document) -> PlaceResult {
    nullable(place::property(document, "FilterDto", "conditions")?)
}

/// Changing an action of an integration is declared to return the integration. Its example is the
/// action, with the direction, filter and field mappings that an integration does not have; reading
/// the action is declared right.
pub fn integration_action_update_returns_the_action(document: &mut Document) -> PlaceResult {
    let response = place::response(document, "patch", "/v1/integrations/{integrationId}/actions/{id}", "200")?;
    place::replace(response, &schema_reference("Integration"), schema_reference("IntegrationAction"))
}

/// Creating and changing an action group of a sync are declared to return an outline and a single
/// action. Both examples are the group with its actions, as reading it is declared.
pub fn sync_group_writes_return_the_group(document: &mut Document) -> RepairResult {
    let writes = [
        ("post", "/v1/syncs/{syncId}/action-groups", "SyncActionGroupMetadataDto"),
        ("patch", "/v1/syncs/{syncId}/action-groups/{id}", "SyncAction"),
    ];
    place::all(document, &writes, |document, (method, path, wrong)| {
        let response = place::response(document, method, path, "200")?;
        place::replace(response, &schema_reference(wrong), schema_reference("SyncActionGroup"))
    })
}

/// Calendars are declared as objects without properties. Their media type is `text/calendar`: they
/// are strings.
pub fn calendars_are_text(document: &mut Document) -> RepairResult {
    let paths = ["/v1/schedules/{scheduleId}.ics", "/v1/schedules/on-calls/{userIdentifier}.ics"];
    place::all(document, &paths, |document, path| {
        let calendar = place::content(document, ("get", path), "200", "text/calendar")?;
        place::replace(calendar, &json!({"type": "object"}), json!({"type": "string"}))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::tests::check;

    /// A document with one schema that has one property.
    fn property(schema: &str, property: &str, value: Value) -> Value {
        json!({"components": {"schemas": {schema: {"properties": {property: value}}}}})
    }

    /// A document with operations that return a schema.
    fn responses(responses: &[(&str, &str, &str)]) -> Value {
        let mut paths = json!({});
        for (method, path, schema) in responses {
            paths[*path][*method] =
                json!({"responses": {"200": {"content": {"application/json": {"schema": schema_reference(schema)}}}}});
        }
        json!({ "paths": paths })
    }

    #[test]
    fn the_heartbeat_update_requires_no_name() {
        let schema = |schema| json!({"components": {"schemas": {"UpdateHeartbeatRequest": schema}}});
        check(
            heartbeat_update_requires_no_name,
            schema(json!({"required": ["name"], "properties": {"enabled": {}}})),
            schema(json!({"properties": {"enabled": {}}})),
        );
    }

    #[test]
    fn a_discriminator_without_alternatives_goes_and_one_beside_them_stays() {
        let schemas = |text: Value| {
            json!({"components": {"schemas": {
                "A": {"properties": {"type": text}},
                "B": {"oneOf": [{}], "discriminator": {"propertyName": "type"}}
            }}})
        };
        check(
            discriminators_without_alternatives,
            schemas(json!({"type": "string", "discriminator": {"propertyName": "type"}})),
            schemas(json!({"type": "string"})),
        );
    }

    #[test]
    fn each_map_is_a_place_of_its_own() {
        let maps = |values: Value| {
            let mut document = json!({"components": {"schemas": {}}});
            for (schema, property) in MAPS {
                document["components"]["schemas"][schema]["properties"][property] =
                    json!({"type": "object", "additionalProperties": values});
            }
            document
        };
        check(maps_hold_any_value, maps(json!({"type": "object"})), maps(json!({})));
        let mut one_is_right = Document::new(maps(json!({"type": "object"})));
        one_is_right.root_mut()["components"]["schemas"]["SyncAction"]["properties"]["properties"] =
            json!({"type": "object"});
        assert!(!maps_hold_any_value(&mut one_is_right).is_complete());
        let left = &one_is_right.root()["components"]["schemas"];
        assert_eq!(left["SyncAction"]["properties"]["properties"], json!({"type": "object"}), "another value is left");
        assert_eq!(left["Sync"]["properties"]["properties"], json!({"type": "object", "additionalProperties": {}}));
    }

    #[test]
    fn extra_properties_hold_any_value_after_the_repair() {
        let schema =
            |values: Value| json!({"components": {"schemas": {"ExtraProperties": {"additionalProperties": values}}}});
        check(extra_properties_hold_any_value, schema(json!({"type": "string"})), schema(json!({})));
    }

    #[test]
    fn took_becomes_a_number() {
        check(
            took_is_fractional,
            property("SuccessResponse", "took", json!({"type": "integer", "format": "int32"})),
            property("SuccessResponse", "took", json!({"type": "number", "format": "double"})),
        );
    }

    #[test]
    fn times_of_a_search_have_64_bits() {
        let search = |format: &str| {
            let time = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "integer", "format": format}});
            json!({"paths": {"/v1/alerts": {"get": {"parameters": [time("from"), {"name": "to", "in": "header"}, time("to")]}}}})
        };
        check(alert_search_times_are_milliseconds, search("int32"), search("int64"));
    }

    #[test]
    fn booleans_that_come_as_text_are_marked() {
        let marked = json!({"type": "boolean", "x-jsm-lenient": "boolean"});
        check(
            heartbeat_enabled_may_be_text,
            property("Heartbeat", "enabled", json!({"type": "boolean"})),
            property("Heartbeat", "enabled", marked.clone()),
        );
        check(
            routing_rule_default_may_be_text,
            property("RoutingRuleResponse", "isDefault", json!({"type": "boolean"})),
            property("RoutingRuleResponse", "isDefault", marked),
        );
    }

    #[test]
    fn nulls_are_allowed_where_examples_have_them() {
        check(
            rotation_order_may_be_null,
            property("TimelineRotation", "order", json!({"type": "number"})),
            property("TimelineRotation", "order", json!({"type": "number", "nullable": true})),
        );
        check(
            sync_conditions_may_be_null,
            property("FilterDto", "conditions", json!({"type": "array"})),
            property("FilterDto", "conditions", json!({"type": "array", "nullable": true})),
        );
    }

    #[test]
    fn writes_return_what_their_examples_show() {
        let action = |schema| responses(&[("patch", "/v1/integrations/{integrationId}/actions/{id}", schema)]);
        check(integration_action_update_returns_the_action, action("Integration"), action("IntegrationAction"));
        let groups = |created, changed| {
            responses(&[
                ("post", "/v1/syncs/{syncId}/action-groups", created),
                ("patch", "/v1/syncs/{syncId}/action-groups/{id}", changed),
            ])
        };
        check(
            sync_group_writes_return_the_group,
            groups("SyncActionGroupMetadataDto", "SyncAction"),
            groups("SyncActionGroup", "SyncActionGroup"),
        );
    }

    #[test]
    fn calendars_become_strings() {
        let calendars = |kind: &str| {
            let content = json!({"text/calendar": {"schema": {"type": kind}}});
            let item = json!({"get": {"responses": {"200": {"content": content}}}});
            let paths = ["/v1/schedules/{scheduleId}.ics", "/v1/schedules/on-calls/{userIdentifier}.ics"];
            json!({"paths": paths.map(|path| (path.to_owned(), item.clone())).into_iter().collect::<serde_json::Map<_, _>>()})
        };
        check(calendars_are_text, calendars("object"), calendars("string"));
    }
}
