//! Answers: damaged bodies of several types, with every status.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use jsm_ops::{
    BoxFuture, CallError, Clock, CloudId, SystemClock,
    api::{BaseUrls, Client, types},
    core::{Body, Operation, Request, Response, Transport},
    reqwest::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Case, Cases};
use crate::{Outcome, chance::Chance, echo, sides::CLOUD_ID};

/// Answers with what it was given.
#[derive(Debug, Clone, Default)]
struct Canned(Arc<Mutex<Response>>);

impl Transport for Canned {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, CallError>> {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn clock(&self) -> &dyn Clock {
        &SystemClock
    }
}

static ANY: Operation = Operation::custom("GET", "/v1/any", "operations");

type Read = fn(&Client) -> Case;

/// A type, with what the service would send of it.
fn types() -> Vec<(Read, Value)> {
    let page: Value = serde_json::from_str(&echo::page(0, 3)).unwrap_or_default();
    let alert = page["values"][0].clone();
    let date = "2025-06-13T12:00:49.789Z";
    let receipt = json!({ "result": "Request will be processed", "requestId": "r-1", "took": 0.012 });
    let note = json!({ "id": "1749816049789", "note": "n", "owner": "712020:a", "createdAt": date, "updatedAt": date });
    let on_calls = json!({
        "onCallParticipants": [{ "id": "712020:a", "type": "user",
            "onCallParticipants": [{ "id": "e", "type": "escalation" }], "forwardedFrom": { "id": "b", "type": "user" } }],
    });
    let rotation = json!({ "id": "r", "name": "n", "startDate": date, "endDate": "", "type": "weekly", "length": 1,
        "participants": [{ "id": null, "type": "noone" }],
        "timeRestriction": { "type": "time-of-day", "restriction":
            { "startHour": 8, "startMin": 0, "endHour": 18, "endMin": 30 } } });
    let schedules = json!({ "values": [{ "id": "s", "name": "n", "timezone": "Etc/UTC", "enabled": "true", "teamId": "t",
        "rotations": [rotation] }], "links": { "next": "/v1/schedules?offset=1&size=1" } });
    let escalations = json!({ "values": [{ "id": "e", "name": "n", "description": "", "ownerTeam": { "id": "t" },
        "rules": [{ "condition": "if-not-acked", "notifyType": "default", "delay": 5, "recipient":
            { "id": "712020:a", "type": "user" } }],
        "repeat": { "waitInterval": 10, "count": 1.0, "resetRecipientStates": true, "closeAlertAfterAll": false } }] });
    let policy = json!({ "id": "p", "type": "alert", "name": "n", "description": null, "teamId": "", "enabled": true,
        "filter": { "type": "match-all-conditions", "conditions": [{ "field": "message", "operation": "contains",
            "expectedValue": "x", "not": false, "order": 1.0 }] },
        "timeRestriction": { "enabled": true, "timeRestrictions": [{ "startHour": 1, "startMinute": 2, "endHour": 3,
            "endMinute": 4 }], "appliedTimeZone": "(GMT+03:00) Europe/Istanbul TRT" } });
    let policies = json!({ "values": [policy] });
    let status = json!({ "action": "Create", "processedAt": date, "integrationId": "", "isSuccess": true, "status": "Created",
        "alertId": "a", "alias": "b" });
    let heartbeats = json!({ "values": [{ "name": "h", "interval": 10, "intervalUnit": "Minutes", "enabled": true,
        "status": "Responsive", "alertTags": null, "ownerTeamId": "t" }] });
    vec![
        (read::<types::ListAlertResponse>, page),
        (read::<types::AlertResponse>, alert),
        (read::<types::SuccessResponse>, receipt.clone()),
        (read::<types::AddAlertNoteResponse>, note),
        (read::<types::AddAlertNoteResponse>, receipt),
        (read::<types::GetRequestStatusResponse>, status),
        (read::<types::OnCallResponse>, on_calls.clone()),
        (read::<types::NextOnCallResponse>, on_calls),
        (read::<types::Rotation>, rotation_of(&schedules)),
        (read::<types::ListSchedulesResponse>, schedules),
        (read::<types::EscalationPaginatedResponse>, escalations),
        (read::<types::GetGlobalAlertPolicy>, policies["values"][0].clone()),
        (read::<types::GlobalPolicyPaginatedResponse>, policies),
        (read::<types::HeartbeatPaginatedResponse>, heartbeats),
    ]
}

fn rotation_of(schedules: &Value) -> Value {
    schedules["values"][0]["rotations"][0].clone()
}

/// Reads an answer as this type; what is read has to be the same text once it was written and read again.
fn read<T: DeserializeOwned + Serialize>(client: &Client) -> Case {
    let Some(outcome) = client.call(&ANY, &[]).json::<T>(Body::None).now_or_never() else {
        return Err("a call waits for something".to_owned());
    };
    match outcome {
        Ok(value) => {
            let text = serde_json::to_string(&value).map_err(|error| format!("it cannot be written: {error}"))?;
            let again: T = serde_json::from_str(&text).map_err(|error| format!("{text} cannot be read again: {error}"))?;
            // The text and not the value: a union that holds nothing tells nobody any more which of its forms it was.
            let rewritten = serde_json::to_string(&again).map_err(|error| format!("it cannot be written again: {error}"))?;
            if rewritten == text || is_alike(&text, &rewritten) {
                Ok(true)
            } else {
                Err(format!("{text} is {rewritten} when it is read again"))
            }
        }
        Err(error) => questions(&error),
    }
}

/// Whether two texts differ in the last digits of fractions and in nothing else: serde_json reads those fast and not exactly.
fn is_alike(one: &str, other: &str) -> bool {
    fn alike(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Object(one), Value::Object(other)) => {
                one.len() == other.len()
                    && one.iter().all(|(name, value)| other.get(name).is_some_and(|there| alike(value, there)))
            }
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
            }
            (Value::Number(one), Value::Number(other)) if one.is_f64() && other.is_f64() => {
                let (one, other) = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
                (one - other).abs() <= 4.0 * f64::EPSILON * one.abs()
            }
            _ => one == other,
        }
    }
    let read = |text| serde_json::from_str::<Value>(text).ok();
    read(one).zip(read(other)).is_some_and(|(one, other)| alike(&one, &other))
}

