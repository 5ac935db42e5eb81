//! Runs one schedule: draws events, moves time, and checks.

use std::time::Duration;

use jsm_ops::ConsentReason;

use crate::simulate::{
    actors::{Actor, Kind},
    choices::{Choices, Schedule},
    store::Store,
    world::{Late, Outcome, Session, World, token_of},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Most steps in which nothing but progress happens.
const MAX_PROGRESS: usize = 400;

/// How one schedule ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) violation: Option<String>,
    pub(super) trace: Vec<String>,
    pub(super) steps: usize,
    pub(super) requests: usize,
}

/// Runs a schedule.
pub(super) fn run(schedule: &Schedule, is_traced: bool) -> Run {
    let mut world = World::new(schedule, is_traced);
    for number in &schedule.steps {
        world.step += 1;
        world.event(&mut Choices::new(*number));
        if world.check() {
            break;
        }
    }
    if world.violation.is_none() {
        world.calm_down();
    }
    Run { violation: world.violation, trace: world.trace.unwrap_or_default(), steps: world.step, requests: world.requests }
}

impl World {
    /// Checks what every step must keep. Returns whether the run is over.
    fn check(&mut self) -> bool {
        for user in 0..self.users.len() {
            self.check_newest(user);
        }
        self.violation.is_some()
    }

    /// One step of a schedule.
    fn event(&mut self, choices: &mut Choices) {
        let event = choices.below(100);
        let (process, user) = (choices.index(self.processes.len()), choices.index(self.users.len()));
        match event {
            0..52 => self.progress(choices),
            52..70 => self.start_caller(process, user, false),
            70..75 => self.start_sign_in(process, user),
            75..77 => self.start_sign_out(process, user),
            77..80 if self.setup.crashes => self.crash(process, choices),
            80..82 if self.setup.skewed_clocks => {
                let skew = [0, -6 * 3600, -60, 60, 6 * 3600][choices.index(5)];
                self.note(|| format!("p{process} the clock is ahead by {skew} seconds"));
                self.processes[process].skew = skew;
            }
            82..85 if self.setup.stalls => self.stall(choices),
            85..87 if self.setup.incidents => self.incident(user, choices),
            87 if self.setup.lost_locks => self.users[user].store.lock = None,
            88..92 => self.pass(Duration::from_millis(choices.below(3000)), choices),
            92..97 => self.pass(Duration::from_secs(choices.below(20 * MINUTE)), choices),
            97..99 => self.pass(Duration::from_secs(choices.below(3 * HOUR)), choices),
            99 => self.pass(Duration::from_secs(choices.below(40 * DAY)), choices),
            _ => self.progress(choices),
        }
    }

    /// Lets something go on that can.
    fn progress(&mut self, choices: &mut Choices) {
        let ready: usize = (0..self.actors.len()).filter(|index| self.is_ready(*index)).count();
        if ready == 0 {
            return;
        }
        let chosen = choices.index(ready);
        let index = (0..self.actors.len()).filter(|index| self.is_ready(*index)).nth(chosen);
        if let Some(index) = index {
            self.act(index, |world, process, user, kind| match kind {
                Kind::Refresh(refresh) => world.step_refresh(process, user, refresh, choices),
                Kind::Caller(caller) => world.step_caller(process, user, caller),
                Kind::SignIn(sign_in) => world.step_sign_in(process, user, sign_in, choices),
                Kind::SignOut(sign_out) => world.step_sign_out(process, user, sign_out, choices),
            });
        }
    }

    /// Takes an actor out while it acts, and puts it back unless it ended.
    fn act(&mut self, index: usize, act: impl FnOnce(&mut Self, usize, usize, &mut Kind) -> bool) {
        let Actor { process, user, mut kind } = self.actors.remove(index);
        if !act(self, process, user, &mut kind) {
            let index = index.min(self.actors.len());
            self.actors.insert(index, Actor { process, user, kind });
        }
    }

    fn is_ready(&self, index: usize) -> bool {
        let Actor { process, user, kind } = &self.actors[index];
        let store: &Store = &self.users[*user].store;
        match kind {
            Kind::Refresh(refresh) => refresh.is_ready(store.lock.is_none()),
            Kind::Caller(caller) => self.caller_is_ready(*process, *user, caller),
            Kind::SignIn(sign_in) => sign_in.is_ready(store.lock.is_none()),
            Kind::SignOut(sign_out) => sign_out.is_ready(store.lock.is_none()),
        }
    }

