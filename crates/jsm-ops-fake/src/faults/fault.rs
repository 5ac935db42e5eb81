//! A fault that one request has.

use std::time::Duration;

use serde_json::Value;

use crate::{
    faults::{hold_point::HoldPoint, rate_limit_headers::RateLimitHeaders},
    wire::response::FakeResponse,
};

/// A fault that one request has.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fault {
    /// Drops the connection before the request is executed. No byte of a response is sent.
    DropBefore,
    /// Drops the connection after the request is executed. No byte of a response is sent.
    DropAfter,
    /// Holds the request before it is executed.
    HoldBefore(HoldPoint),
    /// Holds the response after the request is executed.
    HoldAfter(HoldPoint),
    /// Holds the response in the middle of its body.
    HoldBody(HoldPoint),
    /// Sends this response and does not execute the request.
    Respond(FakeResponse),
    /// Sends this response after the request is executed.
    RespondAfter(FakeResponse),
    /// Sends a 429 and does not execute the request. The wait starts when the request arrives.
    RateLimited(RateLimitHeaders, Duration),
    /// Sends a complete HTTP message that has only half of the body.
    HalfBody,
    /// Drops the connection in the middle of the body.
    CutBody,
    /// Removes a field from the JSON object of the body, or from every object of its array.
    WithoutField(String),
    /// Replaces the media type of the response.
    ContentType(String),
    /// Adds a header to the response, such as a warning that a rate limit is near.
    Header(String, String),
    /// Puts this many bytes of white space before the body.
    HugeBody(usize),
}

impl Fault {
    /// The name of the fault in [`RecordedRequest::fault`](crate::RecordedRequest::fault).
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::DropBefore => "dropped before",
            Self::DropAfter => "dropped after",
            Self::HoldBefore(_) => "held before",
            Self::HoldAfter(_) => "held after",
            Self::HoldBody(_) => "held in the body",
            Self::Respond(_) => "response without execution",
            Self::RespondAfter(_) => "response replaced",
            Self::RateLimited(..) => "rate limited",
            Self::HalfBody => "half of the body",
            Self::CutBody => "body cut",
            Self::WithoutField(_) => "field removed",
            Self::ContentType(_) => "content type replaced",
            Self::Header(..) => "header added",
            Self::HugeBody(_) => "body padded",
        }
    }

    /// Applies the fault to the response of an executed request.
    pub(crate) fn apply(&self, mut response: FakeResponse) -> FakeResponse {
        match self {
            Self::RespondAfter(other) => other.clone(),
            Self::HalfBody => {
                response.body.truncate(response.body.len() / 2);
                response
            }
            Self::WithoutField(name) => {
                response.body = without_field(&response.body, name).to_string().into();
                response
            }
            Self::ContentType(media_type) => response.replace_header("content-type", media_type),
            Self::Header(name, value) => response.header(name, value),
            Self::HugeBody(bytes) => {
                response.body = [vec![b' '; *bytes].as_slice(), &response.body].concat().into();
                response
            }
            _ => response,
        }
    }
}

fn without_field(body: &[u8], name: &str) -> Value {
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    let objects = match &mut body {
        Value::Array(list) => list.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for object in objects {
        object.as_object_mut().and_then(|fields| fields.shift_remove(name));
    }
    body
}
