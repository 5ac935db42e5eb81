//! What goes wrong with one request, on demand.

use std::time::Duration;

use serde_json::Value;

use crate::{
    faults::{hold_point::Gate, rate_limit_headers::Throttle},
    wire::response::Answer,
};

/// Something that goes wrong with one request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fault {
    /// The connection ends before anything was done; no byte of an answer is sent.
    DropBefore,
    /// What was asked is done, and then the connection ends; no byte of an answer is sent.
    DropAfter,
    /// The request waits at the gate, and then is handled.
    HoldBefore(Gate),
    /// What was asked is done, and then the answer waits at the gate.
    HoldAfter(Gate),
    /// What was asked is done; the answer stops at the gate in the middle of its body.
    HoldBody(Gate),
    /// Nothing is done, and this is the answer.
    Answer(Answer),
    /// Nothing is done, and the answer is a 429 of this form, which asks to wait for so long from then on.
    Throttled(Throttle, Duration),
    /// What was asked is done, and this is the answer all the same.
    AnswerAfter(Answer),
    /// What was asked is done; the answer is a whole HTTP message with half of its body.
    HalfBody,
    /// What was asked is done; the connection ends in the middle of the answer's body.
    CutBody,
    /// What was asked is done; the answer lacks this member of its JSON object, or of every object of its list.
    WithoutField(String),
    /// What was asked is done; the answer says that it is of this media type.
    ContentType(String),
    /// What was asked is done; the answer has one more header. No fault, but a way to warn of limits.
    Header(String, String),
    /// What was asked is done; so many bytes of white space stand before the answer's body.
    HugeBody(usize),
}

impl Fault {
    /// Its name in the record.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::DropBefore => "dropped before",
            Self::DropAfter => "dropped after",
            Self::HoldBefore(_) => "held before",
            Self::HoldAfter(_) => "held after",
            Self::HoldBody(_) => "held in the body",
            Self::Answer(_) => "answered instead",
            Self::Throttled(..) => "throttled",
            Self::AnswerAfter(_) => "answered otherwise",
            Self::HalfBody => "half a body",
            Self::CutBody => "cut in the body",
            Self::WithoutField(_) => "a field missing",
            Self::ContentType(_) => "another media type",
            Self::Header(..) => "one more header",
            Self::HugeBody(_) => "a huge body",
        }
    }

    /// The answer as this fault leaves it, once what was asked is done.
    pub(crate) fn spoil(&self, mut answer: Answer) -> Answer {
        match self {
            Self::AnswerAfter(other) => other.clone(),
            Self::HalfBody => {
                answer.body.truncate(answer.body.len() / 2);
                answer
            }
            Self::WithoutField(name) => {
                let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let objects = match &mut body {
                    Value::Array(list) => list.as_mut_slice(),
                    one => std::slice::from_mut(one),
                };
                for object in objects {
                    object.as_object_mut().and_then(|fields| fields.shift_remove(name));
                }
                answer.body = body.to_string().into();
                answer
            }
            Self::ContentType(media_type) => answer.replace_header("content-type", media_type),
            Self::Header(name, value) => answer.header(name, value),
            Self::HugeBody(bytes) => {
                answer.body = [vec![b' '; *bytes].as_slice(), &answer.body].concat().into();
                answer
            }
            _ => answer,
        }
    }
}
