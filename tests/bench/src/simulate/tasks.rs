//! Callers that need tokens, and users who sign in and out.

use std::time::Duration;

use jsm_ops::simulation::{self, Grant, TokenAction, consented_grant};

use crate::simulate::{
    actors::{Actor, Caller, Kind, STORE_TIMEOUT, SignIn, SignInStage, SignOut, SignOutStage},
    choices::Choices,
    refresh::{Fault, GRACE},
    world::{Ended, Late, Outcome, World, held_token, token_of},
};

/// The bounds of the real driver.
const GIVE_UP: Duration = Duration::from_secs(92);
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_JOINS: usize = 4;

/// A caller ends within this time, whatever happens.
const CALLER_BOUND: Duration = Duration::from_secs(93);

const MAX_EXCHANGES: u32 = 3;

/// Consents and sign-outs of two processes have no order within this time.
const UNORDERED: Duration = Duration::from_secs(12);

impl World {
    pub(super) fn start_caller(&mut self, process: usize, user: usize, is_probe: bool) {
        let caller = Caller::new(is_probe);
        self.actors.push(Actor { process, user, kind: Kind::Caller(caller) });
    }

    pub(super) fn caller_is_ready(&self, process: usize, user: usize, caller: &Caller) -> bool {
        caller.waits_for.is_none_or(|id| {
            let running = self.processes[process].sessions[user].running.iter().find(|running| running.id == id);
            running.is_none_or(|running| running.ended.is_some())
        })
    }

    pub(super) fn caller_due(&self, process: usize, user: usize, caller: &Caller) -> Option<Duration> {
        let id = caller.waits_for?;
        let running = self.processes[process].sessions[user].running.iter().find(|running| running.id == id)?;
        running.ended.is_none().then(|| (running.deadline + GRACE).min(caller.started.unwrap_or_default() + GIVE_UP))
    }

    /// One step of a caller. Returns whether it ended.
    pub(super) fn step_caller(&mut self, process: usize, user: usize, caller: &mut Caller) -> bool {
        let started = *caller.started.get_or_insert(self.now);
        if let Some(id) = caller.waits_for.take() {
            caller.joins += 1;
            let ended = self.session(process, user).entry(id).and_then(|entry| entry.ended_at).unwrap_or(started);
            self.check_wait(process, caller.since, ended);
            match self.session(process, user).entry(id).and_then(|entry| entry.ended.clone()) {
                Some(Ended::Failed(error)) => {
                    return self.end_caller(process, user, caller, Outcome::Failed(error));
                }
                _ if caller.joins >= MAX_JOINS => {
                    let error = simulation::interrupted();
                    return self.end_caller(process, user, caller, Outcome::Failed(error));
                }
                _ => {}
            }
        }
        match self.transition(process, user, |machine, now| machine.token_needed(now)) {
            TokenAction::Use(grant) => self.use_token(process, user, caller, &grant),
            TokenAction::UseAndSave(grant, id) => {
                self.launch(process, user, id);
                self.use_token(process, user, caller, &grant)
            }
            TokenAction::UseAndStart(id) => {
                self.launch(process, user, id);
                // The moment is over at once. In the other cases the refresh ended before.
                match self.session(process, user).machine.valid_grant().cloned() {
                    Some(grant) => self.use_token(process, user, caller, &grant),
                    None => false,
                }
            }
            TokenAction::Start(id) => {
                self.launch(process, user, id);
                (caller.waits_for, caller.since) = (Some(id), self.now);
                false
            }
            TokenAction::Join(id) => {
                (caller.waits_for, caller.since) = (Some(id), self.now);
                false
            }
            TokenAction::Fail(error) => self.end_caller(process, user, caller, Outcome::Failed(error)),
        }
    }

    /// A caller has waited for too long, or its refresh has.
    pub(super) fn caller_is_due(&mut self, process: usize, user: usize, caller: &mut Caller) -> bool {
        let Some(id) = caller.waits_for else { return false };
        let now = self.now;
        let Some(entry) = self.session(process, user).entry(id) else { return false };
        let task = entry.task;
        if now >= entry.deadline + GRACE {
            self.end_refresh(process, user, id, task, Ended::Interrupted);
            return false;
        }
        self.check_wait(process, caller.since, now);
        self.end_caller(process, user, caller, Outcome::TimedOut)
    }

