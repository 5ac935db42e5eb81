//! Alternatives that the document lacks, or does not distinguish.

use serde_json::{Value, json};

use crate::{
    document::{Document, Pointer, schema_reference},
    repair::{NotApplicable, PlaceResult, RepairResult, place},
};

/// `GET /v1/syncs/{syncId}/action-groups` is declared to return an object; its example is a bare
/// list. Both are read.
pub fn action_groups_may_be_a_bare_list(document: &mut Document) -> PlaceResult {
    let response = place::response(document, "get", "/v1/syncs/{syncId}/action-groups", "200")?;
    let list = json!({"type": "array", "items": schema_reference("SyncActionGroup")});
    place::replace(response, &schema_reference("SyncActions"), json!({"oneOf": [list, schema_reference("SyncActions")]}))
}

/// `POST /v1/alerts/{id}/notes` is declared to return the note. One published client reads a note,
/// another the receipt that all other writes to alerts return. Both are read.
pub fn added_note_may_be_a_receipt(document: &mut Document) -> PlaceResult {
    let response = place::response(document, "post", "/v1/alerts/{id}/notes", "200")?;
    let [note, receipt] = ["AlertNote", "SuccessResponse"].map(schema_reference);
    place::replace(response, &note, json!({"anyOf": [note, receipt]}))
}

/// The `delay` of an escalation rule is declared an integer, in minutes, and Atlassian's Terraform
/// provider reads it so. Another published client reads an object with `timeAmount` and `timeUnit`.
/// Both are read.
pub fn escalation_delay_has_two_forms(document: &mut Document) -> PlaceResult {
    let wrong = json!({"type": "integer", "format": "int64", "minimum": 1});
    let object = json!({"type": "object", "properties": {"timeAmount": {"type": "number"}, "timeUnit": {"type": "string"}}});
    let minutes = json!({"type": "integer", "format": "int64"});
    place::replace(
        place::property(document, "EscalationRuleResponse", "delay")?,
        &wrong,
        json!({"oneOf": [minutes, object]}),
    )
}

/// Participants on call are declared as objects. With `flat=true` the service sends ids, under
/// `onCallUsers` says the document, under `onCallParticipants` reads another client. Objects and
/// ids are read under either.
pub fn on_call_participants_may_be_ids(document: &mut Document) -> RepairResult {
    let lists = [("OnCallParticipants", "onCallParticipants"), ("NextOnCallParticipants", "nextOnCallParticipants")];
    place::all(document, &lists, |document, (schema, property)| {
        let participant = schema_reference("OnCallParticipant");
        let wrong = json!({"type": "array", "items": participant});
        let right = json!({"type": "array", "items": {"oneOf": [participant, {"type": "string"}]}});
        place::replace(place::property(document, schema, property)?, &wrong, right)
    })
}

/// The responses with the participants on call are declared as exactly one of two objects. Neither
/// requires its own property or forbids the other's, so every response matches both, and none is
/// valid. They are any of the two.
pub fn on_call_responses_are_any_of_two(document: &mut Document) -> RepairResult {
    place::all(document, &["OnCallResponse", "NextOnCallResponse"], |document, name| {
        let schema = place::schema(document, name)?;
        let at = Pointer::Path(&["components", "schemas", name]).to_string();
        let Some(alternatives) = schema.remove("oneOf") else {
            let has_any_of = schema.contains_key("anyOf");
            return Err(if has_any_of {
                NotApplicable::not_needed(at, "the alternatives are those of `anyOf`")
            } else {
                NotApplicable::different(at, "there is neither `oneOf` nor `anyOf`")
            });
        };
        schema.insert("anyOf".to_owned(), alternatives);
        Ok(1)
    })
}

/// The types that distinguish the two kinds of time restriction. Four schemas say theirs by a
/// `default`, four not at all; the service sends these (Atlassian's Terraform provider, `rotation`
/// and `routing rule`).
const TIME_RESTRICTIONS: [(&str, &str); 8] = [
    ("TimeOfDayTimeRestriction", "time-of-day"),
    ("TimeOfDayTimeRestrictionRequest", "time-of-day"),
    ("NotificationRulesTimeOfDayTimeRestrictionInterval", "time-of-day"),
    ("RoutingRulesTimeOfDayTimeRestrictionInterval", "time-of-day"),
    ("WeekdayTimeRestriction", "weekday-and-time-of-day"),
    ("WeekdayTimeRestrictionRequest", "weekday-and-time-of-day"),
    ("NotificationRulesWeekdayTimeRestrictionInterval", "weekday-and-time-of-day"),
    ("RoutingRulesWeekdayTimeRestrictionInterval", "weekday-and-time-of-day"),
];

/// Time restrictions come in two kinds that their `type` tells apart, but the document declares it
/// as any string.
pub fn time_restrictions_say_their_type(document: &mut Document) -> RepairResult {
    place::all(document, &TIME_RESTRICTIONS, |document, (schema, kind)| one_value(document, schema, kind))
}

/// The policies of a team come in two kinds that their `type` tells apart, but the document
/// declares it as any string. The operation that lists them takes the same two values as its
/// parameter `type`.
pub fn team_policies_say_their_type(document: &mut Document) -> RepairResult {
    let kinds = [("TeamAlertPolicyDto", "alert"), ("TeamNotificationPolicyDto", "notification")];
    place::all(document, &kinds, |document, (schema, kind)| one_value(document, schema, kind))
}

