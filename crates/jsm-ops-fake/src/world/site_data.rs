//! The data of one site: alerts, teams, schedules, heartbeats and audit logs.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    wire::timestamp,
    world::{
        accepted_write::AcceptedWrite,
        alert::{Alert, AlertState},
        consent::DEFAULT_ACCOUNT,
    },
};

/// The data of one site.
#[derive(Debug)]
pub(crate) struct SiteData {
    cloud_id: String,
    last_id: u64,
    /// The alerts by number, the oldest first.
    pub alerts: BTreeMap<u64, Alert>,
    /// The number of each alert, by id.
    by_id: HashMap<String, u64>,
    /// The number of the newest alert with each alias.
    by_alias: HashMap<String, u64>,
    /// The number of alerts that were ever created.
    created: u64,
    /// The accepted writes, by request id.
    pub writes: HashMap<String, AcceptedWrite>,
    /// The number of polls that return 404 before a write has a status.
    pub pending_polls: usize,
    /// The statuses of failures that accepted writes will have, by operation.
    failures: HashMap<String, VecDeque<String>>,
    pub teams: Vec<Value>,
    pub schedules: Vec<Value>,
    /// The accounts on call, by schedule.
    pub on_call: HashMap<String, Vec<String>>,
    pub heartbeats: Vec<Value>,
    /// The number of pings of each heartbeat, by name.
    pub pings: HashMap<String, usize>,
    pub audit_logs: Vec<Value>,
}

impl SiteData {
    /// A site with one team and one schedule, on which the default account is on call.
    pub(crate) fn new(cloud_id: &str) -> Self {
        let mut site = Self {
            cloud_id: cloud_id.to_owned(),
            last_id: 0,
            alerts: BTreeMap::new(),
            by_id: HashMap::new(),
            by_alias: HashMap::new(),
            created: 0,
            writes: HashMap::new(),
            pending_polls: 1,
            failures: HashMap::new(),
            teams: Vec::new(),
            schedules: Vec::new(),
            on_call: HashMap::new(),
            heartbeats: Vec::new(),
            pings: HashMap::new(),
            audit_logs: Vec::new(),
        };
        let team = site.add_team("Operations");
        site.add_schedule("Operations schedule", &team, vec![DEFAULT_ACCOUNT.to_owned()]);
        site
    }

    /// Creates a unique id in the form of a UUID.
    pub(crate) fn create_id(&mut self) -> String {
        self.last_id += 1;
        let digest = Sha256::digest(format!("{}/{}", self.cloud_id, self.last_id));
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// Returns an alert by its id.
    pub(crate) fn alert(&mut self, id: &str) -> Option<&mut Alert> {
        self.alerts.get_mut(self.by_id.get(id)?)
    }

    /// Returns the newest alert with an alias.
    pub(crate) fn alert_by_alias(&mut self, alias: &str) -> Option<&mut Alert> {
        self.alerts.get_mut(self.by_alias.get(alias)?)
    }

    /// Adds an alert, and sets its number.
    pub(crate) fn add_alert(&mut self, mut alert: Alert) {
        self.created += 1;
        alert.tiny_id = self.created.to_string();
        self.by_id.insert(alert.id.clone(), self.created);
        self.by_alias.insert(alert.alias.clone(), self.created);
        self.alerts.insert(self.created, alert);
    }

    pub(crate) fn remove_alert(&mut self, id: &str) -> Option<Alert> {
        let number = self.by_id.remove(id)?;
        let alert = self.alerts.remove(&number)?;
        if self.by_alias.get(&alert.alias) == Some(&number) {
            self.by_alias.remove(&alert.alias);
        }
        Some(alert)
    }

    /// Adds open alerts, one second apart. The last one has the time `now`.
    pub(crate) fn seed_alerts(&mut self, alerts: usize, now: i64) {
        for number in 1..=alerts {
            let age = i64::try_from(alerts - number).unwrap_or_default() * 1000;
            let id = format!("{}-{}", self.create_id(), now - age);
            self.add_alert(Alert {
                created: now - age,
                updated: now - age,
                occurred: now - age,
                message: format!("alert {number}"),
                alias: id.clone(),
                source: "seed".to_owned(),
                priority: format!("P{}", number % 5 + 1),
                state: AlertState::Open,
                count: 1,
                id,
                ..Alert::default()
            });
        }
    }

    /// Adds a team, and returns its id.
    pub(crate) fn add_team(&mut self, name: &str) -> String {
        let id = self.create_id();
        self.teams.push(json!({ "teamId": id, "teamName": name }));
        id
    }

    /// Adds a schedule, and returns its id.
    pub(crate) fn add_schedule(&mut self, name: &str, team: &str, on_call: Vec<String>) -> String {
        let id = self.create_id();
        self.schedules.push(json!({
            "id": id,
            "name": name,
            "description": "",
            "timezone": "Etc/UTC",
            "enabled": true,
            "teamId": team,
            "rotations": [],
        }));
        self.on_call.insert(id.clone(), on_call);
        id
    }

    pub(crate) fn add_heartbeat(&mut self, name: &str, team: &str) {
        self.heartbeats.push(json!({
            "name": name,
            "ownerTeamId": team,
            "enabled": true,
            "interval": 10,
            "intervalUnit": "Minutes",
            "status": "Pending",
            "alertTags": [],
            "alertPriority": "P3",
        }));
    }

    /// Adds audit logs, one second apart. The last one has the time `now`.
    pub(crate) fn add_audit_logs(&mut self, logs: usize, now: i64) {
        for number in 1..=logs {
            let age = i64::try_from(logs - number).unwrap_or_default() * 1000;
            let details = self.audit_logs.len().to_string();
            self.audit_logs.push(json!({
                "created": timestamp::rfc3339(now - age),
                "message": format!("log {number}"),
                "details": details,
                "category": "API",
                "level": "Information",
            }));
        }
    }

    /// Lets a later write of an operation fail with this status after it is accepted.
    pub(crate) fn queue_failure(&mut self, operation: &str, status: &str) {
        self.failures.entry(operation.to_owned()).or_default().push_back(status.to_owned());
    }

    /// Takes the status with which this write of an operation fails.
    pub(crate) fn next_failure(&mut self, operation: &str) -> Option<String> {
        self.failures.get_mut(operation)?.pop_front()
    }
}
