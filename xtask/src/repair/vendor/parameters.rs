//! Path parameters whose declaration and template disagree.
//!
//! The template is always right: it is the URL, and the other operations on the path agree with it.

use serde_json::json;

use crate::{
    document::Document,
    repair::{
        PlaceResult, RepairResult,
        place::{self, declare_path_parameter, drop_path_parameter, rename_path_parameter},
    },
};

const ALERT_FILTER: &str = "/v1/integrations/{integrationId}/outgoing/alert-filter/main";
const INTEGRATION_ACTIONS: &str = "/v1/integrations/{integrationId}/actions";
const EXTRA_PROPERTIES: &str = "/v1/alerts/{id}/extra-properties";
const TAGS: &str = "/v1/alerts/{id}/tags";
const SYNC_ACTIONS: &str = "/v1/syncs/{syncId}/actions";
const SYNC_ACTION_GROUP: &str = "/v1/syncs/{syncId}/action-groups/{id}";
const POLICY_ORDER: &str = "/v1/alerts/policies/{policyId}/change-order";
const TEAM_POLICIES: &str = "/v1/teams/{teamId}/policies";
const TEAM_ROLES: &str = "/v1/teams/{teamId}/roles";
const TEAM_ROLE: &str = "/v1/teams/{teamId}/roles/{identifier}";
const TEAM_REQUEST: &str = "/v1/teams/{teamId}/requests/{requestId}";

/// Reading the outgoing alert filter declares `id` for `{integrationId}`.
pub fn alert_filter_parameter(document: &mut Document) -> PlaceResult {
    rename_path_parameter(document, "get", ALERT_FILTER, "id", "integrationId")
}

/// Changing the outgoing alert filter declares no `integrationId`.
pub fn update_alert_filter_parameter(document: &mut Document) -> PlaceResult {
    declare_path_parameter(document, "patch", ALERT_FILTER, "integrationId")
}

/// Listing the actions of an integration declares no `integrationId`; creating one does.
pub fn integration_actions_parameter(document: &mut Document) -> PlaceResult {
    declare_path_parameter(document, "get", INTEGRATION_ACTIONS, "integrationId")
}

/// Removing extra properties of an alert declares `alertId` for `{id}`; adding them declares `id`.
pub fn extra_properties_parameter(document: &mut Document) -> PlaceResult {
    rename_path_parameter(document, "delete", EXTRA_PROPERTIES, "alertId", "id")
}

/// Removing tags of an alert declares `alertId` for `{id}`; adding them declares `id`.
pub fn tags_parameter(document: &mut Document) -> PlaceResult {
    rename_path_parameter(document, "delete", TAGS, "alertId", "id")
}

/// Listing the actions of a sync declares no `syncId`; creating one does.
pub fn sync_actions_parameter(document: &mut Document) -> PlaceResult {
    declare_path_parameter(document, "get", SYNC_ACTIONS, "syncId")
}

/// Reading an action group of a sync declares `actionGroupId` for `{id}`; changing and deleting it
/// declare `id`.
pub fn sync_action_group_parameter(document: &mut Document) -> PlaceResult {
    rename_path_parameter(document, "get", SYNC_ACTION_GROUP, "actionGroupId", "id")
}

/// Changing the order of a global policy declares no `policyId`; its twin for teams does.
pub fn policy_order_parameter(document: &mut Document) -> PlaceResult {
    declare_path_parameter(document, "post", POLICY_ORDER, "policyId")
}

/// Creating a policy of a team declares a `policyId` that its path does not have.
pub fn team_policy_create_parameter(document: &mut Document) -> PlaceResult {
    drop_path_parameter(document, "post", TEAM_POLICIES, "policyId")
}

/// The status of a request about a team declares no `teamId`.
pub fn team_request_parameter(document: &mut Document) -> PlaceResult {
    declare_path_parameter(document, "get", TEAM_REQUEST, "teamId")
}

/// Three operations declare the team as `id` or `name`: those that create, change and delete a role
/// of a team. These are the values of another parameter, the type of the role's identifier. The
/// operations that read roles declare the team as an id.
pub fn role_team_is_an_id(document: &mut Document) -> RepairResult {
    let operations = [("post", TEAM_ROLES), ("patch", TEAM_ROLE), ("delete", TEAM_ROLE)];
    place::all(document, &operations, |document, operation| {
        let wrong = json!({"type": "string", "enum": ["id", "name"]});
        place::replace(place::parameter(document, operation, ("path", "teamId"))?, &wrong, json!({"type": "string"}))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::repair::tests::check;

    /// A document with one operation that declares these path parameters.
    fn declaring(method: &str, path: &str, names: &[&str]) -> Value {
        let parameters: Vec<_> = names
            .iter()
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        json!({"paths": {path: {method: {"parameters": parameters}}}})
    }

    #[test]
    fn each_operation_declares_what_its_template_names() {
        type Case =
            (fn(&mut Document) -> PlaceResult, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);
        let cases: [Case; 10] = [
            (alert_filter_parameter, "get", ALERT_FILTER, &["id"], &["integrationId"]),
            (update_alert_filter_parameter, "patch", ALERT_FILTER, &[], &["integrationId"]),
            (integration_actions_parameter, "get", INTEGRATION_ACTIONS, &[], &["integrationId"]),
            (extra_properties_parameter, "delete", EXTRA_PROPERTIES, &["alertId"], &["id"]),
            (tags_parameter, "delete", TAGS, &["alertId"], &["id"]),
            (sync_actions_parameter, "get", SYNC_ACTIONS, &[], &["syncId"]),
            (sync_action_group_parameter, "get", SYNC_ACTION_GROUP, &["syncId", "actionGroupId"], &["syncId", "id"]),
            (policy_order_parameter, "post", POLICY_ORDER, &[], &["policyId"]),
            (team_policy_create_parameter, "post", TEAM_POLICIES, &["policyId", "teamId"], &["teamId"]),
            (team_request_parameter, "get", TEAM_REQUEST, &["requestId"], &["requestId", "teamId"]),
        ];
        for (repair, method, path, wrong, right) in cases {
            check(repair, declaring(method, path, wrong), declaring(method, path, right));
        }
    }

    #[test]
    fn the_team_of_a_role_is_any_text() {
        let team = |schema: Value| {
            let operation = json!({"parameters": [{"name": "teamId", "in": "path", "schema": schema}]});
            json!({"paths": {TEAM_ROLES: {"post": operation}, TEAM_ROLE: {"patch": operation, "delete": operation}}})
        };
        check(role_team_is_an_id, team(json!({"type": "string", "enum": ["id", "name"]})), team(json!({"type": "string"})));
    }

    #[test]
    fn an_operation_without_a_list_of_parameters_gets_one() {
        let mut document = Document::new(json!({"paths": {POLICY_ORDER: {"post": {}}}}));
        assert_eq!(policy_order_parameter(&mut document), Ok(1));
        assert_eq!(document.root(), &declaring("post", POLICY_ORDER, &["policyId"]));
    }

    #[test]
    fn query_parameters_of_the_same_name_are_left_alone() {
        let mut document = Document::new(
            json!({"paths": {TEAM_POLICIES: {"post": {"parameters": [{"name": "policyId", "in": "query"}]}}}}),
        );
        assert!(team_policy_create_parameter(&mut document).expect_err("rejected").is_not_needed());
    }
}