/// Declares that the property `type` of a schema has one value.
fn one_value(document: &mut Document, schema: &str, kind: &str) -> PlaceResult {
    let (at, value) = place::property(document, schema, "type")?;
    if let Some(found) = value.get("enum") {
        let right = json!([kind]);
        return Err(if *found == right {
            NotApplicable::not_needed(at, format!("the value `{kind}` is declared"))
        } else {
            NotApplicable::different(at, format!("expected `{right}` or none, found `{found}`"))
        });
    }
    *value = json!({"type": "string", "enum": [kind]});
    Ok(1)
}

/// Listing the policies of a team is declared to return one of two equal pages: both have `links`
/// and the same five properties under `values`. It is one page.
pub fn team_policy_page_is_one_page(document: &mut Document) -> PlaceResult {
    let pages = ["TeamNotificationPolicyPaginatedResponse", "TeamAlertPolicyPaginatedResponse"];
    let entries = ["NotificationPolicyListResponse", "PolicyListResponse"];
    for pair in [entries, ["TeamNotificationPolicyLinks", "TeamAlertPolicyLinks"]] {
        let [first, second] = pair.map(|name| place::schema(document, name).cloned());
        if first? != second? {
            let at = Pointer::Path(&["components", "schemas", pair[0]]).to_string();
            return Err(NotApplicable::different(at, format!("`{}` and `{}` differ now", pair[0], pair[1])));
        }
    }
    let response = place::response(document, "get", "/v1/teams/{teamId}/policies", "200")?;
    let wrong: Vec<Value> = pages.into_iter().map(schema_reference).collect();
    place::replace(response, &json!({ "oneOf": wrong }), schema_reference(pages[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::tests::check;

    fn property(schema: &str, property: &str, value: Value) -> Value {
        json!({"components": {"schemas": {schema: {"properties": {property: value}}}}})
    }

    fn operation(path: &str, schema: Value) -> Value {
        json!({"paths": {path: {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}}})
    }

    #[test]
    fn action_groups_are_read_as_list_and_as_object() {
        let path = "/v1/syncs/{syncId}/action-groups";
        let list = json!({"type": "array", "items": schema_reference("SyncActionGroup")});
        check(
            action_groups_may_be_a_bare_list,
            operation(path, schema_reference("SyncActions")),
            operation(path, json!({"oneOf": [list, schema_reference("SyncActions")]})),
        );
    }

    #[test]
    fn an_added_note_is_read_as_note_and_as_receipt() {
        let operation = |schema: Value| {
            let content = json!({"application/json": {"schema": schema}});
            json!({"paths": {"/v1/alerts/{id}/notes": {"post": {"responses": {"200": {"content": content}}}}}})
        };
        let [note, receipt] = ["AlertNote", "SuccessResponse"].map(schema_reference);
        check(added_note_may_be_a_receipt, operation(note.clone()), operation(json!({"anyOf": [note, receipt]})));
    }

    #[test]
    fn the_delay_is_read_in_both_forms() {
        check(
            escalation_delay_has_two_forms,
            property("EscalationRuleResponse", "delay", json!({"type": "integer", "format": "int64", "minimum": 1})),
            property(
                "EscalationRuleResponse",
                "delay",
                json!({"oneOf": [
                    {"type": "integer", "format": "int64"},
                    {"type": "object", "properties": {"timeAmount": {"type": "number"}, "timeUnit": {"type": "string"}}}
                ]}),
            ),
        );
    }

    #[test]
    fn participants_are_read_as_objects_and_as_ids() {
        let participants = |items: Value| {
            let list = json!({"type": "array", "items": items});
            json!({"components": {"schemas": {
                "OnCallParticipants": {"properties": {"onCallParticipants": list}},
                "NextOnCallParticipants": {"properties": {"nextOnCallParticipants": list}}
            }}})
        };
        let participant = schema_reference("OnCallParticipant");
        check(
            on_call_participants_may_be_ids,
            participants(participant.clone()),
            participants(json!({"oneOf": [participant, {"type": "string"}]})),
        );
    }

    #[test]
    fn alternatives_that_exclude_nothing_are_any_of_them() {
        let responses = |keyword: &str| {
            let response = json!({"type": "object", keyword: [{}, {}]});
            json!({"components": {"schemas": {"OnCallResponse": response, "NextOnCallResponse": response}}})
        };
        check(on_call_responses_are_any_of_two, responses("oneOf"), responses("anyOf"));
    }

    #[test]
    fn types_that_tell_apart_have_their_value() {
        let typed = |kinds: &[(&str, &str)], declared: bool| {
            let mut document = json!({"components": {"schemas": {}}});
            for (schema, kind) in kinds {
                let value = if declared { json!({"type": "string", "enum": [kind]}) } else { json!({"type": "string"}) };
                document["components"]["schemas"][*schema]["properties"]["type"] = value;
            }
            document
        };
        check(time_restrictions_say_their_type, typed(&TIME_RESTRICTIONS, false), typed(&TIME_RESTRICTIONS, true));
        let policies = [("TeamAlertPolicyDto", "alert"), ("TeamNotificationPolicyDto", "notification")];
        check(team_policies_say_their_type, typed(&policies, false), typed(&policies, true));
    }

    #[test]
    fn the_pages_of_team_policies_become_one() {
        let page = |schema: Value| {
            let mut document = operation("/v1/teams/{teamId}/policies", schema);
            let same = json!({"type": "object"});
            document["components"]["schemas"] = json!({
                "NotificationPolicyListResponse": same, "PolicyListResponse": same,
                "TeamNotificationPolicyLinks": same, "TeamAlertPolicyLinks": same
            });
            document
        };
        let pages = ["TeamNotificationPolicyPaginatedResponse", "TeamAlertPolicyPaginatedResponse"].map(schema_reference);
        check(
            team_policy_page_is_one_page,
            page(json!({"oneOf": pages})),
            page(schema_reference("TeamAlertPolicyPaginatedResponse")),
        );
    }
}