    fn use_token(&mut self, process: usize, user: usize, caller: &mut Caller, grant: &Grant) -> bool {
        let (now, token, generation) = (self.now, token_of(grant), grant.generation());
        let family = self.users[user].server.family(token);
        if self.session(process, user).signed_out.contains(&family) {
            self.violated(format!("p{process} uses token {token} of consent {family}, which was signed out there"));
        }
        if self.users[user].server.accepts_access(now, token) {
            return self.end_caller(process, user, caller, Outcome::Valid);
        }
        if caller.is_second {
            self.transition(process, user, |machine, now| machine.token_rejected_after_refresh(now, generation));
            return self.end_caller(process, user, caller, Outcome::Rejected);
        }
        if !self.transition(process, user, |machine, now| machine.token_rejected(now, generation)) {
            return self.end_caller(process, user, caller, Outcome::Rejected);
        }
        self.session(process, user).issued = None;
        caller.is_second = true;
        caller.joins = 0;
        caller.started = Some(now);
        false
    }

    /// A caller waits for a limited time while its own task is driven.
    fn check_wait(&mut self, process: usize, started: Duration, until: Duration) {
        if until > started + CALLER_BOUND {
            self.violated(format!("a caller of p{process} waited for {} seconds", (until - started).as_secs()));
        }
    }

    fn end_caller(&mut self, process: usize, user: usize, caller: &Caller, outcome: Outcome) -> bool {
        self.note(|| format!("p{process} u{user} caller: {outcome:?}"));
        if caller.is_probe {
            self.outcome = Some(outcome);
        }
        true
    }

    pub(super) fn start_sign_in(&mut self, process: usize, user: usize) {
        let sign_in = SignIn {
            stage: SignInStage::Lock,
            due: self.now + LOCK_TIMEOUT,
            attempts: 0,
            known: Vec::new(),
            stored: None,
            requested_at: self.wall(process),
            requested_step: self.step,
            is_hung: false,
        };
        self.actors.push(Actor { process, user, kind: Kind::SignIn(sign_in) });
    }

    /// One step of a sign-in. Returns whether it ended.
    pub(super) fn step_sign_in(&mut self, process: usize, user: usize, sign_in: &mut SignIn, choices: &mut Choices) -> bool {
        let now = self.now;
        match sign_in.stage {
            SignInStage::Lock => {
                if matches!(self.store_fault(choices), Fault::Before | Fault::After) {
                    return true;
                }
                (sign_in.stage, sign_in.due) = (SignInStage::Load, now + STORE_TIMEOUT);
            }
            SignInStage::Load => {
                match self.store_fault(choices) {
                    Fault::Before | Fault::After => return true,
                    Fault::Hang | Fault::HangLate(_) => {
                        sign_in.is_hung = true;
                        return false;
                    }
                    Fault::None | Fault::Conflict => {}
                }
                sign_in.stored = self.users[user].store.load();
                self.begin_exchange(process, user, sign_in);
            }
            SignInStage::Exchange => {
                let rate = if self.is_calm { 0 } else { self.setup.request_faults };
                let is_faulty = choices.one_in(rate);
                let is_lost = is_faulty && choices.one_in(2);
                if is_faulty && !is_lost {
                    sign_in.attempts += 1;
                    return sign_in.attempts >= MAX_EXCHANGES;
                }
                let token = self.users[user].server.consent(now, process, sign_in.requested_step, sign_in.known.clone());
                self.note(|| format!("u{user} consented in p{process}: token {token}"));
                if is_lost {
                    // The code is spent, so the sign-in fails.
                    return true;
                }
                sign_in.stage = SignInStage::Deliver(token);
            }
            SignInStage::Deliver(token) => {
                self.consent(process, user, sign_in, token);
                return true;
            }
        }
        false
    }

    fn begin_exchange(&mut self, process: usize, user: usize, sign_in: &mut SignIn) {
        let held = held_token(self.session(process, user).machine.held());
        let server = &self.users[user].server;
        sign_in.known =
            held.into_iter().chain(sign_in.stored.as_ref().map(token_of)).map(|token| server.family(token)).collect();
        // A consent that is known implies those that were known then.
        for family in sign_in.known.clone() {
            sign_in.known.extend_from_slice(&server.families[family].known);
        }
        sign_in.stage = SignInStage::Exchange;
        sign_in.requested_at = self.wall(process);
        sign_in.requested_step = self.step;
    }

    fn consent(&mut self, process: usize, user: usize, sign_in: &mut SignIn, token: usize) {
        let generation = self.generation();
        let lifetime = self.users[user].server.lifetime;
        let grant = consented_grant(generation, &token.to_string(), lifetime, sign_in.requested_at);
        let (stored, now, step) = (sign_in.stored.take(), self.now, self.step);
        let id = self.transition(process, user, |machine, now| machine.consented(now, grant, stored.as_ref()));
        let session = self.session(process, user);
        session.issued = Some((token, now));
        let consented_at = session.machine.grant().map_or(0, |grant| grant.consented_at().timestamp_millis());
        let server = &mut self.users[user].server;
        server.tokens[token].received = true;
        let family = server.family(token);
        server.families[family].received_step = Some(step);
        server.families[family].received_at = now;
        server.families[family].consented_at_millis = consented_at;
        self.launch(process, user, id);
    }

