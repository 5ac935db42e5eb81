//! What goes on in a process: refreshes, callers, sign-ins and sign-outs.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops::simulation::{Grant, RefreshAction, RefreshEvent, RefreshId};

/// The bounds of the real driver for calls.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_secs(15);
const LOCK_TIMEOUT: Duration = Duration::from_secs(40);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// A refresh that runs in a task.
#[derive(Debug)]
pub(super) struct RefreshTask {
    pub(super) id: RefreshId,
    pub(super) task: u64,
    pub(super) deadline: Duration,
    /// Whether its runtime stands still.
    pub(super) is_stalled: bool,
    pub(super) action: Option<RefreshAction>,
    pub(super) sent_at: DateTime<Utc>,
    pub(super) timeout_at: Duration,
    pub(super) is_hung: bool,
    /// What happened, until the task takes notice.
    pub(super) event: Option<RefreshEvent>,
}

impl RefreshTask {
    /// Whether it can go on without a timer.
    pub(super) fn is_ready(&self, is_lock_free: bool) -> bool {
        let waits = match &self.action {
            Some(RefreshAction::Wait(_)) => true,
            Some(RefreshAction::Lock) => !is_lock_free,
            _ => self.is_hung,
        };
        !self.is_stalled && (self.event.is_some() || !waits)
    }

    pub(super) fn due(&self) -> Option<Duration> {
        (!self.is_stalled).then(|| if self.event.is_some() { self.deadline } else { self.timeout_at.min(self.deadline) })
    }

    /// Whether a request with a refresh token is on its way.
    pub(super) fn is_asking(&self, now: Duration) -> bool {
        matches!(self.action, Some(RefreshAction::Ask(_))) && self.event.is_none() && now < self.timeout_at
    }

    pub(super) fn set(&mut self, action: RefreshAction, now: Duration, wall: DateTime<Utc>) {
        let bound = match &action {
            RefreshAction::Lock => LOCK_TIMEOUT,
            RefreshAction::Ask(_) => REQUEST_TIMEOUT,
            RefreshAction::Wait(delay) => *delay,
            _ => STORE_TIMEOUT,
        };
        (self.timeout_at, self.sent_at, self.is_hung) = (now + bound, wall, false);
        self.action = Some(action);
    }
}

/// A caller that needs a token and uses it.
#[derive(Debug)]
pub(super) struct Caller {
    /// When it was polled first.
    pub(super) started: Option<Duration>,
    /// When it began to wait.
    pub(super) since: Duration,
    pub(super) joins: usize,
    pub(super) waits_for: Option<RefreshId>,
    /// Whether the gateway rejected its first token.
    pub(super) is_second: bool,
    /// Whether the outcome is recorded.
    pub(super) is_probe: bool,
}

/// A sign-in, after its callback.
#[derive(Debug)]
pub(super) struct SignIn {
    pub(super) stage: SignInStage,
    pub(super) due: Duration,
    pub(super) attempts: u32,
    pub(super) known: Vec<usize>,
    pub(super) stored: Option<Grant>,
    pub(super) requested_at: DateTime<Utc>,
    pub(super) requested_step: usize,
    pub(super) is_hung: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignInStage {
    Lock,
    Load,
    Exchange,
    /// The server issued this token.
    Deliver(usize),
}

/// A sign-out.
#[derive(Debug)]
pub(super) struct SignOut {
    pub(super) task: u64,
    pub(super) stage: SignOutStage,
    pub(super) due: Duration,
    pub(super) stored: Option<Grant>,
    pub(super) is_hung: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignOutStage {
    Lock,
    Load,
    Delete,
}

impl Caller {
    pub(super) fn new(is_probe: bool) -> Self {
        Self { started: None, since: Duration::ZERO, joins: 0, waits_for: None, is_second: false, is_probe }
    }
}

impl SignIn {
    pub(super) fn is_ready(&self, is_lock_free: bool) -> bool {
        !self.is_hung && (self.stage != SignInStage::Lock || is_lock_free)
    }

    pub(super) fn due(&self) -> Option<Duration> {
        matches!(self.stage, SignInStage::Lock | SignInStage::Load).then_some(self.due)
    }
}

impl SignOut {
    pub(super) fn is_ready(&self, is_lock_free: bool) -> bool {
        !self.is_hung && (self.stage != SignOutStage::Lock || is_lock_free)
    }

    pub(super) fn due(&self) -> Duration {
        self.due
    }
}

/// Something that goes on in a process.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) process: usize,
    pub(super) user: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Refresh(RefreshTask),
    Caller(Caller),
    SignIn(SignIn),
    SignOut(SignOut),
}
