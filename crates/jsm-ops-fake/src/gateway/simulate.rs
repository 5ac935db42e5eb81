//! The simulation of all operations.

use crate::{
    gateway::{
        access, alert_notes, alert_reads, alert_writes, configuration, document,
        gateway_path::GatewayPath,
        parsed_request::ParsedRequest,
        request_check::{self, InvalidRequest},
        schema_example,
    },
    wire::{endpoint::Endpoint, error_responses::operation_error, request::RecordedRequest, response::FakeResponse},
    world::{fake_state::FakeState, site_data::SiteData},
};

/// Handles a request to the gateway. The flag says whether it was executed.
pub(crate) fn respond(state: &mut FakeState, recorded: &RecordedRequest) -> (FakeResponse, bool) {
    let path = GatewayPath::parse(&recorded.path);
    let found = path.and_then(|path| Some((document::find(&recorded.method, &path)?, path)));
    let Some((operation, path)) = found else { return (operation_error(404, "Not found"), false) };
    let account = match access::authorize(state, recorded, operation, &path) {
        Ok(account) => account,
        Err(error) => return (error, false),
    };
    let request = ParsedRequest::new(operation, &path, recorded, state.now_ms(), account);
    if let Err(invalid) = request_check::check(&request, recorded) {
        let (InvalidRequest::Rejected(reason) | InvalidRequest::Ignored(reason)) = &invalid;
        if matches!(invalid, InvalidRequest::Ignored(_)) {
            state.report_violation(format!("{}: {reason}", operation.name));
        }
        return (operation_error(400, reason), false);
    }
    let set = state.responses.get(&recorded.endpoint).or_else(|| state.responses.get(&Endpoint::Gateway)).cloned();
    let response = set.unwrap_or_else(|| simulate(state.site_data(&path.cloud_id), &request));
    let executed = (200..300).contains(&response.status);
    (response, executed)
}

/// Executes an operation. One without a simulation returns an example of its schema.
fn simulate(site: &mut SiteData, request: &ParsedRequest) -> FakeResponse {
    let simulations = [alert_reads::respond, alert_writes::respond, alert_notes::respond, configuration::respond];
    let response = simulations.iter().find_map(|respond| respond(site, request));
    response.unwrap_or_else(|| schema_example::respond(request.operation))
}
