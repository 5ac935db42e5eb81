//! Alerts: writes, reads, pages, notes and logs.

use jsm_ops_fake::Endpoint;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_site::TestSite;

#[tokio::test]
async fn an_alert_can_be_created_changed_and_deleted() {
    let site = TestSite::start().await;
    let body = json!({ "message": "disk full", "alias": "disk", "tags": ["a"], "extraProperties": { "host": "db1" } });
    let created = site.write(Method::POST, "/v1/alerts", Some(body)).await;
    assert_eq!(
        (&created["isSuccess"], &created["action"], &created["integrationId"]),
        (&json!(true), &json!("Create"), &json!(""))
    );
    let id = created["alertId"].as_str().unwrap().to_owned();
    let path = format!("/v1/alerts/{id}");
    let alert = site.get(&path).await;
    assert_eq!(
        (&alert["message"], &alert["status"], &alert["priority"]),
        (&json!("disk full"), &json!("open"), &json!("P3"))
    );
    assert_eq!((&alert["createdAt"], &alert["closeTime"]), (&json!("2027-01-01T00:00:00.000Z"), &json!("")));
    assert_eq!(site.get("/v1/alerts/alias?alias=disk").await, alert);
    let writes: [(Method, &str, Option<Value>); 12] = [
        (Method::POST, "acknowledge", None),
        (Method::POST, "snooze", Some(json!({ "endTime": "2027-01-01T03:00:00+02:00" }))),
        (Method::POST, "assign", Some(json!({ "accountId": "712020:else" }))),
        (Method::POST, "tags", Some(json!({ "tags": ["b", "a"] }))),
        (Method::DELETE, "tags", Some(json!({ "tags": ["a"] }))),
        (Method::POST, "extra-properties", Some(json!({ "extraProperties": { "region": "eu" } }))),
        (Method::DELETE, "extra-properties", Some(json!({ "keys": ["host"] }))),
        (Method::PATCH, "priority", Some(json!({ "priority": "P1" }))),
        (Method::PATCH, "message", Some(json!({ "message": "disk fuller" }))),
        (Method::PATCH, "description", Some(json!({ "description": "no space" }))),
        (Method::POST, "responders", Some(json!({ "id": "a-team", "type": "team" }))),
        (Method::POST, "escalate", Some(json!({ "escalationId": "an-escalation" }))),
    ];
    for (method, action, body) in writes {
        let status = site.write(method, &format!("{path}/{action}"), body).await;
        assert_eq!((&status["isSuccess"], &status["alertId"]), (&json!(true), &json!(id)), "{action}");
    }
    let alert = site.get(&path).await;
    let expected = json!({
        "status": "snoozed", "acknowledged": true, "snoozedUntil": "2027-01-01T01:00:00.000Z", "owner": "712020:else",
        "tags": ["b"], "extraProperties": { "region": "eu" }, "priority": "P1", "message": "disk fuller",
        "description": "no space", "responders": [{ "id": "a-team", "type": "team" }],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&alert[name], value, "{name}");
    }
    site.fake.clock().advance(std::time::Duration::from_secs(3600 - 1));
    site.write(Method::POST, &format!("{path}/unacknowledge"), None).await;
    site.write(Method::POST, &format!("{path}/close"), None).await;
    assert_eq!(site.get(&path).await["status"], "closed");
    site.write(Method::DELETE, &path, None).await;
    assert_eq!(site.call(Method::GET, &path, None).await.0, 404);
    let late = site.write(Method::POST, &format!("{path}/close"), None).await;
    assert_eq!((&late["isSuccess"], &late["status"]), (&json!(false), &json!("Alert does not exist")));
}

