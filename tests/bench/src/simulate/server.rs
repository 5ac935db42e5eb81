//! The authorization server: rotation, leeway, reuse, expiry, and incidents.
//!
//! It follows what is known of Atlassian's (`jsm-ops-fake` has the same rules). Every exchange
//! issues a new refresh token. The old one works for ten more minutes, so that a lost response can
//! be repeated; after that its use revokes the whole grant.

use std::time::Duration;

/// How long a spent refresh token still works.
pub(super) const LEEWAY: Duration = Duration::from_secs(600);

const DAY: u64 = 24 * 3600;
const IDLE: Duration = Duration::from_secs(90 * DAY);
const ABSOLUTE: Duration = Duration::from_secs(365 * DAY);

/// One consent and all tokens that came from it.
#[derive(Debug, Clone)]
pub(super) struct Family {
    pub(super) created: Duration,
    pub(super) revoked: bool,
    /// The steps of the simulation at which the code was sent and the tokens arrived.
    pub(super) requested_step: usize,
    pub(super) received_step: Option<usize>,
    /// The process that asked for it, and when the tokens arrived.
    pub(super) process: usize,
    pub(super) received_at: Duration,
    /// Consents that the process knew when it asked for this one.
    pub(super) known: Vec<usize>,
    pub(super) consented_at_millis: i64,
}

/// A refresh token and the access token that was issued with it.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) family: usize,
    pub(super) parent: Option<usize>,
    pub(super) issued: Duration,
    /// The first use of the refresh token.
    pub(super) spent: Option<Duration>,
    /// Whether the state of a process received it.
    pub(super) received: bool,
    /// Whether it was lost with a process that crashed, or gave way to another one.
    pub(super) lost: bool,
}

/// The server for one user.
#[derive(Debug, Clone, Default)]
pub(super) struct Server {
    pub(super) families: Vec<Family>,
    pub(super) tokens: Vec<Token>,
    pub(super) lifetime: Duration,
    /// No responses until this time.
    pub(super) outage_until: Duration,
    /// Too many requests until this time.
    pub(super) limited_until: Duration,
    /// Valid tokens that are rejected in error.
    pub(super) spurious: u32,
    pub(super) misconfigured: u32,
}

/// What the server says to a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Issued(usize),
    Rejected,
    /// The token had been spent for longer than the leeway, which revoked the grant.
    Reused,
    Unavailable,
    Limited(Duration),
    Misconfigured,
}

impl Server {
    pub(super) fn consent(&mut self, now: Duration, process: usize, step: usize, known: Vec<usize>) -> usize {
        self.families.push(Family {
            created: now,
            revoked: false,
            requested_step: step,
            received_step: None,
            process,
            received_at: now,
            known,
            consented_at_millis: 0,
        });
        self.issue(now, self.families.len() - 1, None)
    }

    fn issue(&mut self, now: Duration, family: usize, parent: Option<usize>) -> usize {
        self.tokens.push(Token { family, parent, issued: now, spent: None, received: false, lost: false });
        self.tokens.len() - 1
    }

    pub(super) fn refresh(&mut self, now: Duration, token: usize) -> Verdict {
        if now < self.outage_until {
            return Verdict::Unavailable;
        }
        if now < self.limited_until {
            return Verdict::Limited(self.limited_until - now);
        }
        if self.misconfigured > 0 {
            self.misconfigured -= 1;
            return Verdict::Misconfigured;
        }
        if self.spurious > 0 {
            self.spurious -= 1;
            return Verdict::Rejected;
        }
        let Token { family, spent, .. } = self.tokens[token];
        if spent.is_some_and(|spent| now >= spent + LEEWAY) {
            self.families[family].revoked = true;
            return Verdict::Reused;
        }
        if !self.would_accept(now, token) {
            return Verdict::Rejected;
        }
        self.tokens[token].spent.get_or_insert(now);
        Verdict::Issued(self.issue(now, family, Some(token)))
    }

    /// Whether a refresh with this token would return new tokens, apart from incidents.
    pub(super) fn would_accept(&self, now: Duration, token: usize) -> bool {
        let Token { family, issued, spent, .. } = &self.tokens[token];
        let family = &self.families[*family];
        let in_time = spent.map_or(now < *issued + IDLE, |spent| now < spent + LEEWAY);
        in_time && !family.revoked && now < family.created + ABSOLUTE
    }

    /// Whether the gateway accepts the access token that was issued with this refresh token.
    pub(super) fn accepts_access(&self, now: Duration, token: usize) -> bool {
        let Token { family, issued, spent, .. } = &self.tokens[token];
        let is_replaced = spent.is_some_and(|spent| now >= spent + LEEWAY);
        now < *issued + self.lifetime.max(Duration::from_secs(1)) && !is_replaced && !self.families[*family].revoked
    }

    pub(super) fn family(&self, token: usize) -> usize {
        self.tokens[token].family
    }

    /// Whether one consent is known to be older than another. Consents that overlap have no order,
    /// and neither have those of processes whose clocks contradict it and that did not know of each
    /// other.
    pub(super) fn is_older(&self, one: usize, other: usize) -> bool {
        let (old, new) = (&self.families[one], &self.families[other]);
        let is_before = old.received_step.is_some_and(|received| received < new.requested_step);
        is_before && (new.known.contains(&one) || old.consented_at_millis < new.consented_at_millis)
    }
}
