//! The simulated world: processes with sessions, stores, a server, and a clock.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsm_ops::simulation::{self, Grant, Held, Machine, Now, RefreshId};

use crate::simulate::{
    actors::Actor,
    choices::{Choices, Schedule},
    server::Server,
    store::Store,
};

/// What a schedule may do, drawn from its setup.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup {
    pub(super) processes: usize,
    pub(super) keys: usize,
    /// One call in so many fails at the store, and one request at the server. Zero for none.
    pub(super) store_faults: u64,
    pub(super) request_faults: u64,
    pub(super) stale_reads: bool,
    pub(super) lost_locks: bool,
    pub(super) crashes: bool,
    pub(super) skewed_clocks: bool,
    pub(super) incidents: bool,
    pub(super) stalls: bool,
    pub(super) lifetime: Duration,
}

impl Setup {
    pub(super) fn new(choices: &mut Choices) -> Self {
        let rate = |choices: &mut Choices| [0, 3, 8, 20][choices.index(4)];
        Self {
            processes: 1 + choices.index(3),
            keys: 1 + choices.index(2),
            store_faults: rate(choices),
            request_faults: rate(choices),
            stale_reads: choices.one_in(4),
            lost_locks: choices.one_in(6),
            crashes: choices.one_in(2),
            skewed_clocks: choices.one_in(3),
            incidents: choices.one_in(2),
            stalls: choices.one_in(2),
            lifetime: Duration::from_secs([3600, 3600, 3600, 60, 0][choices.index(5)]),
        }
    }
}

/// A user: the grant at the server and in the store.
#[derive(Debug, Default)]
pub(super) struct User {
    pub(super) server: Server,
    pub(super) store: Store,
    /// Calls of the store that were given up and happen later.
    pub(super) late: Vec<(Duration, Late)>,
    /// When each token was in the store first.
    pub(super) stored: Vec<(usize, Duration)>,
    /// Consents that were signed out, by any process.
    pub(super) signed_out: Vec<usize>,
    /// The step of the last sign-out. Consents that were under way then may count as earlier.
    pub(super) deleted_step: usize,
    pub(super) has_changed: bool,
}

impl User {
    /// Whether a consent was signed out, or was under way during a sign-out.
    pub(super) fn is_signed_out(&self, family: usize) -> bool {
        self.signed_out.contains(&family) || self.server.families[family].requested_step <= self.deleted_step
    }
}

/// A change of the store that happens late.
#[derive(Debug, Clone)]
pub(super) enum Late {
    Save(Grant, Option<jsm_ops::Generation>),
    Delete,
}

/// A session in a process.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) machine: Machine,
    pub(super) running: Vec<Running>,
    /// When the task that retries to save is due, and its delay.
    pub(super) save_retry: Option<(Duration, Duration)>,
    /// Consents that this process knew when it signed the user out.
    pub(super) signed_out: Vec<usize>,
    /// No request with this token before this time.
    pub(super) limited: Option<(usize, Duration)>,
    /// The tokens that this session received, and when, if the gateway has not rejected them since.
    pub(super) issued: Option<(usize, Duration)>,
}

impl Session {
    pub(super) fn new(jitter: f64) -> Self {
        let machine = Machine::new(simulation::timing(jitter));
        Self { machine, running: Vec::new(), save_retry: None, signed_out: Vec::new(), limited: None, issued: None }
    }

    /// The refresh that the machine runs, for those who wait.
    pub(super) fn entry(&mut self, id: RefreshId) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.id == id)
    }
}

/// A refresh, as its callers see it.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) id: RefreshId,
    pub(super) task: u64,
    pub(super) deadline: Duration,
    pub(super) ended: Option<Ended>,
    pub(super) ended_at: Option<Duration>,
}

/// How a refresh ended for its callers.
#[derive(Debug, Clone)]
pub(super) enum Ended {
    Ok,
    Interrupted,
    Failed(simulation::Error),
}

/// A process.
#[derive(Debug)]
pub(super) struct Process {
    /// Seconds by which its clock is ahead.
    pub(super) skew: i64,
    pub(super) sessions: Vec<Session>,
}

/// What a caller got at last.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// A token that the server accepts.
    Valid,
    /// A token that the gateway rejected twice.
    Rejected,
    Failed(simulation::Error),
    TimedOut,
}

