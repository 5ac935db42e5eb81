//! The calls of a run, and the results that each may have.

use std::fmt;

use fastrand::Rng;
use jsm_ops::{
    CallError, Client,
    api::operations,
    core::{CallOptions, Operation},
};

use super::fake_process::{HEARTBEAT, Setup};
use crate::garbage::Garbage as _;

/// The timeout of some calls, by the injected clock.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(15);

/// A kind of call, by operation and options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Get,
    GetInTime,
    List,
    OnCalls,
    Acknowledge,
    AcknowledgeAndWait,
    Prioritise,
    CreateWithAlias,
    Create,
    Note,
    Escalate,
    Act,
    Ping,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "get an alert",
            Self::GetInTime => "get an alert within 15 s",
            Self::List => "list 20 alerts",
            Self::OnCalls => "who is on call",
            Self::Acknowledge => "acknowledge",
            Self::AcknowledgeAndWait => "acknowledge and wait",
            Self::Prioritise => "set the priority",
            Self::CreateWithAlias => "create with an alias",
            Self::Create => "create without an alias",
            Self::Note => "add a note",
            Self::Escalate => "escalate",
            Self::Act => "custom action",
            Self::Ping => "ping a heartbeat",
        })
    }
}

impl Call {
    /// All kinds, with their percentage of the calls.
    pub(super) const ALL: [(Self, usize); 13] = [
        (Self::Get, 26),
        (Self::GetInTime, 4),
        (Self::List, 6),
        (Self::OnCalls, 9),
        (Self::Acknowledge, 10),
        (Self::AcknowledgeAndWait, 3),
        (Self::Prioritise, 6),
        (Self::CreateWithAlias, 6),
        (Self::Create, 1),
        (Self::Note, 11),
        (Self::Escalate, 6),
        (Self::Act, 6),
        (Self::Ping, 6),
    ];

    pub(super) fn draw(rng: &mut Rng) -> Self {
        let mut number = rng.below(100);
        for (call, share) in Self::ALL {
            if number < share {
                return call;
            }
            number -= share;
        }
        Self::Get
    }

    /// The operation of a call that is not idempotent, if no other kind calls it.
    pub(super) fn not_idempotent(self) -> Option<&'static Operation> {
        match self {
            Self::Note => Some(&operations::ADD_ALERT_NOTE),
            Self::Escalate => Some(&operations::ESCALATE_ALERT),
            Self::Act => Some(&operations::EXECUTE_ALERT_ACTION),
            Self::Ping => Some(&operations::PING_HEARTBEAT),
            _ => None,
        }
    }

    /// Whether the client retries it after a lost response.
    pub(super) fn is_retried(self) -> bool {
        self.not_idempotent().is_none() && self != Self::Create
    }

    /// Makes the call. Its number is in the request, so that the fake finds writes that it executed
    /// twice.
    pub(super) async fn make(self, client: &Client, setup: &Setup, number: usize, rng: &mut Rng) -> Result<(), CallError> {
        let id = setup.alerts.get(rng.below(setup.alerts.len())).map_or("none", String::as_str);
        let (alerts, text) = (client.alerts(), format!("call {number}"));
        match self {
            Self::Get => alerts.get(id).send().await.map(drop),
            Self::GetInTime => alerts.get(id).with(CallOptions::new().timeout(TIMEOUT)).send().await.map(drop),
            Self::List => alerts.list().size(20).send().await.map(drop),
            Self::OnCalls => client.schedules().get_on_calls(&setup.schedule).send().await.map(drop),
            Self::Acknowledge => alerts.acknowledge(id).send().await.map(drop),
            Self::AcknowledgeAndWait => alerts.acknowledge(id).send().await?.wait().await.map(drop),
            Self::Prioritise => alerts.update_priority(id, "P2").send().await.map(drop),
            Self::CreateWithAlias => alerts.create(text).alias(format!("alias {}", number % 300)).send().await.map(drop),
            Self::Create => alerts.create(text).send().await.map(drop),
            Self::Note => alerts.add_note(id, text).send().await.map(drop),
            Self::Escalate => alerts.escalate(id, text).send().await.map(drop),
            Self::Act => alerts.execute_action(id, text).send().await.map(drop),
            Self::Ping => client.heartbeats().ping(&setup.team, HEARTBEAT).send().await.map(drop),
        }
    }
}

/// How a call ended for its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    Success,
    NoToken,
    RateLimited,
    ServerError,
    Broken,
    Timeout,
    NotDecoded,
    TooLarge,
    /// An error that no fault explains.
    Wrong,
}

impl Ending {
    pub(super) const ALL: [(Self, &'static str); 9] = [
        (Self::Success, "success"),
        (Self::NoToken, "no token now"),
        (Self::RateLimited, "429"),
        (Self::ServerError, "5xx"),
        (Self::Broken, "cut off"),
        (Self::Timeout, "timeout"),
        (Self::NotDecoded, "not decoded"),
        (Self::TooLarge, "too large"),
        (Self::Wrong, "other"),
    ];

    /// Classifies a result, and checks the error.
    ///
    /// # Errors
    /// No fault explains the error, or its text has too much or too little.
    pub(super) fn of(call: Call, outcome: &Result<(), CallError>) -> Result<Self, String> {
        let Err(error) = outcome else { return Ok(Self::Success) };
        let text = format!("{error} {error:?}");
        if ["fake-access", "fake-refresh", "fake-client-secret"].iter().any(|secret| text.contains(secret)) {
            return Err(format!("{call}: an error contains a secret"));
        }
        if error.operation().is_none() {
            return Err(format!("{call}: the error has no operation: {error}"));
        }
        let endings = [
            (error.is_credential_missing(), Self::NoToken),
            (error.is_rate_limited(), Self::RateLimited),
            (error.is_server_error(), Self::ServerError),
            (error.is_transport(), Self::Broken),
            (error.is_timeout() && !error.is_transport(), Self::Timeout),
            (error.is_decode(), Self::NotDecoded),
            (error.is_too_large(), Self::TooLarge),
        ];
        let mut endings = endings.into_iter().filter(|(holds, _)| *holds).map(|(_, ending)| ending);
        let (Some(ending), None) = (endings.next(), endings.next()) else {
            return Err(format!("{call}: not exactly one kind of error: {error}"));
        };
        let fits = match ending {
            Self::NoToken => jsm_ops::Error::from_call_error(error).is_some_and(jsm_ops::Error::is_transient),
            Self::RateLimited => error.attempts() >= 1,
            // The error pages of the fake have a trace id, which Atlassian's support asks for.
            Self::ServerError => error.attempts() >= 1 && error.trace_id().is_some(),
            Self::Timeout => call == Call::GetInTime,
            // The client retries a truncated response where the operation is idempotent.
            Self::NotDecoded => error.status().is_some_and(|status| status.is_success()),
            _ => true,
        };
        if fits { Ok(ending) } else { Err(format!("{call}: {ending:?} does not fit: {error}")) }
    }
}
