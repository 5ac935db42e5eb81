//! What one site has in operations.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    wire::time,
    world::{
        accepted_write::Request,
        alert::{Alert, Status},
        consent::DEFAULT_ACCOUNT,
    },
};

/// The operations of a site.
#[derive(Debug)]
pub(crate) struct Ops {
    cloud_id: String,
    ids: u64,
    /// The alerts, the oldest first.
    pub alerts: BTreeMap<u64, Alert>,
    /// Where each alert is, by id, and where the newest of each alias.
    by_id: HashMap<String, u64>,
    by_alias: HashMap<String, u64>,
    /// How many alerts there ever were.
    created: u64,
    pub requests: HashMap<String, Request>,
    /// How often the status of a write is asked for in vain.
    pub polls: usize,
    /// Why writes fail after they were accepted, by operation.
    refusals: HashMap<String, VecDeque<String>>,
    pub teams: Vec<Value>,
    pub schedules: Vec<Value>,
    /// Who is on call, by schedule.
    pub on_call: HashMap<String, Vec<String>>,
    pub heartbeats: Vec<Value>,
    /// How often a heartbeat was pinged, by name.
    pub pings: HashMap<String, usize>,
    pub audit_logs: Vec<Value>,
}

impl Ops {
    /// A site with one team and one schedule, on which the default account is on call.
    pub(crate) fn new(cloud_id: &str) -> Self {
        let mut ops = Self {
            cloud_id: cloud_id.to_owned(),
            ids: 0,
            alerts: BTreeMap::new(),
            by_id: HashMap::new(),
            by_alias: HashMap::new(),
            created: 0,
            requests: HashMap::new(),
            polls: 1,
            refusals: HashMap::new(),
            teams: Vec::new(),
            schedules: Vec::new(),
            on_call: HashMap::new(),
            heartbeats: Vec::new(),
            pings: HashMap::new(),
            audit_logs: Vec::new(),
        };
        let team = ops.add_team("Operations");
        ops.add_schedule("Operations schedule", &team, vec![DEFAULT_ACCOUNT.to_owned()]);
        ops
    }

    /// An id that nothing else has.
    pub(crate) fn id(&mut self) -> String {
        self.ids += 1;
        let digest = Sha256::digest(format!("{}/{}", self.cloud_id, self.ids));
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// An alert by its id.
    pub(crate) fn alert(&mut self, id: &str) -> Option<&mut Alert> {
        self.alerts.get_mut(self.by_id.get(id)?)
    }

    /// The newest alert with an alias.
    pub(crate) fn alert_by_alias(&mut self, alias: &str) -> Option<&mut Alert> {
        self.alerts.get_mut(self.by_alias.get(alias)?)
    }

    /// Adds an alert, and gives it its number.
    pub(crate) fn add_alert(&mut self, mut alert: Alert) {
        self.created += 1;
        alert.tiny_id = self.created.to_string();
        self.by_id.insert(alert.id.clone(), self.created);
        self.by_alias.insert(alert.alias.clone(), self.created);
        self.alerts.insert(self.created, alert);
    }

    /// Takes an alert away.
    pub(crate) fn remove_alert(&mut self, id: &str) -> Option<Alert> {
        let number = self.by_id.remove(id)?;
        let alert = self.alerts.remove(&number)?;
        if self.by_alias.get(&alert.alias) == Some(&number) {
            self.by_alias.remove(&alert.alias);
        }
        Some(alert)
    }

    /// Adds open alerts, a second apart, the last one now.
    pub(crate) fn seed_alerts(&mut self, alerts: usize, now: i64) {
        for number in 1..=alerts {
            let age = i64::try_from(alerts - number).unwrap_or_default() * 1000;
            let id = format!("{}-{}", self.id(), now - age);
            self.add_alert(Alert {
                created: now - age,
                updated: now - age,
                occurred: now - age,
                message: format!("alert {number}"),
                alias: id.clone(),
                source: "seed".to_owned(),
                priority: format!("P{}", number % 5 + 1),
                status: Status::Open,
                count: 1,
                id,
                ..Alert::default()
            });
        }
    }

    /// Adds a team, and gives its id.
    pub(crate) fn add_team(&mut self, name: &str) -> String {
        let id = self.id();
        self.teams.push(json!({ "teamId": id, "teamName": name }));
        id
    }

    /// Adds a schedule, and gives its id.
    pub(crate) fn add_schedule(&mut self, name: &str, team: &str, on_call: Vec<String>) -> String {
        let id = self.id();
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

    /// Adds a heartbeat of a team.
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

    /// Adds audit logs, a second apart, the last one now.
    pub(crate) fn add_audit_logs(&mut self, logs: usize, now: i64) {
        for number in 1..=logs {
            let age = i64::try_from(logs - number).unwrap_or_default() * 1000;
            let details = self.audit_logs.len().to_string();
            self.audit_logs.push(json!({
                "created": time::text(now - age),
                "message": format!("log {number}"),
                "details": details,
                "category": "API",
                "level": "Information",
            }));
        }
    }

    /// Lets the next write of an operation fail once it was accepted.
    pub(crate) fn fail_later(&mut self, operation: &str, status: &str) {
        self.refusals.entry(operation.to_owned()).or_default().push_back(status.to_owned());
    }

    /// Why this write fails although it was accepted.
    pub(crate) fn refuse_later(&mut self, operation: &str) -> Option<String> {
        self.refusals.get_mut(operation)?.pop_front()
    }
}
