//! The invariants.

use std::time::Duration;

use jsm_ops::simulation::{Held, Unsaved};

use crate::simulate::world::{Outcome, World, held_token, token_of};

/// How long a new token must have been in the store before others have to know it: a request with
/// the old one may be on its way.
const KNOWN: Duration = Duration::from_secs(60);

/// A session asks again after this time at the earliest, unless the gateway rejected its token.
const MIN_INTERVAL: Duration = Duration::from_secs(30);

impl World {
    /// What the store holds has changed.
    pub(super) fn store_changed(&mut self, user: usize) {
        let now = self.now;
        let place = &mut self.users[user];
        place.has_changed = true;
        let Some(token) = place.store.grant().map(token_of) else { return };
        if place.stored.iter().all(|(known, _)| *known != token) {
            place.stored.push((token, now));
        }
        if let Some(before) = place.store.previous().map(token_of) {
            self.check_order(user, before, token, "in the store");
        }
    }

    /// The newest token that a process received is in the store, or in memory and reported unsaved.
    pub(super) fn check_newest(&mut self, user: usize) {
        if !std::mem::take(&mut self.users[user].has_changed) {
            return;
        }
        let now = self.now;
        let place = &self.users[user];
        let server = &place.server;
        let held = self.kept(user);
        let missing = server.tokens.iter().enumerate().filter(|(token, state)| {
            let is_newest = state.received && !state.lost && state.spent.is_none();
            let has_ended = place.is_signed_out(state.family) || !server.would_accept(now, *token);
            is_newest && !has_ended && !held.contains(token)
        });
        let (replaced, lost): (Vec<usize>, Vec<usize>) = missing.map(|(token, _)| token).partition(|token| {
            let state = &server.tokens[*token];
            held.iter().any(|other| {
                let family = server.family(*other);
                if family == state.family {
                    // A sibling, from the same spent token.
                    server.tokens[*other].spent.is_none()
                } else {
                    !server.is_older(family, state.family)
                }
            })
        });
        for token in replaced {
            self.users[user].server.tokens[token].lost = true;
        }
        if let Some(token) = lost.last() {
            self.violated(format!("token {token} of user {user} is lost"));
        }
    }

    /// The tokens in the store, and in memory and reported as not in the store.
    fn kept(&self, user: usize) -> Vec<usize> {
        let in_memory = self.processes.iter().filter_map(|process| match process.sessions[user].machine.held() {
            held @ (Held::Unsaved(Unsaved { .. }) | Held::Rejected(_)) => held_token(held),
            Held::Nothing | Held::Saved(_) => None,
        });
        self.users[user].store.grant().map(token_of).into_iter().chain(in_memory).collect()
    }

    /// A process is about to send a refresh token.
    pub(super) fn check_request(&mut self, process: usize, user: usize, token: usize) {
        let now = self.now;
        let is_unsaved = self.session(process, user).machine.is_unsaved();
        if !self.setup.lost_locks && !is_unsaved {
            let asking = self.asking(user);
            if asking > 0 {
                self.violated(format!("{} refreshes of user {user} at a time", asking + 1));
            }
        }
        let session = self.session(process, user);
        let (limited, issued) = (session.limited, session.issued);
        if limited.is_some_and(|(known, until)| known == token && now < until) {
            self.violated(format!("p{process} sent token {token} although the server asked to wait"));
        }
        if issued.is_some_and(|(known, issued)| known == token && now < issued + MIN_INTERVAL) {
            self.violated(format!("p{process} refreshed tokens that it had just received"));
        }
    }

    /// The server revoked a grant because a spent token was used again.
    pub(super) fn check_reuse(&mut self, user: usize, token: usize) {
        let place = &self.users[user];
        let is_known = place
            .stored
            .iter()
            .any(|(stored, since)| place.server.tokens[*stored].parent == Some(token) && self.now >= *since + KNOWN);
        if is_known && !self.setup.lost_locks && !place.is_signed_out(place.server.family(token)) {
            self.violated(format!("token {token} of user {user} was used again although its successor was stored"));
        }
    }

    /// The end of a schedule: faults are over, and a caller of this process was told so.
    pub(super) fn check_end(&mut self, process: usize, user: usize, outcome: &Outcome) {
        let now = self.now;
        let place = &self.users[user];
        let server = &place.server;
        let held = held_token(self.processes[process].sessions[user].machine.held());
        let wrong = match outcome {
            Outcome::Valid => None,
            Outcome::Failed(error) if error.is_consent_needed() => match held {
                None => {
                    let has_lost = server.tokens.iter().enumerate().any(|(token, state)| {
                        let is_over = place.is_signed_out(state.family) || !server.would_accept(now, token);
                        state.received && !state.lost && state.spent.is_none() && !is_over
                    });
                    has_lost.then(|| "finds no grant".to_owned())
                }
                Some(token) if server.would_accept(now, token) => {
                    Some(format!("does not use token {token}, which is valid"))
                }
                Some(token) => {
                    let is_revoked = server.families[server.family(token)].revoked;
                    let is_known = place.stored.iter().any(|(stored, _)| server.tokens[*stored].parent == Some(token));
                    (!is_revoked && is_known && !self.setup.lost_locks)
                        .then(|| format!("has the spent token {token}, whose successor was stored"))
                }
            },
            other => Some(format!("does not recover: {other:?}")),
        };
        if let Some(wrong) = wrong {
            self.violated(format!("p{process} u{user} {wrong}"));
        }
    }
}