    fn due(&self, index: usize) -> Option<Duration> {
        let Actor { process, user, kind } = &self.actors[index];
        match kind {
            Kind::Refresh(refresh) => refresh.due(),
            Kind::Caller(caller) => self.caller_due(*process, *user, caller),
            Kind::SignIn(sign_in) => sign_in.due(),
            Kind::SignOut(sign_out) => Some(sign_out.due()),
        }
    }

    /// Requests for a user that are on their way.
    pub(super) fn asking(&self, user: usize) -> usize {
        let now = self.now;
        let is_asking = |actor: &&Actor| match &actor.kind {
            Kind::Refresh(refresh) => actor.user == user && refresh.is_asking(now),
            _ => false,
        };
        self.actors.iter().filter(is_asking).count()
    }

    /// Lets time pass: with everything going on in between, or with nothing but timers.
    fn pass(&mut self, by: Duration, choices: &mut Choices) {
        let is_busy = choices.below(4) != 1;
        let until = self.now + by;
        self.note(|| format!("{:.3} seconds pass", by.as_secs_f64()));
        self.advance(until, is_busy);
    }

    fn advance(&mut self, until: Duration, is_busy: bool) {
        if is_busy {
            self.settle();
        }
        // Every timer moves something on; a bound keeps a defect from hanging the simulator.
        for _ in 0..10_000 {
            let Some((due, timer)) = self.next_timer().filter(|(due, _)| *due <= until) else { break };
            self.now = self.now.max(due);
            self.fire(timer);
            if is_busy {
                self.settle();
            }
            if self.check() {
                return;
            }
        }
        self.now = self.now.max(until);
    }

    /// Lets everything go on until all of it waits.
    fn settle(&mut self) {
        for _ in 0..MAX_PROGRESS {
            if self.check() || (0..self.actors.len()).all(|index| !self.is_ready(index)) {
                return;
            }
            self.progress(&mut Choices::new(0));
        }
    }