#[tokio::test]
async fn an_alias_increments_the_count_of_an_open_alert() {
    let site = TestSite::start().await;
    for _ in 0..2 {
        site.post("/v1/alerts", json!({ "message": "one", "alias": "same" })).await;
        site.post("/v1/alerts", json!({ "message": "two" })).await;
    }
    let counts: Vec<_> = site.fake.alerts().iter().map(|alert| alert["count"].clone()).collect();
    assert_eq!(counts, [2, 1, 1]);
    let duplicates = site.fake.duplicate_writes(&Endpoint::operation("POST /v1/alerts"));
    assert_eq!(duplicates.len(), 2);
    assert!(duplicates[1].ends_with(r#"/v1/alerts {"message":"two"}"#), "{duplicates:?}");
    let id = site.fake.alerts()[0]["id"].as_str().unwrap().to_owned();
    site.call(Method::POST, &format!("/v1/alerts/{id}/close"), None).await;
    site.post("/v1/alerts", json!({ "message": "one", "alias": "same" })).await;
    assert_eq!(site.fake.alerts().len(), 4);
}

#[tokio::test]
async fn an_accepted_write_can_fail_or_stay_pending() {
    let site = TestSite::start().await;
    site.fake.seed_alerts(1);
    let id = site.fake.alerts()[0]["id"].as_str().unwrap().to_owned();
    site.fake.queue_failure("POST /v1/alerts/{id}/close", "Your account plan does not support it");
    let failed = site.write(Method::POST, &format!("/v1/alerts/{id}/close"), None).await;
    assert_eq!((&failed["isSuccess"], &failed["alertId"]), (&json!(false), &json!("")));
    assert_eq!(site.fake.alerts()[0]["status"], "open");
    site.fake.set_pending_polls(3);
    let (_, receipt) = site.call(Method::POST, &format!("/v1/alerts/{id}/close"), None).await;
    let status = format!("/v1/alerts/requests/{}", receipt["requestId"].as_str().unwrap());
    for expected in [404, 404, 404, 200, 200] {
        assert_eq!(site.call(Method::GET, &status, None).await.0, expected);
    }
}

#[tokio::test]
async fn lists_have_pages_by_offset_up_to_twenty_thousand_alerts() {
    let site = TestSite::start().await;
    site.fake.seed_alerts(250);
    let first = site.get("/v1/alerts").await;
    assert_eq!((first["values"].as_array().unwrap().len(), &first["count"]), (20, &json!(250)));
    assert_eq!(first["values"][0]["message"], "alert 250");
    assert_eq!(first["links"]["next"], "/v1/alerts?offset=20&size=20");
    assert_eq!(first["values"][0].get("extraProperties"), None);
    let (all, pages) = site.all("/v1/alerts?size=100&query=status%3A%20open&order=asc").await;
    assert_eq!((all.len(), pages, &all[249]["message"]), (250, 3, &json!("alert 250")));
    let id = all[0]["id"].as_str().unwrap();
    site.call(Method::POST, &format!("/v1/alerts/{id}/close"), None).await;
    assert_eq!(site.get("/v1/alerts?query=status:open").await["count"], 249);
    assert_eq!(site.get("/v1/alerts?query=status%20%3A%20closed").await["count"], 1);
    assert_eq!(site.get("/v1/alerts?query=message%3A%20alert").await["count"], 250);
    // Both ends of the interval are included.
    assert_eq!(site.get("/v1/alerts?from=1798761599000&to=1798761600000").await["count"], 2);
    assert_eq!(site.call(Method::GET, "/v1/alerts?offset=19900&size=100", None).await.0, 200);
    assert_eq!(site.call(Method::GET, "/v1/alerts?offset=19901&size=100", None).await.0, 400);
}

#[tokio::test]
async fn notes_and_logs_have_pages_by_token() {
    let site = TestSite::start().await;
    site.fake.seed_alerts(1);
    let path = format!("/v1/alerts/{}", site.fake.alerts()[0]["id"].as_str().unwrap());
    for number in 0..45 {
        let (status, note) = site.post(&format!("{path}/notes"), json!({ "note": number.to_string() })).await;
        assert_eq!((status, &note["note"]), (200, &json!(number.to_string())));
    }
    let (notes, pages) = site.all(&format!("{path}/notes")).await;
    let numbers: Vec<_> = notes.iter().map(|note| note["note"].as_str().unwrap().parse::<usize>().unwrap()).collect();
    assert_eq!((numbers, pages), ((0..45).collect(), 3));
    let (logs, pages) = site.all(&format!("{path}/logs?size=15")).await;
    assert_eq!((logs.len(), pages), (45, 3));
    let note = format!("{path}/notes/{}", notes[7]["id"].as_str().unwrap());
    let changed = site.call(Method::PATCH, &note, Some(json!({ "note": "changed" }))).await;
    assert_eq!((changed.0, &changed.1["note"]), (200, &json!("changed")));
    assert_eq!(site.call(Method::DELETE, &note, None).await, (204, Value::Null));
    assert_eq!(site.call(Method::DELETE, &note, None).await.0, 404);
}