/// Asks an error everything that can be asked.
fn questions(error: &CallError) -> Case {
    let kinds =
        [error.is_status(), error.is_decode(), error.is_transport(), error.is_too_large(), error.is_credential_missing()];
    if kinds.iter().filter(|holds| **holds).count() != 1 {
        return Err(format!("not one kind of error: {error}"));
    }
    let text = format!("{error} {error:?} {error:#?}");
    let _ = (error.rate_limit(), error.retry_after(), error.code(), error.message(), error.trace_id(), error.request_id());
    if error.body().is_some_and(|body| body.len() > 3 * jsm_ops::core::MAX_ERROR_BODY) {
        return Err("more of a body is kept than should be".to_owned());
    }
    // One line for a log, whatever the service sends; a message may be long, and is the service's.
    if text.is_empty() { Err("an error says nothing".to_owned()) } else { Ok(false) }
}

pub(super) fn cases() -> Outcome<Cases> {
    let canned = Canned::default();
    let client = Client::with_transport(BaseUrls::oauth(&CloudId::new(CLOUD_ID)?), canned.clone());
    let types = types();
    Ok(Box::new(move |chance| {
        let (read, value) = &types[chance.below(types.len())];
        let body = body(value, chance);
        let status = match chance.below(3) {
            0 => StatusCode::from_u16(100 + chance.below(900) as u16).unwrap_or_default(),
            _ => StatusCode::OK,
        };
        let mut headers = HeaderMap::new();
        if let Some(kind) = chance.pick(&["application/json", "text/html; charset=utf-8", "text/plain", ""]) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        super::headers::add(&mut headers, chance);
        *canned.0.lock().unwrap_or_else(PoisonError::into_inner) = Response::new(status, headers, body.into());
        read(&client)
    }))
}

/// A body: damaged in its values, its text or its bytes, or something else altogether.
fn body(value: &Value, chance: &mut Chance) -> Vec<u8> {
    let mut value = value.clone();
    match chance.below(10) {
        0 => return chance.text(200).into_bytes(),
        1 => return chance.damage_bytes(value.to_string().as_bytes()),
        2 | 3 => return chance.damage(&value.to_string()).into_bytes(),
        4 => return refusal(chance).to_string().into_bytes(),
        // Deeper than anything should follow.
        5 if chance.one_in(50) => return [vec![b'['; 20_000], vec![b']'; 20_000]].concat(),
        _ => {}
    }
    for _ in 0..=chance.below(3) {
        change(&mut value, chance);
    }
    value.to_string().into_bytes()
}

/// Changes one value somewhere in another.
fn change(value: &mut Value, chance: &mut Chance) {
    let goes_on = !chance.one_in(4);
    match value {
        Value::Object(fields) if goes_on && !fields.is_empty() => {
            let place = chance.below(fields.len());
            if let Some((_, inner)) = fields.iter_mut().nth(place) {
                return change(inner, chance);
            }
        }
        Value::Array(values) if goes_on && !values.is_empty() => {
            let place = chance.below(values.len());
            return change(&mut values[place], chance);
        }
        Value::String(text) if goes_on => {
            *text = chance.damage(text);
            return;
        }
        _ => {}
    }
    *value = other(chance);
}

fn other(chance: &mut Chance) -> Value {
    match chance.below(11) {
        0 => Value::Null,
        1 => json!(""),
        2 => json!(chance.one_in(2)),
        3 => json!(chance.number() as i64),
        4 => json!(chance.number()),
        5 => json!(chance.below(1000) as f64 / 8.0),
        6 => json!([]),
        7 => json!({}),
        8 => json!([{ "id": chance.text(3) }, null, 1]),
        9 => json!({ "type": chance.text(5), "id": null, chance.text(3): 1 }),
        _ => json!(chance.text(12)),
    }
}

/// A refusal in one of its forms, with odd values.
fn refusal(chance: &mut Chance) -> Value {
    let mut refusal = json!({});
    for name in ["code", "message", "took", "requestId", "errors", "error", "error_description"] {
        if chance.one_in(2) {
            refusal[name] = other(chance);
        }
    }
    if chance.one_in(3) {
        refusal["errors"] =
            json!([{ "title": other(chance), "detail": other(chance), "code": other(chance) }, other(chance)]);
    }
    refusal
}
