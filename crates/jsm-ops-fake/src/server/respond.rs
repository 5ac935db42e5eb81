//! What happens to one request: recorded, spoiled by a fault where one waits, handled, answered.

use crate::{
    auth::{accessible_resources, consent_page, token_requests},
    faults::fault::Fault,
    gateway::simulate,
    wire::{endpoint::Endpoint, request::Seen, response::Answer},
    world::state::{Shared, State},
};

/// The status of answers to what nobody should ask. No operation declares it, so no client takes it for something else.
const NOBODY_ASKS: u16 = 599;

/// The answer, with the fault that is to be played on its way; `None` where the connection ends without one.
pub(crate) async fn handle(shared: &Shared, mut seen: Seen) -> Option<(Answer, Option<Fault>)> {
    let fault = shared.faults().take(&seen.endpoint, &shared.clock);
    seen.fault = fault.as_ref().map(Fault::name);
    let number = shared.log().push(seen.clone());
    match &fault {
        Some(Fault::DropBefore) => return None,
        Some(Fault::HoldBefore(gate)) => gate.pass().await,
        Some(Fault::Answer(answer)) => {
            shared.log().answered(number, answer.status);
            return Some((answer.clone(), fault));
        }
        Some(Fault::Throttled(throttle, wait)) => {
            let answer = throttle.answer(&shared.clock, *wait);
            shared.log().answered(number, answer.status);
            return Some((answer, fault));
        }
        _ => {}
    }
    let (answer, executed) = {
        let mut state = shared.state();
        let answer = answer(&mut state, &seen);
        let mut log = shared.log();
        state.complaints.drain(..).for_each(|line| log.complain(line));
        answer
    };
    if executed {
        shared.log().executed(number, &seen);
    }
    match &fault {
        Some(Fault::DropAfter) => return None,
        Some(Fault::HoldAfter(gate)) => gate.pass().await,
        _ => {}
    }
    let answer = fault.as_ref().map_or_else(|| answer.clone(), |fault| fault.spoil(answer.clone()));
    shared.log().answered(number, answer.status);
    Some((answer, fault))
}

/// The fake's own answer, and whether it did what was asked.
fn answer(state: &mut State, seen: &Seen) -> (Answer, bool) {
    if seen.method == "GET" && !seen.body.is_empty() {
        // The edge in front of the service refuses such a request, whatever the body.
        return (Answer::html(403, "<html><body><h1>The request could not be satisfied.</h1></body></html>"), false);
    }
    let is_auth = matches!(seen.endpoint, Endpoint::Authorize | Endpoint::Exchange | Endpoint::Refresh | Endpoint::Token);
    if is_auth && seen.headers.contains_key("authorization") {
        state.complain(format!("{} {} with a header Authorization, which is for others", seen.method, seen.path));
    }
    match &seen.endpoint {
        Endpoint::Authorize => (consent_page::page(state, seen), true),
        Endpoint::Decision => (consent_page::decide(state, seen), true),
        Endpoint::Exchange | Endpoint::Refresh | Endpoint::Token => token_requests::answer(state, seen),
        Endpoint::Resources => accessible_resources::answer(state, seen),
        Endpoint::Gateway | Endpoint::Operation(_) => simulate::answer(state, seen),
        Endpoint::Unknown => {
            let place = if seen.elsewhere { " at a host that is not Atlassian's" } else { "" };
            let line = format!("{} {}{place}", seen.method, seen.path);
            state.complain(line.clone());
            (Answer::text(NOBODY_ASKS, "text/plain", format!("unexpected request: {line}")), false)
        }
    }
}
