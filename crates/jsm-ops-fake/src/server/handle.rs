//! The handling of one request: it is logged, gets a fault, is executed, and gets a response.

use crate::{
    auth::{accessible_resources, consent_page, token_requests},
    faults::fault::Fault,
    gateway::simulate,
    wire::{endpoint::Endpoint, request::RecordedRequest, response::FakeResponse},
    world::fake_state::{FakeState, SharedState},
};

/// The status of responses to unknown endpoints. The document declares it for no operation.
const UNEXPECTED_STATUS: u16 = 599;

/// Handles a request. Returns the response, and the fault that the server applies to its body.
/// `None` means that the server drops the connection.
pub(crate) async fn handle(shared: &SharedState, mut request: RecordedRequest) -> Option<(FakeResponse, Option<Fault>)> {
    let fault = shared.faults().next(&request.endpoint, &shared.clock);
    request.fault = fault.as_ref().map(Fault::name);
    let number = shared.log().push(request.clone());
    let injected = match &fault {
        Some(Fault::DropBefore) => return None,
        Some(Fault::HoldBefore(hold)) => {
            hold.pass().await;
            None
        }
        Some(Fault::Respond(response)) => Some(response.clone()),
        Some(Fault::RateLimited(headers, wait)) => Some(headers.response(&shared.clock, *wait)),
        _ => None,
    };
    let response = match injected {
        Some(response) => response,
        None => execute(shared, number, &request, fault.as_ref()).await?,
    };
    shared.log().set_status(number, response.status);
    Some((response, fault))
}

/// Executes a request, and applies the fault that it has.
async fn execute(
    shared: &SharedState,
    number: u64,
    request: &RecordedRequest,
    fault: Option<&Fault>,
) -> Option<FakeResponse> {
    let (response, executed) = {
        let mut state = shared.state();
        let result = dispatch(&mut state, request);
        let mut log = shared.log();
        state.violations.drain(..).for_each(|line| log.report_violation(line));
        result
    };
    if executed {
        shared.log().set_executed(number, request);
    }
    match fault {
        Some(Fault::DropAfter) => return None,
        Some(Fault::HoldAfter(hold)) => hold.pass().await,
        _ => {}
    }
    Some(match fault {
        Some(fault) => fault.apply(response),
        None => response,
    })
}

/// Calls the handler of the endpoint. The flag says whether the request was executed.
fn dispatch(state: &mut FakeState, request: &RecordedRequest) -> (FakeResponse, bool) {
    if request.method == "GET" && !request.body.is_empty() {
        // The edge in front of the service rejects every GET with a body.
        let page = "<html><body><h1>The request could not be satisfied.</h1></body></html>";
        return (FakeResponse::html(403, page), false);
    }
    let is_auth = matches!(request.endpoint, Endpoint::Authorize | Endpoint::Exchange | Endpoint::Refresh | Endpoint::Token);
    if is_auth && request.headers.contains_key("authorization") {
        let line = format!("{} {}: the header Authorization is not for this endpoint", request.method, request.path);
        state.report_violation(line);
    }
    match &request.endpoint {
        Endpoint::Authorize => (consent_page::show(state, request), true),
        Endpoint::Decision => (consent_page::decide(state, request), true),
        Endpoint::Exchange | Endpoint::Refresh | Endpoint::Token => token_requests::respond(state, request),
        Endpoint::Resources => accessible_resources::respond(state, request),
        Endpoint::Gateway | Endpoint::Operation(_) => simulate::respond(state, request),
        Endpoint::Unknown => {
            let host = if request.foreign_host { " at a foreign host" } else { "" };
            let line = format!("{} {}{host}", request.method, request.path);
            state.report_violation(line.clone());
            let response = FakeResponse::text(UNEXPECTED_STATUS, "text/plain", format!("unexpected request: {line}"));
            (response, false)
        }
    }
}
