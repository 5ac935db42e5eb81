//! From a request to the gateway to its answer.

use crate::{
    gateway::{
        alert_writes, alerts,
        authorize::admit,
        check_request::{self, Wrong},
        config, document, notes,
        parsed_request::Call,
        path::Address,
        schema_example,
    },
    wire::{endpoint::Endpoint, error_responses::refusal, request::Seen, response::Answer},
    world::{site_data::Ops, state::State},
};

/// The answer to a request to the gateway, and whether it was carried out.
pub(crate) fn answer(state: &mut State, seen: &Seen) -> (Answer, bool) {
    let found = Address::parse(&seen.path).and_then(|address| Some((document::find(&seen.method, &address)?, address)));
    let Some((operation, address)) = found else { return (refusal(404, "Not found"), false) };
    let account = match admit(state, seen, operation, &address) {
        Ok(account) => account,
        Err(refusal) => return (refusal, false),
    };
    let now = i64::try_from(state.now().as_millis()).unwrap_or(i64::MAX);
    let call = Call::new(operation, &address, seen, now, account);
    if let Err(wrong) = check_request::check(&call, seen) {
        let (Wrong::Refused(why) | Wrong::Ignored(why)) = &wrong;
        if matches!(wrong, Wrong::Ignored(_)) {
            state.complain(format!("{}: {why}", operation.name));
        }
        return (refusal(400, why), false);
    }
    let own = state.answers.get(&seen.endpoint).or_else(|| state.answers.get(&Endpoint::Gateway)).cloned();
    let answer = own.unwrap_or_else(|| play(state.ops(&address.cloud_id), &call));
    let done = (200..300).contains(&answer.status);
    (answer, done)
}

/// The answer of the operation itself.
fn play(ops: &mut Ops, call: &Call) -> Answer {
    let parts = [alerts::answer, alert_writes::answer, notes::answer, config::answer];
    let own = parts.iter().find_map(|part| part(ops, call));
    own.unwrap_or_else(|| schema_example::answer(call.operation))
}
