//! Everything that can go wrong, and how the record tells it.

use jsm_ops_fake::{Answer, Consent, Endpoint, Fake, Fault, Gate};
use serde_json::Value;

use crate::plain::{client, get, refresh, refreshed, token, token_json};

async fn start() -> (Fake, String, Value) {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    let grant = fake.grant(&Consent::default());
    let body = refresh(&fake, &grant.refresh_token.unwrap());
    (fake, grant.access_token, body)
}

#[tokio::test]
async fn connections_end_before_or_after_the_work() {
    let (fake, _, body) = start().await;
    fake.fault(Endpoint::Refresh, Fault::DropBefore);
    fake.fault(Endpoint::Token, Fault::DropAfter);
    for executed in [0, 1] {
        let error = client().post(fake.token_url()).json(&body).send().await.unwrap_err();
        assert!(error.is_request(), "{error:?}");
        assert_eq!(fake.executions(&Endpoint::Refresh), executed);
    }
    assert_eq!(token_json(&fake, &body).await.0, 200);
    let seen: Vec<_> = fake.requests().iter().map(|seen| (seen.fault, seen.executed, seen.status)).collect();
    let expected = [(Some("dropped before"), false, None), (Some("dropped after"), true, None), (None, true, Some(200))];
    assert_eq!(seen, expected);
    assert_eq!(fake.faults_waiting(), 0);
}

#[tokio::test]
async fn slow_answers_wait_for_the_test_and_not_for_time() {
    let (fake, access, body) = start().await;
    let before = fake.hold(Endpoint::Refresh);
    let after = fake.hold_answer(Endpoint::Resources);
    let test = async {
        before.arrived(1).await;
        after.arrived(1).await;
        assert_eq!((fake.executions(&Endpoint::Refresh), fake.executions(&Endpoint::Resources)), (0, 1));
        before.release();
        after.release();
    };
    let url = fake.resources_url();
    let (refreshed, resources, ()) = tokio::join!(token(&fake, &body), get(&url, &access), test);
    assert_eq!((refreshed.status().as_u16(), resources.0), (200, 200));
}

#[tokio::test]
async fn answers_take_the_place_of_the_work_or_of_its_answer() {
    let (fake, access, body) = start().await;
    fake.fault(Endpoint::Refresh, Fault::Answer(Answer::throttled()));
    fake.fault(Endpoint::Refresh, Fault::Answer(Answer::throttled_until("7")));
    fake.fault(Endpoint::Refresh, Fault::AnswerAfter(Answer::gateway_page(502)));
    fake.fault(Endpoint::Resources, Fault::Answer(Answer::redirect(&fake.elsewhere_url())));
    let answer = token(&fake, &body).await;
    assert_eq!((answer.status().as_u16(), answer.headers().get("retry-after")), (429, None));
    assert_eq!(answer.headers()["date"], "Fri, 01 Jan 2027 00:00:00 GMT");
    let answer = token(&fake, &body).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(fake.executions(&Endpoint::Refresh), 0);
    let answer = token(&fake, &body).await;
    assert_eq!(answer.status(), 502);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.text().await.unwrap().starts_with("<html>"));
    assert_eq!(fake.executions(&Endpoint::Refresh), 1);
    assert_eq!(get(&fake.resources_url(), &access).await.0, 302);
}

