//! The task of a refresh: carries out the actions of the machine, as the real driver does.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops::simulation::{
    self, EndpointFailure, RefreshAction, RefreshEvent, RefreshId, StoreError, endpoint_error, interrupted, unresponsive,
};

use crate::simulate::{
    actors::{Actor, Kind, RefreshTask},
    choices::Choices,
    server::Verdict,
    world::{Ended, Late, Running, World, token_of},
};

/// The bound of a refresh of the real driver, and how much longer others wait.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(90);
pub(super) const GRACE: Duration = Duration::from_secs(1);

impl World {
    /// Starts a refresh that a machine announced.
    pub(super) fn launch(&mut self, process: usize, user: usize, id: RefreshId) {
        let (task, deadline) = (self.task(), self.now + REFRESH_TIMEOUT);
        // A refresh that this one replaces is over.
        self.end_superseded(process, user);
        self.session(process, user).running.push(Running { id, task, deadline, ended: None, ended_at: None });
        let sent_at = self.wall(process);
        let (is_stalled, is_hung, timeout_at) = (false, false, deadline);
        let event = Some(RefreshEvent::Started);
        let refresh = RefreshTask { id, task, deadline, is_stalled, action: None, sent_at, timeout_at, is_hung, event };
        self.actors.push(Actor { process, user, kind: Kind::Refresh(refresh) });
    }

    /// Ends the refreshes that the machine no longer runs, for their callers.
    pub(super) fn end_superseded(&mut self, process: usize, user: usize) {
        let now = self.now;
        let session = self.session(process, user);
        let current = session.machine.running();
        let mut over = Vec::new();
        for running in session.running.iter_mut().filter(|running| Some(running.id) != current && running.ended.is_none()) {
            running.ended = Some(Ended::Interrupted);
            running.ended_at = Some(now);
            over.push(running.task);
        }
        for task in over {
            self.cancel(process, user, task);
        }
    }

    /// Drops the task of a refresh and releases its lock. A save that has begun may complete all
    /// the same. A deletion that has begun keeps the task and the lock.
    fn cancel(&mut self, process: usize, user: usize, task: u64) {
        let is_it = |actor: &Actor| matches!(&actor.kind, Kind::Refresh(refresh) if refresh.task == task && actor.process == process && actor.user == user);
        let index = self.actors.iter().position(is_it);
        let kind = index.map(|index| &self.actors[index].kind);
        if matches!(kind, Some(Kind::Refresh(RefreshTask { action: Some(RefreshAction::Delete), .. }))) {
            return;
        }
        self.users[user].store.unlock((process, task));
        let Some(index) = index else { return };
        if let Kind::Refresh(RefreshTask { action: Some(RefreshAction::Save(grant, expected)), event: None, .. }) =
            self.actors.remove(index).kind
            && task.is_multiple_of(2)
        {
            self.users[user].late.push((self.now + GRACE, Late::Save(grant, expected)));
        }
    }

    /// One step of a refresh. Returns whether its task ended.
    pub(super) fn step_refresh(
        &mut self,
        process: usize,
        user: usize,
        refresh: &mut RefreshTask,
        choices: &mut Choices,
    ) -> bool {
        match refresh.event.take() {
            Some(event) => self.deliver(process, user, refresh, event),
            // A task that stood still finds its timers over.
            None if self.now >= refresh.timeout_at => self.refresh_due(process, user, refresh),
            None => {
                self.take_effect(process, user, refresh, choices);
                false
            }
        }
    }

    /// A timer of a refresh: a call takes too long, a delay is over, or all of it takes too long.
    pub(super) fn refresh_due(&mut self, process: usize, user: usize, refresh: &mut RefreshTask) -> bool {
        if self.now >= refresh.deadline {
            self.end_refresh(process, user, refresh.id, refresh.task, Ended::Failed(interrupted()));
            return true;
        }
        let event = match &refresh.action {
            Some(RefreshAction::Wait(_)) => RefreshEvent::Waited,
            Some(RefreshAction::Lock) => RefreshEvent::Locked(Err(StoreError::busy("the lock"))),
            Some(RefreshAction::Load) => RefreshEvent::Loaded(Err(unresponsive())),
            Some(RefreshAction::Save(..)) => RefreshEvent::Saved(Err(unresponsive())),
            Some(RefreshAction::Delete) => RefreshEvent::Deleted(Err(unresponsive())),
            Some(RefreshAction::Ask(grant)) => RefreshEvent::Responded {
                sent: grant.generation(),
                result: Err(endpoint_error(EndpointFailure::Unavailable)),
            },
            Some(RefreshAction::Finish(_)) | None => return false,
        };
        refresh.event = Some(event);
        false
    }

