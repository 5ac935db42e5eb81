//! The data of the first site: setup by a test, and inspection.

use serde_json::Value;

use crate::{
    fake::running::Fake,
    gateway::{document, operation_spec::shape},
    world::site_data::SiteData,
};

/// The data of the first site.
impl Fake {
    /// Calls a function with the data of the first site and the time in milliseconds.
    fn with_site_data<T>(&self, function: impl FnOnce(&mut SiteData, i64) -> T) -> T {
        let cloud_id = self.site().id;
        function(self.shared.state().site_data(&cloud_id), self.clock.now_ms())
    }

    /// Adds open alerts `alert 1`, `alert 2`, …, one second apart. The last one is created now.
    pub fn seed_alerts(&self, alerts: usize) {
        self.with_site_data(|site, now| site.seed_alerts(alerts, now));
    }

    /// Returns all alerts with all fields, the oldest first.
    pub fn alerts(&self) -> Vec<Value> {
        self.with_site_data(|site, now| site.alerts.values().map(|alert| alert.to_json(now)).collect())
    }

    /// Sets how many polls return 404 before a later write has a status. The default is one.
    pub fn set_pending_polls(&self, polls: usize) {
        self.with_site_data(|site, _| site.pending_polls = polls);
    }

    /// Lets the next write of an operation fail with this status after it is accepted.
    ///
    /// The operation is a name such as `POST /v1/alerts/{id}/snooze`.
    pub fn queue_failure(&self, operation: &str, status: &str) {
        self.with_site_data(|site, _| site.queue_failure(&shape(operation), status));
    }

    /// Adds a team, and returns its id. Every site starts with one.
    pub fn add_team(&self, name: &str) -> String {
        self.with_site_data(|site, _| site.add_team(name))
    }

    /// Adds a schedule with accounts on call, and returns its id. Every site starts with one.
    pub fn add_schedule(&self, name: &str, team: &str, on_call: &[&str]) -> String {
        let on_call = on_call.iter().copied().map(str::to_owned).collect();
        self.with_site_data(|site, _| site.add_schedule(name, team, on_call))
    }

    /// Adds a heartbeat of a team, with an interval of ten minutes.
    pub fn add_heartbeat(&self, name: &str, team: &str) {
        self.with_site_data(|site, _| site.add_heartbeat(name, team));
    }

    /// Adds audit logs, one second apart. The last one is created now.
    pub fn add_audit_logs(&self, logs: usize) {
        self.with_site_data(|site, now| site.add_audit_logs(logs, now));
    }

    /// Counts the pings of a heartbeat.
    pub fn ping_count(&self, heartbeat: &str) -> usize {
        self.with_site_data(|site, _| site.pings.get(heartbeat).copied().unwrap_or_default())
    }

    /// Returns the names of all operations, such as `GET /v1/alerts`.
    pub fn operations() -> Vec<String> {
        document::operations().iter().map(|operation| operation.name.clone()).collect()
    }
}
