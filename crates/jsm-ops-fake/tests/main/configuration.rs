//! Schedules, heartbeats, teams and audit logs.

use jsm_ops_fake::Fake;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_site::TestSite;

#[tokio::test]
async fn schedules_have_accounts_on_call() {
    let site = TestSite::start().await;
    let team = site.get("/v1/teams").await["platformTeams"][0].clone();
    assert_eq!(team["teamName"], "Operations");
    let (schedules, _) = site.all("/v1/schedules").await;
    assert_eq!(schedules[0]["teamId"], team["teamId"]);
    let path = format!("/v1/schedules/{}", schedules[0]["id"].as_str().unwrap());
    let flat = site.get(&format!("{path}/on-calls?flat=true")).await;
    assert_eq!(flat, json!({ "onCallUsers": ["712020:operator"] }));
    let nested = json!({ "nextOnCallParticipants": [{ "id": "712020:operator", "type": "user" }] });
    assert_eq!(site.get(&format!("{path}/next-on-calls")).await, nested);
    let (status, created) = site.post("/v1/schedules", json!({ "name": "second", "timezone": "Etc/UTC" })).await;
    assert_eq!((status, &created["timezone"]), (201, &json!("Etc/UTC")));
    let (pages, count) = site.all("/v1/schedules?size=1").await;
    assert_eq!((pages.len(), count), (2, 2));
    let path = format!("/v1/schedules/{}", created["id"].as_str().unwrap());
    let (_, changed) = site.call(Method::PATCH, &path, Some(json!({ "enabled": false }))).await;
    assert_eq!((&changed["enabled"], &changed["name"]), (&json!(false), &json!("second")));
    assert_eq!(site.call(Method::DELETE, &path, None).await, (204, Value::Null));
    assert_eq!(site.call(Method::GET, &path, None).await.0, 404);
    let empty = site.fake.add_schedule("empty", team["teamId"].as_str().unwrap(), &[]);
    assert_eq!(site.get(&format!("/v1/schedules/{empty}/on-calls")).await, json!({ "onCallParticipants": [] }));
    let calendar = site.call(Method::GET, &format!("/v1/schedules/{empty}.ics"), None).await;
    assert_eq!(calendar, (200, Value::Null));
}

#[tokio::test]
async fn a_ping_changes_the_status_of_a_heartbeat() {
    let site = TestSite::start().await;
    let path = format!("/v1/teams/{}/heartbeats", site.fake.add_team("Backup"));
    let body = json!({ "name": "nightly", "interval": 1, "intervalUnit": "days" });
    let (status, created) = site.post(&path, body.clone()).await;
    assert_eq!((status, &created["status"], &created["intervalUnit"]), (201, &json!("Pending"), &json!("Days")));
    assert_eq!(site.post(&path, body).await.0, 409);
    // It was a POST in an older document.
    let is_post = Fake::operations().iter().any(|name| name.starts_with("POST ") && name.ends_with("/heartbeats/ping"));
    let ping = || if is_post { Method::POST } else { Method::GET };
    assert_eq!(site.call(ping(), &format!("{path}/ping?name=nightly"), None).await.0, 202);
    assert_eq!(site.call(ping(), &format!("{path}/ping?name=unknown"), None).await.0, 404);
    assert_eq!(site.call(ping(), &format!("{path}/ping"), None).await.0, 400);
    assert_eq!((site.fake.ping_count("nightly"), site.fake.ping_count("unknown")), (1, 0));
    assert_eq!(site.get(&format!("{path}?name=nightly")).await["values"][0]["status"], "Responsive");
    let changed = site.call(Method::PATCH, &format!("{path}?name=nightly"), Some(json!({ "interval": 2 }))).await;
    assert_eq!((changed.0, &changed.1["interval"]), (201, &json!(2)));
    assert_eq!(site.call(Method::DELETE, &format!("{path}?name=nightly"), None).await.0, 204);
    assert_eq!(site.get(&path).await, json!({ "values": [], "links": {} }));
}

#[tokio::test]
async fn audit_logs_have_pages_by_token() {
    let site = TestSite::start().await;
    site.fake.add_audit_logs(2500);
    let span = "startTime=2026-12-31T00:00:00Z&endTime=2027-01-01T00:00:00Z";
    let (logs, pages) = site.all(&format!("/v1/logs?{span}")).await;
    assert_eq!((logs.len(), pages, &logs[2499]["message"]), (2500, 3, &json!("log 2500")));
    assert_eq!(site.call(Method::GET, "/v1/logs?startTime=2026-12-31T00:00:00Z", None).await.0, 400);
}