/// Everything.
#[derive(Debug)]
pub(super) struct World {
    pub(super) setup: Setup,
    pub(super) now: Duration,
    pub(super) step: usize,
    pub(super) users: Vec<User>,
    pub(super) processes: Vec<Process>,
    pub(super) actors: Vec<Actor>,
    pub(super) next_task: u64,
    pub(super) next_generation: u64,
    /// Whether faults are over.
    pub(super) is_calm: bool,
    pub(super) outcome: Option<Outcome>,
    pub(super) violation: Option<String>,
    pub(super) trace: Option<Vec<String>>,
    pub(super) requests: usize,
}

impl World {
    pub(super) fn new(schedule: &Schedule, is_traced: bool) -> Self {
        let setup = Setup::new(&mut Choices::new(schedule.setup));
        let users = (0..setup.keys).map(|_| {
            let mut user = User::default();
            user.server.lifetime = setup.lifetime;
            user
        });
        let processes = (0..setup.processes).map(|process| Process {
            skew: 0,
            sessions: (0..setup.keys).map(|_| Session::new(process as f64 / 4.0)).collect(),
        });
        Self {
            setup,
            now: Duration::from_secs(1_000_000),
            step: 0,
            users: users.collect(),
            processes: processes.collect(),
            actors: Vec::new(),
            next_task: 0,
            next_generation: 1,
            is_calm: false,
            outcome: None,
            violation: None,
            trace: is_traced.then(Vec::new),
            requests: 0,
        }
    }

    /// The time of day of a process.
    pub(super) fn wall(&self, process: usize) -> DateTime<Utc> {
        DateTime::from(std::time::UNIX_EPOCH + self.now) + TimeDelta::seconds(self.processes[process].skew)
    }

    pub(super) fn time(&self, process: usize) -> Now {
        Now { wall: self.wall(process), monotonic: self.now }
    }

    pub(super) fn session(&mut self, process: usize, user: usize) -> &mut Session {
        &mut self.processes[process].sessions[user]
    }

    pub(super) fn task(&mut self) -> u64 {
        self.next_task += 1;
        self.next_task
    }

    pub(super) fn generation(&mut self) -> u64 {
        self.next_generation += 1;
        self.next_generation
    }

    pub(super) fn note(&mut self, note: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>4} {:>12.3} {}", self.step, self.now.as_secs_f64() - 1_000_000.0, note()));
        }
    }

    /// Records the first violation of an invariant.
    pub(super) fn violated(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.note(|| format!("VIOLATION: {what}"));
        self.violation.get_or_insert(what);
    }

    /// Runs a transition of a session's machine, and checks what it holds afterwards.
    pub(super) fn transition<T>(&mut self, process: usize, user: usize, act: impl FnOnce(&mut Machine, &Now) -> T) -> T {
        let now = self.time(process);
        let session = self.session(process, user);
        let before = held_token(session.machine.held());
        let result = act(&mut session.machine, &now);
        let outbox = session.machine.take_outbox();
        let after = held_token(session.machine.held());
        if self.trace.is_some() {
            let held = describe(self.session(process, user).machine.held());
            self.note(|| format!("p{process} u{user} {held} {:?}", outbox.notes));
        }
        if before != after {
            self.users[user].has_changed = true;
            if let (Some(before), Some(after)) = (before, after) {
                self.check_order(user, before, after, "in memory");
            }
        }
        result
    }

    /// A newer consent must not give way to an older one.
    pub(super) fn check_order(&mut self, user: usize, before: usize, after: usize, place: &str) {
        let found = &self.users[user];
        let server = &found.server;
        let (old, new) = (server.family(before), server.family(after));
        let has_ended = server.families[old].revoked || found.is_signed_out(old);
        if old != new && server.is_older(new, old) && !has_ended {
            self.violated(format!("consent {old} of user {user} was replaced by the older consent {new} {place}"));
        }
    }
}

/// The token that a grant stands for.
pub(super) fn token_of(grant: &Grant) -> usize {
    simulation::refresh_token(grant).and_then(|token| token.parse().ok()).unwrap_or_default()
}

pub(super) fn held_token(held: &Held) -> Option<usize> {
    held.grant().map(token_of)
}

fn describe(held: &Held) -> String {
    let state = match held {
        Held::Nothing => "nothing",
        Held::Saved(_) => "saved",
        Held::Unsaved(_) => "unsaved",
        Held::Rejected(_) => "rejected",
    };
    format!("holds {state} {:?}", held_token(held))
}