    /// A store call of a sign-in takes too long. Returns whether the sign-in ends.
    pub(super) fn sign_in_due(&mut self, sign_in: &mut SignIn) -> bool {
        match sign_in.stage {
            // Another process has the lock, so the store works.
            SignInStage::Lock => {
                (sign_in.stage, sign_in.due) = (SignInStage::Load, self.now + STORE_TIMEOUT);
                false
            }
            _ => true,
        }
    }

    pub(super) fn start_sign_out(&mut self, process: usize, user: usize) {
        let (task, due) = (self.task(), self.now + LOCK_TIMEOUT);
        let sign_out = SignOut { task, stage: SignOutStage::Lock, due, stored: None, is_hung: false };
        self.actors.push(Actor { process, user, kind: Kind::SignOut(sign_out) });
    }

    /// One step of a sign-out. Returns whether it ended.
    pub(super) fn step_sign_out(
        &mut self,
        process: usize,
        user: usize,
        sign_out: &mut SignOut,
        choices: &mut Choices,
    ) -> bool {
        let now = self.now;
        let fault = self.store_fault(choices);
        match (sign_out.stage, fault) {
            (SignOutStage::Lock, fault) => {
                if !matches!(fault, Fault::Before | Fault::After) {
                    self.users[user].store.try_lock((process, sign_out.task));
                }
                (sign_out.stage, sign_out.due) = (SignOutStage::Load, now + STORE_TIMEOUT);
            }
            (SignOutStage::Load | SignOutStage::Delete, Fault::Hang) => sign_out.is_hung = true,
            (SignOutStage::Load, fault) => {
                if matches!(fault, Fault::None | Fault::Conflict) {
                    sign_out.stored = self.users[user].store.load();
                }
                (sign_out.stage, sign_out.due) = (SignOutStage::Delete, now + STORE_TIMEOUT);
            }
            (SignOutStage::Delete, Fault::HangLate(delay)) => {
                self.users[user].late.push((now + delay, Late::Delete));
                sign_out.is_hung = true;
            }
            (SignOutStage::Delete, fault) => {
                if !matches!(fault, Fault::Before) {
                    self.delete(user);
                }
                if matches!(fault, Fault::None | Fault::Conflict) {
                    self.signed_out(process, user, sign_out.stored.as_ref());
                }
                self.users[user].store.unlock((process, sign_out.task));
                return true;
            }
        }
        false
    }

    /// A store call of a sign-out takes too long. Returns whether the sign-out ends.
    pub(super) fn sign_out_due(&mut self, process: usize, user: usize, sign_out: &mut SignOut) -> bool {
        sign_out.is_hung = false;
        let stage = sign_out.stage;
        sign_out.due = self.now + STORE_TIMEOUT;
        match stage {
            SignOutStage::Lock => sign_out.stage = SignOutStage::Load,
            SignOutStage::Load => sign_out.stage = SignOutStage::Delete,
            SignOutStage::Delete => {
                self.users[user].store.unlock((process, sign_out.task));
                return true;
            }
        }
        false
    }

    /// Deletes the grant in the store. All consents up to now are over.
    pub(super) fn delete(&mut self, user: usize) {
        let (now, step) = (self.now, self.step);
        let place = &mut self.users[user];
        place.store.delete(now);
        place.signed_out = (0..place.server.families.len()).collect();
        place.has_changed = true;
        place.deleted_step = step;
        self.note(|| format!("u{user} the grant is deleted"));
    }

    fn signed_out(&mut self, process: usize, user: usize, stored: Option<&Grant>) {
        let held = held_token(self.session(process, user).machine.held());
        let server = &self.users[user].server;
        let known = held.into_iter().chain(stored.map(token_of)).map(|token| server.family(token));
        // A consent elsewhere within seconds of the sign-out may count as the later one.
        let is_ordered = |family: &usize| {
            let family = &server.families[*family];
            family.process == process || self.now > family.received_at + UNORDERED
        };
        let known: Vec<usize> = known.filter(is_ordered).collect();
        self.transition(process, user, |machine, _| machine.signed_out(stored));
        self.session(process, user).signed_out.extend(known);
        self.session(process, user).issued = None;
        self.end_superseded(process, user);
        self.note(|| format!("p{process} u{user} signed out"));
    }
}