#[tokio::test]
async fn bodies_are_spoiled_after_the_work() {
    let (fake, access, body) = start().await;
    let resources = fake.resources_url();
    let whole = client().get(&resources).bearer_auth(&access).send().await.unwrap().bytes().await.unwrap();
    let spoiled = async |fault: Fault| {
        fake.fault(Endpoint::Resources, fault);
        client().get(&resources).bearer_auth(&access).send().await.unwrap()
    };
    assert_eq!(spoiled(Fault::HalfBody).await.bytes().await.unwrap(), whole[..whole.len() / 2]);
    let cut = spoiled(Fault::CutBody).await;
    assert_eq!(cut.content_length(), Some(whole.len() as u64));
    assert!(cut.bytes().await.is_err());
    let missing: Value = spoiled(Fault::WithoutField("url".to_owned())).await.json().await.unwrap();
    assert!(missing[0].get("url").is_none() && missing[0]["id"].is_string());
    let gate = Gate::new();
    let held = spoiled(Fault::HoldBody(gate.clone())).await.bytes();
    let release = async {
        gate.arrived(1).await;
        gate.release();
    };
    assert_eq!(tokio::join!(held, release).0.unwrap(), whole);
    assert_eq!(spoiled(Fault::ContentType("text/plain".to_owned())).await.headers()["content-type"], "text/plain");
    let huge = spoiled(Fault::HugeBody(3_000_000)).await.bytes().await.unwrap();
    assert!(huge.len() == 3_000_000 + whole.len() && huge.ends_with(&whole));
    fake.fault(Endpoint::Refresh, Fault::WithoutField("refresh_token".to_owned()));
    let (status, answer) = token_json(&fake, &body).await;
    assert_eq!((status, answer.get("refresh_token")), (200, None));
    assert!(answer["access_token"].is_string());
}

#[tokio::test]
async fn the_record_has_every_byte() {
    let (fake, _, body) = start().await;
    token(&fake, &body).await;
    let seen = fake.requests_to(&Endpoint::Token).remove(0);
    assert_eq!((seen.method.as_str(), seen.path.as_str(), seen.query.as_str()), ("POST", "/oauth/token", ""));
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.body, body.to_string());
    fake.forget_requests();
    assert_eq!((fake.requests().len(), fake.count(&Endpoint::Token)), (0, 0));
}

#[tokio::test]
async fn what_nobody_asks_is_answered_599_and_reported_by_name() {
    let fake = Fake::start().await.unwrap();
    assert_eq!(client().put(fake.token_url()).send().await.unwrap().status(), 599);
    assert_eq!(client().get(format!("{}/path?a=b", fake.elsewhere_url())).send().await.unwrap().status(), 599);
    let unexpected = fake.nothing_unexpected().unwrap_err();
    assert_eq!(unexpected.lines, ["PUT /oauth/token", "GET /path at a host that is not Atlassian's"]);
    assert!(unexpected.to_string().contains("did not expect:\n  PUT /oauth/token\n"), "{unexpected}");
}

#[tokio::test]
async fn a_credential_where_it_does_not_belong_is_reported() {
    let fake = Fake::start().await.unwrap();
    let body = refresh(&fake, &fake.grant(&Consent::default()).refresh_token.unwrap());
    assert_eq!(client().post(fake.token_url()).json(&body).bearer_auth("a token").send().await.unwrap().status(), 200);
    assert_eq!(fake.nothing_unexpected().unwrap_err().lines.len(), 1);
}

#[tokio::test]
#[should_panic(expected = "did not expect:\n  GET /nowhere")]
async fn a_fake_that_checks_when_it_is_dropped_fails_the_test() {
    let fake = Fake::builder().check_on_drop().start().await.unwrap();
    client().get(format!("{}/nowhere", fake.url())).send().await.unwrap();
}

#[tokio::test]
async fn dropping_it_ends_its_connections() {
    let (fake, _, body) = start().await;
    let url = fake.token_url();
    let gate = fake.hold(Endpoint::Refresh);
    let asking = tokio::spawn(client().post(&url).json(&body).send());
    gate.arrived(1).await;
    drop(fake);
    assert!(asking.await.unwrap().is_err());
    assert!(client().post(&url).json(&body).send().await.unwrap_err().is_connect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once() {
    let (fake, access, body) = start().await;
    let (url, client) = (fake.resources_url(), client());
    let calls: Vec<_> = (0..1000).map(|_| tokio::spawn(client.get(&url).bearer_auth(&access).send())).collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(fake.executions(&Endpoint::Resources), 1000);
    refreshed(&fake, body["refresh_token"].as_str().unwrap()).await;
}
