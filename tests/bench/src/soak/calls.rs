//! The calls of a run, and what each of them may end with.

use std::fmt;

use jsm_ops::{CallError, Client, core::CallOptions};

use super::other::Hello;
use crate::chance::Chance;

/// How long those calls may take that have a time limit, by the injected clock.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(15);

/// The operations that are called, by their names at the fake.
pub(super) const ENDPOINTS: [&str; 11] = [
    "GET /v1/alerts/{id}",
    "GET /v1/alerts",
    "GET /v1/schedules/{scheduleId}/on-calls",
    "POST /v1/alerts/{id}/acknowledge",
    "PATCH /v1/alerts/{id}/priority",
    "GET /v1/alerts/requests/{id}",
    "POST /v1/alerts",
    "POST /v1/alerts/{id}/notes",
    "POST /v1/alerts/{id}/escalate",
    "POST /v1/alerts/{id}/action",
    "GET /v1/teams/{teamId}/heartbeats/ping",
];

/// A kind of call.
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
    /// All kinds, and how many in a hundred calls are of each.
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

    pub(super) fn draw(chance: &mut Chance) -> Self {
        let mut place = chance.below(100);
        for (call, share) in Self::ALL {
            if place < share {
                return call;
            }
            place -= share;
        }
        Self::Get
    }

    /// The operation of a call that must not be repeated once it may have been carried out, if nothing else calls it.
    pub(super) fn never_repeated(self) -> Option<&'static str> {
        match self {
            Self::Note => Some("POST /v1/alerts/{id}/notes"),
            Self::Escalate => Some("POST /v1/alerts/{id}/escalate"),
            Self::Act => Some("POST /v1/alerts/{id}/action"),
            Self::Ping => Some("GET /v1/teams/{teamId}/heartbeats/ping"),
            _ => None,
        }
    }

    /// Whether its answer may be lost and it is sent again.
    pub(super) fn is_repeated(self) -> bool {
        self.never_repeated().is_none() && self != Self::Create
    }

    /// Makes it. The number tells it from all others, so that the fake can tell what was carried out twice.
    pub(super) async fn make(
        self,
        client: &Client,
        place: &Hello,
        number: usize,
        chance: &mut Chance,
    ) -> Result<(), CallError> {
        let id = place.alerts.get(chance.below(place.alerts.len())).map_or("none", String::as_str);
        let (alerts, text) = (client.alerts(), format!("call {number}"));
        match self {
            Self::Get => alerts.get(id).send().await.map(drop),
            Self::GetInTime => alerts.get(id).with(CallOptions::new().timeout(LIMIT)).send().await.map(drop),
            Self::List => alerts.list().size(20).send().await.map(drop),
            Self::OnCalls => client.schedules().get_on_calls(&place.schedule).send().await.map(drop),
            Self::Acknowledge => alerts.acknowledge(id).send().await.map(drop),
            Self::AcknowledgeAndWait => alerts.acknowledge(id).send().await?.wait().await.map(drop),
            Self::Prioritise => alerts.update_priority(id, "P2").send().await.map(drop),
            Self::CreateWithAlias => alerts.create(text).alias(format!("alias {}", number % 300)).send().await.map(drop),
            Self::Create => alerts.create(text).send().await.map(drop),
            Self::Note => alerts.add_note(id, text).send().await.map(drop),
            Self::Escalate => alerts.escalate(id, text).send().await.map(drop),
            Self::Act => alerts.execute_action(id, text).send().await.map(drop),
            Self::Ping => client.heartbeats().ping(&place.team, super::other::HEARTBEAT).send().await.map(drop),
        }
    }
}

/// How a call ended, as its caller can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    Success,
    NoToken,
    RateLimited,
    ServerError,
    Broken,
    TimeLimit,
    NotDecoded,
    TooLarge,
    /// Anything that none of the faults explains.
    Wrong,
}

impl Ending {
    pub(super) const ALL: [(Self, &'static str); 9] = [
        (Self::Success, "success"),
        (Self::NoToken, "no token now"),
        (Self::RateLimited, "429"),
        (Self::ServerError, "5xx"),
        (Self::Broken, "cut off"),
        (Self::TimeLimit, "time limit"),
        (Self::NotDecoded, "not decoded"),
        (Self::TooLarge, "too large"),
        (Self::Wrong, "other"),
    ];

    /// What a caller is told, held against what may be told.
    ///
    /// # Errors
    /// In words, an error that none of the faults explains, or that says more or less than it should.
    pub(super) fn of(call: Call, outcome: &Result<(), CallError>) -> Result<Self, String> {
        let Err(error) = outcome else { return Ok(Self::Success) };
        let text = format!("{error} {error:?}");
        if ["fake-access", "fake-refresh", "fake-client-secret"].iter().any(|secret| text.contains(secret)) {
            return Err(format!("{call}: an error tells a secret"));
        }
        if error.operation().is_none() {
            return Err(format!("{call}: an error without its operation: {error}"));
        }
        let told = [
            (error.is_credential_missing(), Self::NoToken),
            (error.is_rate_limited(), Self::RateLimited),
            (error.is_server_error(), Self::ServerError),
            (error.is_transport(), Self::Broken),
            (error.is_timeout() && !error.is_transport(), Self::TimeLimit),
            (error.is_decode(), Self::NotDecoded),
            (error.is_too_large(), Self::TooLarge),
        ];
        let mut told = told.into_iter().filter(|(is_told, _)| *is_told).map(|(_, ending)| ending);
        let (Some(ending), None) = (told.next(), told.next()) else {
            return Err(format!("{call}: not one kind of error: {error}"));
        };
        let fits = match ending {
            Self::NoToken => jsm_ops::Error::of_call(error).is_some_and(jsm_ops::Error::is_transient),
            Self::RateLimited => error.attempts() >= 1,
            // The pages of the fake's gateway have one, which support would ask for.
            Self::ServerError => error.attempts() >= 1 && error.trace_id().is_some(),
            Self::TimeLimit => call == Call::GetInTime,
            // An answer that is cut in two is asked for again wherever that does no harm.
            Self::NotDecoded => error.status().is_some_and(|status| status.is_success()),
            _ => true,
        };
        if fits { Ok(ending) } else { Err(format!("{call}: {ending:?} does not fit: {error}")) }
    }
}