    fn next_timer(&self) -> Option<(Duration, Timer)> {
        let actors = (0..self.actors.len()).filter_map(|index| Some((self.due(index)?, Timer::Actor(index))));
        let late = self.users.iter().enumerate().flat_map(|(user, place)| {
            place.late.iter().enumerate().map(move |(index, (due, _))| (*due, Timer::Late(user, index)))
        });
        let retries = self.processes.iter().enumerate().flat_map(|(process, place)| {
            let due =
                move |(user, session): (usize, &Session)| Some((session.save_retry?.0, Timer::SaveRetry(process, user)));
            place.sessions.iter().enumerate().filter_map(due)
        });
        actors.chain(late).chain(retries).min_by_key(|(due, _)| *due)
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Actor(index) => self.act(index, |world, process, user, kind| match kind {
                Kind::Refresh(refresh) => world.refresh_due(process, user, refresh),
                Kind::Caller(caller) => world.caller_is_due(process, user, caller),
                Kind::SignIn(sign_in) => world.sign_in_due(sign_in),
                Kind::SignOut(sign_out) => world.sign_out_due(process, user, sign_out),
            }),
            Timer::Late(user, index) => {
                let (_, late) = self.users[user].late.swap_remove(index);
                let now = self.now;
                self.note(|| format!("u{user} a late call happens: {late:?}"));
                match late {
                    Late::Save(grant, expected) => {
                        if self.users[user].store.save(now, &grant, expected) {
                            self.store_changed(user);
                        }
                    }
                    Late::Delete => self.delete(user),
                }
            }
            Timer::SaveRetry(process, user) => self.retry_save(process, user),
        }
    }

    /// The task that retries to save.
    fn retry_save(&mut self, process: usize, user: usize) {
        let now = self.now;
        let session = self.session(process, user);
        let delay = session.save_retry.take().map_or(Duration::from_secs(1), |(_, delay)| delay);
        if !session.machine.is_unsaved() {
            return;
        }
        let delay = (delay * 2).min(Duration::from_secs(MINUTE));
        session.save_retry = Some((now + delay, delay));
        let started = self.transition(process, user, |machine, _| machine.save_needed());
        if let Some(id) = started {
            self.launch(process, user, id);
        }
    }

    /// A process ends without warning and starts anew.
    fn crash(&mut self, process: usize, choices: &mut Choices) {
        self.note(|| format!("p{process} crashes"));
        self.actors.retain(|actor| actor.process != process);
        for user in 0..self.users.len() {
            let old = std::mem::replace(self.session(process, user), Session::new(process as f64 / 4.0));
            let place = &mut self.users[user];
            place.store.unlock_process(process);
            place.has_changed = true;
            if let Some(held) = old.machine.grant().map(token_of)
                && place.store.grant().map(token_of) != Some(held)
            {
                place.server.tokens[held].lost = true;
            }
        }
        // Some processes start with another time.
        if self.setup.skewed_clocks && choices.one_in(3) {
            self.processes[process].skew = 0;
        }
    }

    /// The runtime of a refresh stands still, or goes on.
    fn stall(&mut self, choices: &mut Choices) {
        let refreshes = self.actors.iter_mut().filter_map(|actor| match &mut actor.kind {
            Kind::Refresh(refresh) => Some(refresh),
            _ => None,
        });
        let mut refreshes: Vec<_> = refreshes.collect();
        let length = refreshes.len();
        if let Some(refresh) = refreshes.get_mut(choices.index(length)) {
            refresh.is_stalled = !refresh.is_stalled;
            let (id, is_stalled) = (refresh.id, refresh.is_stalled);
            self.note(|| format!("{id:?} stands still: {is_stalled}"));
        }
    }

    fn incident(&mut self, user: usize, choices: &mut Choices) {
        let until = self.now + Duration::from_secs(choices.below(15 * MINUTE));
        let server = &mut self.users[user].server;
        match choices.below(5) {
            0 => server.outage_until = until,
            1 => server.limited_until = until,
            2 => server.spurious = 2,
            3 => server.misconfigured = 2,
            // The user changes the password.
            _ => server.families.iter_mut().for_each(|family| family.revoked = true),
        }
    }

    /// Faults stop. After some time, every grant works that can.
    fn calm_down(&mut self) {
        self.is_calm = true;
        self.note(|| "faults stop".to_owned());
        for actor in &mut self.actors {
            if let Kind::Refresh(refresh) = &mut actor.kind {
                refresh.is_stalled = false;
            }
        }
        for user in &mut self.users {
            let server = &mut user.server;
            (server.outage_until, server.limited_until) = (Duration::ZERO, Duration::ZERO);
            (server.spurious, server.misconfigured) = (0, 0);
        }
        self.advance(self.now + Duration::from_secs(5 * MINUTE), true);
        for process in 0..self.processes.len() {
            for user in 0..self.users.len() {
                let Some(outcome) = self.probe(process, user) else { return };
                self.check_end(process, user, &outcome);
                if self.violation.is_some() {
                    return;
                }
            }
        }
    }

    /// Needs a token, again and again, until one is valid or consent is needed for good.
    fn probe(&mut self, process: usize, user: usize) -> Option<Outcome> {
        let mut last = None;
        for _ in 0..12 {
            self.start_caller(process, user, true);
            self.advance(self.now + Duration::from_secs(2 * MINUTE), true);
            if self.violation.is_some() {
                return None;
            }
            let outcome = self.outcome.take().unwrap_or(Outcome::TimedOut);
            let wait = match &outcome {
                Outcome::Valid => return Some(outcome),
                Outcome::Failed(error) => match error.consent_reason() {
                    Some(ConsentReason::Rejected { .. }) => 13 * HOUR,
                    // A read from a replica may lag behind once, and not for minutes.
                    Some(ConsentReason::NoGrant) if last.is_some() => return Some(outcome),
                    _ => error.retry_after().map_or(2 * MINUTE, |delay| delay.as_secs() + 1),
                },
                Outcome::Rejected | Outcome::TimedOut => 2 * MINUTE,
            };
            self.advance(self.now + Duration::from_secs(wait), true);
            last = Some(outcome);
        }
        last
    }
}

/// Something that is due.
#[derive(Debug, Clone, Copy)]
enum Timer {
    Actor(usize),
    Late(usize, usize),
    SaveRetry(usize, usize),
}
