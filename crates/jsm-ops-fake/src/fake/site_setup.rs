//! What a test puts into the operations of a site, and what it finds there.

use serde_json::Value;

use crate::{fake::handle::Fake, gateway::document, world::site_data::Ops};

/// The operations of the first site.
impl Fake {
    fn ops<T>(&self, of: impl FnOnce(&mut Ops, i64) -> T) -> T {
        let site = self.site().id;
        let now = i64::try_from(self.clock.since_epoch().as_millis()).unwrap_or(i64::MAX);
        of(self.shared.state().ops(&site), now)
    }

    /// Adds open alerts, a second apart, the last one now: `alert 1`, `alert 2`, …
    pub fn seed_alerts(&self, alerts: usize) {
        self.ops(|ops, now| ops.seed_alerts(alerts, now));
    }

    /// All alerts in full, the oldest first.
    pub fn alerts(&self) -> Vec<Value> {
        self.ops(|ops, now| ops.alerts.values().map(|alert| alert.full(now)).collect())
    }

    /// How often the status of a write is answered 404 before it is told; by default once. For writes from now on.
    pub fn set_polls(&self, polls: usize) {
        self.ops(|ops, _| ops.polls = polls);
    }

    /// Accepts the next write of an operation (`POST /v1/alerts/{id}/snooze`), and lets it fail with this status.
    pub fn fail_later(&self, operation: &str, status: &str) {
        self.ops(|ops, _| ops.fail_later(operation, status));
    }

    /// Adds a team, and gives its id. There is one from the beginning.
    pub fn add_team(&self, name: &str) -> String {
        self.ops(|ops, _| ops.add_team(name))
    }

    /// Adds a schedule with these accounts on call, and gives its id. There is one from the beginning.
    pub fn add_schedule(&self, name: &str, team: &str, on_call: &[&str]) -> String {
        let on_call = on_call.iter().copied().map(str::to_owned).collect();
        self.ops(|ops, _| ops.add_schedule(name, team, on_call))
    }

    /// Adds a heartbeat of a team, which wants a ping every ten minutes.
    pub fn add_heartbeat(&self, name: &str, team: &str) {
        self.ops(|ops, _| ops.add_heartbeat(name, team));
    }

    /// Adds audit logs, a second apart, the last one now.
    pub fn add_audit_logs(&self, logs: usize) {
        self.ops(|ops, now| ops.add_audit_logs(logs, now));
    }

    /// How often a heartbeat was pinged.
    pub fn pings(&self, heartbeat: &str) -> usize {
        self.ops(|ops, _| ops.pings.get(heartbeat).copied().unwrap_or_default())
    }

    /// The names of all operations: `GET /v1/alerts`, …
    pub fn operations() -> Vec<String> {
        document::operations().iter().map(|operation| operation.name.clone()).collect()
    }
}
