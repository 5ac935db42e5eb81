//! What goes wrong, on demand: queues of faults by endpoint.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use tokio::sync::watch;

use crate::{
    answer::Answer,
    chance::{Limit, Scatter},
    clock::Clock,
    route::Endpoint,
    throttle::Throttle,
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

/// Where requests wait until a test lets them go on. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Sides>);

#[derive(Debug)]
struct Sides {
    arrived: watch::Sender<usize>,
    state: watch::Sender<GateState>,
}

#[derive(Debug, Clone, Copy, Default)]
struct GateState {
    open: bool,
    /// How often those who waited were let through.
    rounds: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Sides { arrived: watch::Sender::new(0), state: watch::Sender::new(GateState::default()) }))
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until so many requests have come to the gate, counting those that went through since.
    pub async fn arrived(&self, requests: usize) {
        // The sender lives as long as this gate, so there is no other end to the waiting.
        let _ = self.0.arrived.subscribe().wait_for(|arrived| *arrived >= requests).await;
    }

    /// Opens the gate, for those that wait and those that come.
    pub fn release(&self) {
        self.0.state.send_modify(|state| state.open = true);
    }

    /// Lets those through that wait now, and holds those that come later: so a gate makes answers late, and not only one.
    pub fn let_through(&self) {
        self.0.state.send_modify(|state| state.rounds += 1);
    }

    pub(crate) async fn pass(&self) {
        let mut state = self.0.state.subscribe();
        let rounds = state.borrow().rounds;
        self.0.arrived.send_modify(|arrived| *arrived += 1);
        let _ = state.wait_for(|state| state.open || state.rounds != rounds).await;
    }
}

/// Faults that wait for their requests.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queues: HashMap<Endpoint, VecDeque<Fault>>,
    limits: Vec<Limit>,
    scattered: Vec<Scatter>,
}

impl Faults {
    /// Queues a fault for a request to an endpoint.
    pub(crate) fn push(&mut self, endpoint: Endpoint, fault: Fault) {
        self.queues.entry(endpoint).or_default().push_back(fault);
    }

    /// Adds a limit.
    pub(crate) fn limit(&mut self, limit: Limit) {
        self.limits.push(limit);
    }

    /// Adds faults that hit some requests.
    pub(crate) fn scatter(&mut self, scatter: Scatter) {
        self.scattered.push(scatter);
    }

    /// The fault of a request: first those of its very endpoint, then those of what the endpoint is part of, then those that nobody
    /// queued.
    pub(crate) fn take(&mut self, endpoint: &Endpoint, clock: &Clock) -> Option<Fault> {
        let own = self.queues.get_mut(endpoint).and_then(VecDeque::pop_front);
        own.or_else(|| self.queues.get_mut(&endpoint.parent()?)?.pop_front())
            .or_else(|| self.limits.iter_mut().find_map(|limit| limit.count(endpoint, clock)))
            .or_else(|| self.scattered.iter_mut().find_map(|scatter| scatter.draw(endpoint)))
    }

    /// How many faults still wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queues.values().map(VecDeque::len).sum()
    }

    /// Forgets them all, limits and scattered ones too.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
