//! What goes wrong, and what is left out.

use jsm_ops_api::{
    BaseUrls, Body, Client, CloudId, Error, Gateway, HttpTransport, Operation, Upload,
    operations::GET_ALERT,
    reqwest::{self, StatusCode},
    types::{EscalationRuleResponseDelay, OnCallResponse, Priority},
};
use jsm_ops_tests::server::{Answer, Server};
use serde_json::Value;

use crate::arguments::{cloud_id, http, oauth_client};

#[tokio::test]
async fn an_id_that_would_change_the_path_is_refused_before_a_request_exists() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    for id in ["", ".", "..", "a/b", "../../schedules"] {
        let error = client.alerts().get(id).send().await.expect_err(id);
        assert!(error.is_invalid_request() && error.to_string().contains("`id`"), "{error}");
        assert_eq!(error.operation(), Some(&GET_ALERT));
    }
    assert_eq!(server.take_seen().len(), 0);
}

#[tokio::test]
async fn other_characters_of_an_id_are_encoded() {
    let server = Server::start().await.expect("a server");
    let _ = oauth_client(&server).alerts().get("a b?c#d%").send().await;
    let seen = server.take_seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].path.ends_with("/v1/alerts/a%20b%3Fc%23d%25"), "{}", seen[0].path);
    assert_eq!(seen[0].query, "");
}

