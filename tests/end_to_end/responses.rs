//! Responses that differ from the document, and responses without JSON.

use jsm_ops_api::{
    Error,
    types::{EscalationRuleResponseDelay, OnCallResponse, Priority},
};
use jsm_ops_test_server::{Response, Server};

use crate::sample_arguments::oauth_client;

#[tokio::test]
async fn responses_that_differ_from_the_document_are_read() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);

    server.respond(Response::json(202, r#"{"result":"Request will be processed","requestId":"r","took":0.195}"#));
    assert_eq!(client.alerts().acknowledge("a").send().await?.took, Some(0.195));

    server.respond(Response::json(
        200,
        r#"{"priority":"P0","createdAt":"2025-06-13T12:00:49.789Z","ackTime":"","tags":null,"count":2.0}"#,
    ));
    let alert = client.alerts().get("a").send().await?;
    assert_eq!(alert.priority, Some(Priority::Unknown("P0".to_owned())));
    assert!(alert.created_at.is_some() && alert.ack_time.is_none());
    assert_eq!(alert.count, Some(2));

    server.respond(Response::json(200, r#"{"onCallUsers":["712020:a"]}"#));
    match client.schedules().get_on_calls("s").flat(true).send().await? {
        OnCallResponse::OnCallUsers(users) => assert_eq!(users.on_call_users, ["712020:a"]),
        other => panic!("users came as {other:?}"),
    }

    server.respond(Response::json(200, r#"{"rules":[{"delay":5},{"delay":{"timeAmount":5,"timeUnit":"minutes"}}]}"#));
    let rules = client.escalations().get("t", "e").send().await?.rules;
    assert_eq!(rules[0].delay, Some(EscalationRuleResponseDelay::Integer(5)));
    assert!(matches!(rules[1].delay, Some(EscalationRuleResponseDelay::Form2(_))), "{:?}", rules[1].delay);

    server.respond(Response::json(200, r#"[{"id":"g","name":"n"}]"#));
    assert!(client.syncs().list_action_groups("s").send().await.is_ok());
    server.respond(Response::json(200, r#"{"values":[{"name":"h","enabled":"true"}]}"#));
    let heartbeats = client.heartbeats().list("t").send().await?;
    assert_eq!(heartbeats.values[0].enabled, Some(true));
    assert_eq!(server.take_requests().len(), 6);
    Ok(())
}

#[tokio::test]
async fn calendars_are_text() {
    let server = Server::start().expect("a server");
    let calendar = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    server.respond(Response::new(200).with_header("content-type", "text/calendar").with_body(calendar));
    assert_eq!(oauth_client(&server).schedules().export_ics("s").send().await.expect("a calendar"), calendar);
    assert_eq!(server.take_requests()[0].header("accept"), "text/calendar");
}
