//! Vendor wrong: the document contradicts itself, its own examples, or the service.
//!
//! "Example" below is the vendor's own example beside the schema in the published document.
//! "Service" means that the live service was seen to do it.

mod fields;
mod parameters;
mod types;
mod unions;
mod urls;

use fields::{
    audit_logs_have_a_summary, integrations_have_a_description, next_on_calls_are_nested, role_assignment_returns_a_receipt,
    syncs_have_type_specific_properties,
};
use parameters::{
    alert_filter_parameter, extra_properties_parameter, integration_actions_parameter, policy_order_parameter,
    role_team_is_an_id, sync_action_group_parameter, sync_actions_parameter, tags_parameter, team_policy_create_parameter,
    team_request_parameter, update_alert_filter_parameter,
};
use types::{
    alert_search_times_are_milliseconds, calendars_are_text, discriminators_without_alternatives,
    extra_properties_hold_any_value, heartbeat_enabled_may_be_text, heartbeat_update_requires_no_name,
    integration_action_update_returns_the_action, maps_hold_any_value, rotation_order_may_be_null,
    routing_rule_default_may_be_text, sync_conditions_may_be_null, sync_group_writes_return_the_group, took_is_fractional,
};
use unions::{
    action_groups_may_be_a_bare_list, added_note_may_be_a_receipt, escalation_delay_has_two_forms,
    on_call_participants_may_be_ids, on_call_responses_are_any_of_two, team_policies_say_their_type,
    team_policy_page_is_one_page, time_restrictions_say_their_type,
};
use urls::{drop_stray_server, production_oauth_hosts};

use super::{Repair, RepairKind, repairs};

/// Repairs of URLs, applied before the URLs are rewritten.
pub const URL_REPAIRS: &[Repair] =
    repairs![RepairKind::Vendor; "vendor/urls.rs": drop_stray_server, production_oauth_hosts;];

/// All other repairs of what the vendor has wrong.
pub const REPAIRS: &[Repair] = repairs![RepairKind::Vendor;
    "vendor/parameters.rs":
        alert_filter_parameter,
        update_alert_filter_parameter,
        integration_actions_parameter,
        extra_properties_parameter,
        tags_parameter,
        sync_actions_parameter,
        sync_action_group_parameter,
        policy_order_parameter,
        team_policy_create_parameter,
        team_request_parameter,
        role_team_is_an_id;
    "vendor/types.rs":
        heartbeat_update_requires_no_name,
        discriminators_without_alternatives,
        maps_hold_any_value,
        extra_properties_hold_any_value,
        took_is_fractional,
        alert_search_times_are_milliseconds,
        calendars_are_text,
        heartbeat_enabled_may_be_text,
        routing_rule_default_may_be_text,
        rotation_order_may_be_null,
        sync_conditions_may_be_null,
        integration_action_update_returns_the_action,
        sync_group_writes_return_the_group;
    "vendor/fields.rs":
        audit_logs_have_a_summary,
        integrations_have_a_description,
        syncs_have_type_specific_properties,
        next_on_calls_are_nested,
        role_assignment_returns_a_receipt;
    "vendor/unions.rs":
        action_groups_may_be_a_bare_list,
        added_note_may_be_a_receipt,
        escalation_delay_has_two_forms,
        on_call_participants_may_be_ids,
        on_call_responses_are_any_of_two,
        time_restrictions_say_their_type,
        team_policies_say_their_type,
        team_policy_page_is_one_page;
];
