//! What goes wrong, and what is left out.

use jsm_ops_api::{Error, types::EscalationRuleResponseDelay, types::OnCallResponse, types::Priority};
use jsm_ops_tests::server::{Answer, Server};

use crate::arguments::oauth_client;

#[tokio::test]
async fn an_id_that_would_change_the_path_is_refused_before_a_request_exists() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    for id in ["", ".", "..", "a/b", "../../schedules"] {
        match client.get_alert(id).await {
            Err(Error::InvalidRequest(reason)) => assert!(reason.contains("`id`"), "{reason}"),
            other => panic!("{id:?} was not refused: {other:?}"),
        }
    }
    assert_eq!(server.take_seen().len(), 0);
}

#[tokio::test]
async fn other_characters_of_an_id_are_encoded() {
    let server = Server::start().await.expect("a server");
    let _ = oauth_client(&server).get_alert("a b?c#d%").await;
    let seen = server.take_seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].path.ends_with("/v1/alerts/a%20b%3Fc%23d%25"), "{}", seen[0].path);
    assert_eq!(seen[0].query, "");
}

#[tokio::test]
async fn an_error_keeps_status_headers_and_body_whatever_they_are() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let bodies = [
        (401, "application/json", r#"{"code":401,"message":"Unauthorized; scope does not match"}"#),
        (403, "application/json", r#"{"code":40301,"message":"no","took":0.062,"requestId":"r"}"#),
        (422, "application/json", r#"{"errors":[{"title":"no","detail":"why"}]}"#),
        (502, "text/html", "<html>bad gateway</html>"),
        (504, "", ""),
    ];
    for (status, media_type, body) in bodies {
        server.answer(Answer { status, media_type, body: body.to_owned() });
        match client.list_teams().await {
            Err(Error::UnexpectedResponse(response)) => {
                assert_eq!(response.status().as_u16(), status);
                assert_eq!(response.text().await.expect("a body"), body);
            }
            other => panic!("{status} came as {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_the_caller_leaves_out_is_not_sent() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let _ = client.enable_team_operations("team", None).await;
    let _ = client.list_alerts(None, None, None, None, None, None, None).await;
    let seen = server.take_seen();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].body.len(), seen[0].header("content-type")), (0, ""));
    assert_eq!(seen[1].query, "", "no default is sent");
}

#[tokio::test]
async fn answers_that_the_document_gets_wrong_are_read() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let json = |status, body: &str| server.answer(Answer { status, media_type: "application/json", body: body.to_owned() });

    json(202, r#"{"result":"Request will be processed","requestId":"r","took":0.195}"#);
    assert_eq!(client.acknowledge_alert("a").await.expect("a receipt").took, Some(0.195));

    json(200, r#"{"priority":"P0","createdAt":"2025-06-13T12:00:49.789Z","ackTime":"","tags":null,"news":1}"#);
    let alert = client.get_alert("a").await.expect("an alert").into_inner();
    assert_eq!(alert.priority, Some(Priority::Unknown("P0".to_owned())));
    assert!(alert.created_at.is_some() && alert.ack_time.is_none());

    json(200, r#"{"onCallUsers":["712020:a"]}"#);
    match client.get_schedule_on_calls("s", None, Some(true)).await.expect("on-calls").into_inner() {
        OnCallResponse::OnCallUsers(users) => assert_eq!(users.on_call_users, ["712020:a"]),
        other => panic!("users came as {other:?}"),
    }

    json(200, r#"{"rules":[{"delay":5},{"delay":{"timeAmount":5,"timeUnit":"minutes"}}]}"#);
    let rules = client.get_escalation("t", "e").await.expect("an escalation").into_inner().rules;
    assert_eq!(rules[0].delay, Some(EscalationRuleResponseDelay::Integer(5)));
    assert!(matches!(rules[1].delay, Some(EscalationRuleResponseDelay::Form2(_))), "{:?}", rules[1].delay);

    json(200, r#"[{"id":"g","name":"n"}]"#);
    assert!(client.list_sync_action_groups("s", None).await.is_ok());
    json(200, r#"{"values":[{"name":"h","enabled":"true"}]}"#);
    let heartbeats = client.list_heartbeats("t", None, None, None).await.expect("heartbeats").into_inner();
    assert_eq!(heartbeats.values[0].enabled, Some(true));
    assert_eq!(server.take_seen().len(), 6);
}
