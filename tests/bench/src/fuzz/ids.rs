//! Damaged ids in URLs: none may change the URL.

use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use futures_util::FutureExt as _;
use jsm_ops::{
    BoxFuture, CallError, Clock, CloudId, SystemClock,
    api::{BaseUrls, Client},
    core::{Request, Response, Transport},
    reqwest::{StatusCode, Url, header::HeaderMap},
};

use super::case::{Case, Cases};
use crate::{Result, garbage::Garbage as _, sides::CLOUD_ID};

/// Records the URL of the last request.
#[derive(Debug, Clone, Default)]
struct Capture(Arc<Mutex<Option<Url>>>);

impl Transport for Capture {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, CallError>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.url);
        Box::pin(std::future::ready(Ok(Response::new(StatusCode::NO_CONTENT, HeaderMap::new(), "{}".into()))))
    }

    fn clock(&self) -> &dyn Clock {
        &SystemClock
    }
}

/// Ids that other clients handle wrongly, and valid ones.
const IDS: [&str; 18] = [
    "8b1c2f3e-7a5d-4c61-9e0f-000000000001-1749816049789",
    "712020:4f9e7c1a-1111-2222-3333-444455556666",
    "..",
    ".",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "../alerts",
    "a/b",
    "a%2Fb",
    "a\\b",
    "a?query=x",
    "a#b",
    ";a",
    "//evil.example",
    "@evil.example",
    "\t..",
    "..\n",
];

pub(super) fn cases() -> Result<Cases> {
    let capture = Capture::default();
    let client = Client::with_transport(BaseUrls::oauth(&CloudId::new(CLOUD_ID)?), capture.clone());
    Ok(Box::new(move |rng| {
        let id = match rng.below(4) {
            0 => rng.text(20),
            1 => IDS[rng.below(IDS.len())].to_owned(),
            _ => {
                let id = IDS[rng.below(IDS.len())];
                rng.damage(id)
            }
        };
        if rng.one_in(4) { cloud_id(&id) } else { path_id(&client, &capture, &id, rng) }
    }))
}

/// A valid cloud id is one segment of the URL, unchanged.
fn cloud_id(id: &str) -> Case {
    let Ok(cloud_id) = CloudId::new(id) else { return Ok(false) };
    if cloud_id.as_str() != id {
        return Err(format!("{id:?} became {cloud_id}"));
    }
    let capture = Capture::default();
    let client = Client::with_transport(BaseUrls::oauth(&cloud_id), capture.clone());
    let _ = client.alerts().get("a").send().now_or_never();
    held(&capture, &["ex", "jira", id, "jsm", "ops", "api", "v1", "alerts", "a"])
}

/// A valid id is one segment of the path and changes no other part of the URL.
fn path_id(client: &Client, capture: &Capture, id: &str, rng: &mut Rng) -> Case {
    *capture.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let base = ["ex", "jira", CLOUD_ID, "jsm", "ops", "api", "v1"];
    let (sent, rest) = match rng.below(3) {
        0 => (client.alerts().get(id).send().now_or_never().is_some(), vec!["alerts", id]),
        1 => (client.alerts().acknowledge(id).send().now_or_never().is_some(), vec!["alerts", id, "acknowledge"]),
        _ => (client.alerts().delete_note(id, "n").send().now_or_never().is_some(), vec!["alerts", id, "notes", "n"]),
    };
    if !sent {
        return Err("a call waits for something".to_owned());
    }
    if capture.0.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
        // Rejecting an id is safe, but plain ids must be accepted.
        let is_plain =
            !id.is_empty() && id.chars().all(|character| character.is_ascii_alphanumeric() || "-:_".contains(character));
        return if is_plain { Err(format!("{id:?} is rejected")) } else { Ok(false) };
    }
    let expected: Vec<&str> = base.into_iter().chain(rest).collect();
    held(capture, &expected)
}

/// Whether the URL of the last request has these segments at Atlassian's gateway.
fn held(capture: &Capture, expected: &[&str]) -> Case {
    let Some(url) = capture.0.lock().unwrap_or_else(PoisonError::into_inner).take() else {
        return Err("nothing was sent".to_owned());
    };
    let segments: Vec<Vec<u8>> = url.path_segments().into_iter().flatten().map(decode).collect();
    let is_there = url.scheme() == "https" && url.host_str() == Some("api.atlassian.com") && url.port().is_none();
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_same = segments.iter().map(Vec::as_slice).eq(expected.iter().map(|segment| segment.as_bytes()));
    // A proxy that parses the URL again must get the same one.
    let is_stable = Url::parse(url.as_str()).is_ok_and(|again| again == url);
    if is_there && is_bare && is_same && is_stable { Ok(true) } else { Err(format!("{expected:?} went to {url}")) }
}

/// A decoded segment. The decoder is independent of the encoder.
fn decode(segment: &str) -> Vec<u8> {
    let (bytes, mut decoded, mut place) = (segment.as_bytes(), Vec::new(), 0);
    while place < bytes.len() {
        let code = segment.get(place + 1..place + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        match (bytes[place], code) {
            (b'%', Some(code)) => {
                decoded.push(code);
                place += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                place += 1;
            }
        }
    }
    decoded
}
