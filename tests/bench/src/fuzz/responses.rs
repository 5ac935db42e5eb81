//! Damaged responses: bodies of several types, with every status.

use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
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

use super::{
    case::{Case, Cases},
    headers,
};
use crate::{Result, alert_server, garbage::Garbage as _, sides::CLOUD_ID};

/// Responds with what it was given.
#[derive(Debug, Clone, Default)]
struct Canned(Arc<Mutex<Response>>);

impl Transport for Canned {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, CallError>> {
        let response = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(response)))
    }

    fn clock(&self) -> &dyn Clock {
        &SystemClock
    }
}

static ANY: Operation = Operation::custom("GET", "/v1/any", "operations");

type Read = fn(&Client) -> Case;

/// Types, with a value as the service would send it.
fn types() -> Vec<(Read, Value)> {
    let page: Value = serde_json::from_str(&alert_server::page(0, 3)).unwrap_or_default();
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

/// Decodes a response as this type. Encoding and decoding again must lead to the same JSON.
fn read<T: DeserializeOwned + Serialize>(client: &Client) -> Case {
    let Some(outcome) = client.call(&ANY, &[]).json::<T>(Body::None).now_or_never() else {
        return Err("a call waits".to_owned());
    };
    match outcome {
        Ok(value) => {
            let text = serde_json::to_string(&value).map_err(|error| format!("it cannot be written: {error}"))?;
            let again: T = serde_json::from_str(&text).map_err(|error| format!("{text} cannot be read again: {error}"))?;
            // Compares the JSON, not the values: an empty union does not keep which alternative it
            // was.
            let rewritten = serde_json::to_string(&again).map_err(|error| format!("it cannot be written again: {error}"))?;
            if rewritten == text || is_alike(&text, &rewritten) {
                Ok(true)
            } else {
                Err(format!("{text} is {rewritten} when it is read again"))
            }
        }
        Err(error) => inspect(&error),
    }
}

/// Whether two documents differ only in the last digits of fractions, which serde_json does not
/// read exactly.
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

/// Calls every function of an error.
fn inspect(error: &CallError) -> Case {
    let kinds =
        [error.is_status(), error.is_decode(), error.is_transport(), error.is_too_large(), error.is_credential_missing()];
    if kinds.iter().filter(|holds| **holds).count() != 1 {
        return Err(format!("not exactly one kind of error: {error}"));
    }
    let text = format!("{error} {error:?} {error:#?}");
    let _ = (error.rate_limit(), error.retry_after(), error.code(), error.message(), error.trace_id(), error.request_id());
    if error.body().is_some_and(|body| body.len() > 3 * jsm_ops::core::MAX_ERROR_BODY) {
        return Err("the error keeps too much of the body".to_owned());
    }
    if text.is_empty() { Err("an error has no text".to_owned()) } else { Ok(false) }
}

pub(super) fn cases() -> Result<Cases> {
    let canned = Canned::default();
    let client = Client::with_transport(BaseUrls::oauth(&CloudId::new(CLOUD_ID)?), canned.clone());
    let types = types();
    Ok(Box::new(move |rng| {
        let (read, value) = &types[rng.below(types.len())];
        let body = body(value, rng);
        let status = match rng.below(3) {
            0 => StatusCode::from_u16(100 + rng.below(900) as u16).unwrap_or_default(),
            _ => StatusCode::OK,
        };
        let mut headers = HeaderMap::new();
        if let Some(media_type) = rng.choice(["application/json", "text/html; charset=utf-8", "text/plain", ""]) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        headers::add(&mut headers, rng);
        *canned.0.lock().unwrap_or_else(PoisonError::into_inner) = Response::new(status, headers, body.into());
        read(&client)
    }))
}

/// A body with damage in its values, its text or its bytes, or another body.
fn body(value: &Value, rng: &mut Rng) -> Vec<u8> {
    let mut value = value.clone();
    match rng.below(10) {
        0 => return rng.text(200).into_bytes(),
        1 => return rng.damage_bytes(value.to_string().as_bytes()),
        2 | 3 => return rng.damage(&value.to_string()).into_bytes(),
        4 => return error_body(rng).to_string().into_bytes(),
        // Too deep for a recursive parser.
        5 if rng.one_in(50) => return [vec![b'['; 20_000], vec![b']'; 20_000]].concat(),
        _ => {}
    }
    for _ in 0..=rng.below(3) {
        change(&mut value, rng);
    }
    value.to_string().into_bytes()
}

/// Changes one value inside another.
fn change(value: &mut Value, rng: &mut Rng) {
    let goes_on = !rng.one_in(4);
    match value {
        Value::Object(fields) if goes_on && !fields.is_empty() => {
            let place = rng.below(fields.len());
            if let Some((_, inner)) = fields.iter_mut().nth(place) {
                return change(inner, rng);
            }
        }
        Value::Array(values) if goes_on && !values.is_empty() => {
            let place = rng.below(values.len());
            return change(&mut values[place], rng);
        }
        Value::String(text) if goes_on => {
            *text = rng.damage(text);
            return;
        }
        _ => {}
    }
    *value = other(rng);
}

fn other(rng: &mut Rng) -> Value {
    match rng.below(11) {
        0 => Value::Null,
        1 => json!(""),
        2 => json!(rng.one_in(2)),
        3 => json!(rng.i64(..)),
        4 => json!(rng.u64(..)),
        5 => json!(rng.below(1000) as f64 / 8.0),
        6 => json!([]),
        7 => json!({}),
        8 => json!([{ "id": rng.text(3) }, null, 1]),
        9 => json!({ "type": rng.text(5), "id": null, rng.text(3): 1 }),
        _ => json!(rng.text(12)),
    }
}

/// An error body in one of its forms, with odd values.
fn error_body(rng: &mut Rng) -> Value {
    let mut body = json!({});
    for name in ["code", "message", "took", "requestId", "errors", "error", "error_description"] {
        if rng.one_in(2) {
            body[name] = other(rng);
        }
    }
    if rng.one_in(3) {
        body["errors"] = json!([{ "title": other(rng), "detail": other(rng), "code": other(rng) }, other(rng)]);
    }
    body
}