    fn deliver(&mut self, process: usize, user: usize, refresh: &mut RefreshTask, event: RefreshEvent) -> bool {
        let issued = match &event {
            RefreshEvent::Responded { result: Ok(grant), .. } => Some((grant.generation(), token_of(grant))),
            _ => None,
        };
        let (id, task) = (refresh.id, refresh.task);
        let action = self.transition(process, user, |machine, now| machine.refresh_event(now, id, event));
        if let Some((generation, token)) = issued {
            let is_held = self.session(process, user).machine.grant().map(simulation::Grant::generation) == Some(generation);
            self.users[user].server.tokens[token].received = is_held;
            if is_held {
                let now = self.now;
                self.session(process, user).issued = Some((token, now));
            }
        }
        if let RefreshAction::Finish(result) = action {
            let ended = match result {
                Ok(()) => Ended::Ok,
                Err(error) if simulation::is_interrupted(&error) => Ended::Interrupted,
                Err(error) => Ended::Failed(error),
            };
            self.end_refresh(process, user, id, task, ended);
            return true;
        }
        self.note(|| format!("p{process} u{user} {id:?} -> {}", name(&action)));
        if let RefreshAction::Ask(grant) = &action {
            self.check_request(process, user, token_of(grant));
        }
        let wall = self.wall(process);
        refresh.set(action, self.now, wall);
        false
    }

    /// The end of a refresh, for the machine and for its callers.
    pub(super) fn end_refresh(&mut self, process: usize, user: usize, id: RefreshId, task: u64, ended: Ended) {
        self.transition(process, user, |machine, now| machine.refresh_ended(now, id, &interrupted()));
        self.users[user].store.unlock((process, task));
        let now = self.now;
        let session = self.session(process, user);
        if let Some(entry) = session.entry(id) {
            entry.ended.get_or_insert_with(|| ended.clone());
            entry.ended_at.get_or_insert(now);
        }
        if session.machine.save_error().is_some() && session.save_retry.is_none() {
            session.save_retry = Some((now + Duration::from_secs(1), Duration::from_secs(1)));
        }
        self.note(|| format!("p{process} u{user} {id:?} ended: {ended:?}"));
    }

    fn take_effect(&mut self, process: usize, user: usize, refresh: &mut RefreshTask, choices: &mut Choices) {
        let now = self.now;
        let Some(action) = &refresh.action else { return };
        if let RefreshAction::Ask(grant) = action {
            let (grant, sent_at) = (grant.clone(), refresh.sent_at);
            refresh.event = self.ask(user, &grant, sent_at, choices);
            refresh.is_hung = refresh.event.is_none();
            return;
        }
        let fault = self.store_fault(choices);
        let has_stale_reads = self.setup.stale_reads && !self.is_calm;
        let place = &mut self.users[user];
        let failed = || StoreError::other("simulated");
        let (event, is_change) = match action {
            RefreshAction::Load => match fault {
                Fault::None if has_stale_reads && choices.one_in(3) => {
                    (Some(RefreshEvent::Loaded(Ok(place.store.load_stale(now)))), false)
                }
                Fault::None | Fault::Conflict => (Some(RefreshEvent::Loaded(Ok(place.store.load()))), false),
                Fault::Hang | Fault::HangLate(_) => (None, false),
                Fault::Before | Fault::After => (Some(RefreshEvent::Loaded(Err(failed()))), false),
            },
            RefreshAction::Lock => match fault {
                Fault::Before | Fault::After => (Some(RefreshEvent::Locked(Err(failed()))), false),
                _ => {
                    let is_locked = place.store.try_lock((process, refresh.task));
                    (is_locked.then_some(RefreshEvent::Locked(Ok(()))), false)
                }
            },
            RefreshAction::Save(grant, expected) => match fault {
                Fault::None => {
                    let is_saved = place.store.save(now, grant, *expected);
                    let result = if is_saved { Ok(()) } else { Err(StoreError::conflict()) };
                    (Some(RefreshEvent::Saved(result)), is_saved)
                }
                Fault::Conflict => (Some(RefreshEvent::Saved(Err(StoreError::conflict()))), false),
                Fault::Before => (Some(RefreshEvent::Saved(Err(failed()))), false),
                Fault::After => {
                    let is_saved = place.store.save(now, grant, *expected);
                    (Some(RefreshEvent::Saved(Err(failed()))), is_saved)
                }
                Fault::Hang => (None, false),
                Fault::HangLate(delay) => {
                    place.late.push((now + delay, Late::Save(grant.clone(), *expected)));
                    (None, false)
                }
            },
            RefreshAction::Delete => match fault {
                Fault::None | Fault::Conflict => {
                    place.store.delete(now);
                    (Some(RefreshEvent::Deleted(Ok(()))), true)
                }
                Fault::Before | Fault::After => (Some(RefreshEvent::Deleted(Err(failed()))), false),
                Fault::Hang | Fault::HangLate(_) => (None, false),
            },
            RefreshAction::Ask(_) | RefreshAction::Wait(_) | RefreshAction::Finish(_) => return,
        };
        refresh.is_hung = event.is_none() && !matches!(action, RefreshAction::Lock);
        refresh.event = event;
        self.note(|| format!("p{process} u{user} {:?} fault {fault:?}: {:?}", refresh.id, refresh.event));
        if is_change {
            self.store_changed(user);
        }
    }