/// Status, media type and body of a refusal, and the code and message that are to be read from it.
type Refusal = (u16, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

#[tokio::test]
async fn every_form_of_a_refusal_is_read() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let refusals: [Refusal; 7] = [
        (
            401,
            "application/json",
            r#"{"code":401,"message":"Unauthorized; scope does not match"}"#,
            Some("401"),
            Some("Unauthorized; scope does not match"),
        ),
        (
            403,
            "application/json",
            r#"{"code":40301,"message":"no","took":0.062,"requestId":"r"}"#,
            Some("40301"),
            Some("no"),
        ),
        (422, "application/json", r#"{"errors":[{"title":"no","detail":"why"}]}"#, None, Some("no: why")),
        (
            403,
            "application/json",
            r#"{"error":"access_denied","error_description":"no"}"#,
            Some("access_denied"),
            Some("no"),
        ),
        (502, "text/html", "<html><title>bad gateway</title></html>", None, Some("bad gateway")),
        (504, "", "", None, None),
        (500, "application/json", r#"{"code":"#, None, Some(r#"{"code":"#)),
    ];
    for (status, media_type, body, code, message) in refusals {
        let headers = vec![("atl-traceid", "t-1"), ("retry-after", "3")];
        server.answer(Answer { status, media_type, headers, body: body.to_owned() });
        let error = client.teams().list().send().await.expect_err("a refusal");
        assert!(error.is_status(), "{error}");
        assert_eq!(error.status(), StatusCode::from_u16(status).ok());
        assert_eq!((error.code(), error.message(), error.body()), (code, message, Some(body)), "{error}");
        assert_eq!((error.trace_id(), error.operation().map(|operation| operation.id)), (Some("t-1"), Some("list_teams")));
        assert!(error.retry_after().is_some());
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_says_where_and_in_what() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let headers = vec![("atl-traceid", "t-2")];
    // A required property of the union's alternative is missing.
    server.answer(Answer { headers, ..Answer::json(200, r#"{"values":[{"id":"a"},{"id":{}}]}"#) });
    let error = client.alerts().list().send().await.expect_err("an id that is no text");
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.json_path(), Some("values[1].id"));
    assert_eq!((error.status(), error.trace_id()), (Some(StatusCode::OK), Some("t-2")));
    assert!(
        error.to_string().starts_with("`list_alerts` (GET /v1/alerts): the answer does not fit its type at `values[1].id`"),
        "{error}"
    );

    server.answer(Answer::json(
        200,
        r#"{"rotations":[{"timeRestriction":{"type":"time-of-day","restriction":{"startHour":"x"}}}]}"#,
    ));
    let error = client.schedules().get("s").send().await.expect_err("an hour that is no number");
    assert!(
        error.to_string().contains("rotations[0].timeRestriction") && error.to_string().contains("restriction.startHour"),
        "{error}"
    );
}

#[tokio::test]
async fn a_required_field_that_is_missing_is_named() {
    let server = Server::start().await.expect("a server");
    let headers = vec![("atl-traceid", "t-3")];
    let body = r#"{"filter":{"conditions":[{"field":"message","operation":"equals"},{"operation":"equals"}]}}"#;
    server.answer(Answer { headers, ..Answer::json(200, body) });
    let error = oauth_client(&server).integrations().get_action("i", "a").send().await.expect_err("no field");
    assert!(error.is_decode() && error.to_string().contains("missing field `field`"), "{error}");
    assert_eq!(error.json_path(), Some("filter.conditions[1]"));
    assert_eq!((error.status(), error.trace_id()), (Some(StatusCode::OK), Some("t-3")));
    assert_eq!(error.operation().map(|operation| operation.id), Some("get_integration_action"));
}

#[tokio::test]
async fn a_file_is_uploaded_from_memory_and_from_a_stream() -> Result<(), Error> {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let chunks = || futures_util::stream::iter(["what ", "happened"].map(Ok::<_, std::io::Error>));
    let uploads = [
        Upload::bytes("log.txt", "what happened"),
        Upload::stream("log.txt", reqwest::Body::wrap_stream(chunks())).length(13),
        Upload::stream("log.txt", reqwest::Body::wrap_stream(chunks())).media_type("text/plain"),
    ];
    for (upload, known_length) in uploads.into_iter().zip([true, true, false]) {
        server.answer(Answer::json(200, r#"{"id":"1704869443312"}"#));
        let attachment = client.alerts().add_attachment("a", upload).send().await?;
        assert_eq!(attachment.id.as_deref(), Some("1704869443312"));
        let seen = server.take_seen();
        assert_eq!(seen.len(), 1);
        let body = String::from_utf8_lossy(&seen[0].body);
        assert!(
            body.contains(r#"name="file"; filename="log.txt""#) && body.contains("\r\n\r\nwhat happened\r\n--"),
            "{body}"
        );
        assert_eq!(seen[0].headers.contains_key("content-length"), known_length);
    }
    let refused = client.alerts().add_attachment("a", Upload::bytes("x", "").media_type("no type at all")).send().await;
    assert!(refused.is_err_and(|error| error.is_invalid_request()));
    assert_eq!(server.take_seen().len(), 0);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let server = Server::start().await.expect("a server");
    let gateway = Gateway::new(&server.url()).expect("a loopback gateway");
    let transport = HttpTransport::new(http()).with_max_body(1000);
    let client = Client::with_transport(BaseUrls::oauth_at(&gateway, &cloud_id()), transport);
    server.answer(Answer::json(200, format!(r#"{{"platformTeams":[],"x":"{}"}}"#, "y".repeat(2000))));
    let error = client.teams().list().send().await.expect_err("too large");
    assert!(error.is_too_large() && error.to_string().contains("1000"), "{error}");
}

#[tokio::test]
async fn what_the_caller_leaves_out_is_not_sent() {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    let _ = client.teams().enable_operations("team").send().await;
    let _ = client.alerts().list().send().await;
    let seen = server.take_seen();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].body.len(), seen[0].header("content-type")), (0, ""));
    assert_eq!(seen[1].query, "", "no default is sent");
}

#[tokio::test]
async fn what_the_builders_do_not_have_can_be_called_all_the_same() {
    static NEW: Operation = Operation::custom("POST", "/v2/alerts/{id}/news", "operations");
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);
    server.answer(Answer::json(200, r#"{"answer":42}"#));
    let mut call = client.call(&NEW, &["a b"]);
    call.query("deep", true).query("page", 1).query("page", 2);
    let body = Body::json(&serde_json::json!({"x": []})).expect("JSON");
    let answer: Value = call.json(body).await.expect("an answer");
    assert_eq!(answer["answer"], 42);
    let seen = server.take_seen();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method.as_str(), seen[0].query.as_str()), ("POST", "deep=true&page=2"));
    assert!(seen[0].path.ends_with("/v2/alerts/a%20b/news"), "{}", seen[0].path);
    assert_eq!(&*seen[0].body, br#"{"x":[]}"#);

    static LOST: Operation = Operation::custom("GET", "/x", "nowhere");
    assert!(client.call(&LOST, &[]).send(Body::None).await.is_err_and(|error| error.is_invalid_request()));
    assert!(CloudId::new("../x").is_err());
}

#[tokio::test]
async fn answers_that_the_document_gets_wrong_are_read() -> Result<(), Error> {
    let server = Server::start().await.expect("a server");
    let client = oauth_client(&server);

    server.answer(Answer::json(202, r#"{"result":"Request will be processed","requestId":"r","took":0.195}"#));
    assert_eq!(client.alerts().acknowledge("a").send().await?.took, Some(0.195));

    server.answer(Answer::json(
        200,
        r#"{"priority":"P0","createdAt":"2025-06-13T12:00:49.789Z","ackTime":"","tags":null,"count":2.0}"#,
    ));
    let alert = client.alerts().get("a").send().await?;
    assert_eq!(alert.priority, Some(Priority::Unknown("P0".to_owned())));
    assert!(alert.created_at.is_some() && alert.ack_time.is_none());
    assert_eq!(alert.count, Some(2));

    server.answer(Answer::json(200, r#"{"onCallUsers":["712020:a"]}"#));
    match client.schedules().get_on_calls("s").flat(true).send().await? {
        OnCallResponse::OnCallUsers(users) => assert_eq!(users.on_call_users, ["712020:a"]),
        other => panic!("users came as {other:?}"),
    }

    server.answer(Answer::json(200, r#"{"rules":[{"delay":5},{"delay":{"timeAmount":5,"timeUnit":"minutes"}}]}"#));
    let rules = client.escalations().get("t", "e").send().await?.rules;
    assert_eq!(rules[0].delay, Some(EscalationRuleResponseDelay::Integer(5)));
    assert!(matches!(rules[1].delay, Some(EscalationRuleResponseDelay::Form2(_))), "{:?}", rules[1].delay);

    server.answer(Answer::json(200, r#"[{"id":"g","name":"n"}]"#));
    assert!(client.syncs().list_action_groups("s").send().await.is_ok());
    server.answer(Answer::json(200, r#"{"values":[{"name":"h","enabled":"true"}]}"#));
    let heartbeats = client.heartbeats().list("t").send().await?;
    assert_eq!(heartbeats.values[0].enabled, Some(true));
    assert_eq!(server.take_seen().len(), 6);
    Ok(())
}

#[tokio::test]
async fn calendars_are_text() {
    let server = Server::start().await.expect("a server");
    let calendar = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    server.answer(Answer { status: 200, media_type: "text/calendar", body: calendar.to_owned(), ..Answer::default() });
    assert_eq!(oauth_client(&server).schedules().export_ics("s").send().await.expect("a calendar"), calendar);
    assert_eq!(server.take_seen()[0].header("accept"), "text/calendar");
}