    /// Sends a refresh token to the server. `None` if no response comes.
    fn ask(
        &mut self,
        user: usize,
        grant: &simulation::Grant,
        sent_at: DateTime<Utc>,
        choices: &mut Choices,
    ) -> Option<RefreshEvent> {
        self.requests += 1;
        let sent = grant.generation();
        let failed = |failure| Some(RefreshEvent::Responded { sent, result: Err(endpoint_error(failure)) });
        let rate = if self.is_calm { 0 } else { self.setup.request_faults };
        let is_faulty = choices.one_in(rate);
        let kind = choices.below(3);
        if is_faulty && kind == 0 {
            return failed(EndpointFailure::Unavailable);
        }
        let (now, token) = (self.now, token_of(grant));
        let verdict = self.users[user].server.refresh(now, token);
        self.note(|| format!("u{user} the server responds to token {token}: {verdict:?}"));
        if verdict == Verdict::Reused {
            self.check_reuse(user, token);
        }
        if is_faulty {
            // The response is lost, now or after a while.
            return if kind == 1 { failed(EndpointFailure::Unavailable) } else { None };
        }
        match verdict {
            Verdict::Issued(token) => {
                let lifetime = self.users[user].server.lifetime;
                let generation = self.generation();
                let next = simulation::refreshed_grant(grant, generation, &token.to_string(), lifetime, sent_at);
                Some(RefreshEvent::Responded { sent, result: Ok(next) })
            }
            Verdict::Rejected | Verdict::Reused => failed(EndpointFailure::Rejected),
            Verdict::Unavailable => failed(EndpointFailure::Unavailable),
            Verdict::Limited(delay) => failed(EndpointFailure::RateLimited(delay)),
            Verdict::Misconfigured => failed(EndpointFailure::Misconfigured),
        }
    }

    pub(super) fn store_fault(&self, choices: &mut Choices) -> Fault {
        let rate = if self.is_calm { 0 } else { self.setup.store_faults };
        let is_faulty = choices.one_in(rate);
        let kind = choices.below(5);
        let delay = Duration::from_secs(choices.below(120));
        match (is_faulty, kind) {
            (false, _) => Fault::None,
            (true, 0) => Fault::Before,
            (true, 1) => Fault::After,
            (true, 2) => Fault::Hang,
            (true, 3) => Fault::HangLate(delay),
            _ => Fault::Conflict,
        }
    }
}

/// A fault of a store call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    None,
    /// It fails and changes nothing.
    Before,
    /// It succeeds and reports a failure.
    After,
    /// It never responds, and changes nothing.
    Hang,
    /// It never responds, and happens after this time.
    HangLate(Duration),
    /// It reports a conflict that does not exist.
    Conflict,
}

fn name(action: &RefreshAction) -> String {
    match action {
        RefreshAction::Ask(grant) => format!("ask with token {}", token_of(grant)),
        RefreshAction::Save(grant, expected) => format!("save token {} over {expected:?}", token_of(grant)),
        other => format!("{other:?}"),
    }
}
