//! Throttling in every form, limits by the clock, and scattered faults.

use std::{collections::HashSet, time::Duration};

use jsm_ops_fake::{Answer, Endpoint, Fake, Fault, Gate, Throttle};
use reqwest::Method;
use serde_json::json;

use crate::site::Site;

#[tokio::test]
async fn every_form_of_429() {
    let site = Site::start().await;
    let clock = site.fake.clock();
    let headers = |throttle: Throttle| {
        let answer = throttle.answer(&clock, Duration::from_secs(90));
        assert_eq!(answer.status, 429);
        let text = |(name, value): &(String, String)| format!("{name}: {value}");
        answer.headers.iter().filter(|(name, _)| name != "content-type").map(text).collect::<Vec<_>>()
    };
    assert_eq!(headers(Throttle::Silent), Vec::<String>::new());
    assert_eq!(headers(Throttle::Seconds), ["Retry-After: 90"]);
    assert_eq!(headers(Throttle::HttpDate), ["Retry-After: Fri, 01 Jan 2027 00:01:30 GMT"]);
    assert_eq!(headers(Throttle::Reset)[2], "X-RateLimit-Reset: 2027-01-01T00:01:30.000Z");
    assert_eq!(headers(Throttle::ResetInMinutes), ["X-RateLimit-Reset: 2027-01-01T00:01Z"]);
    assert_eq!(headers(Throttle::Quota)[3], r#"RateLimit: "global-app-quota";r=0;t=90"#);
    assert_eq!(headers(Throttle::Structured)[1], r#"RateLimit: "burst";r=40, "global-app-quota";r=0;t=90"#);
    let different: HashSet<_> = Throttle::ALL.into_iter().map(headers).collect();
    assert_eq!(different.len(), Throttle::ALL.len());
    site.fake.throttle(Endpoint::operation("GET /v1/teams"), Throttle::Quota, Duration::from_secs(5));
    assert_eq!(site.call(Method::GET, "/v1/schedules", None).await.0, 200);
    assert_eq!(site.call(Method::GET, "/v1/teams", None).await.0, 429);
    assert_eq!(site.call(Method::GET, "/v1/teams", None).await.0, 200);
}

#[tokio::test]
async fn a_limit_goes_by_the_clock_of_the_test() {
    let site = Site::start().await;
    site.fake.limit(Endpoint::Gateway, 3, Duration::from_secs(60), Throttle::Seconds);
    let mut statuses = Vec::new();
    for seconds in [0, 0, 30, 0, 29, 1, 0] {
        site.fake.clock().advance(Duration::from_secs(seconds));
        statuses.push(site.call(Method::GET, "/v1/teams", None).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 200, 200]);
    assert_eq!(site.fake.executions(&Endpoint::Gateway), 5);
}

#[tokio::test]
async fn scattered_faults_are_the_same_in_every_run() {
    let run = async || {
        let site = Site::of(Fake::builder().keep_requests(10).check_on_drop()).await;
        let faults = vec![Fault::Answer(Answer::gateway_page(503)), Fault::AnswerAfter(Answer::gateway_page(502))];
        site.fake.scatter(Endpoint::Gateway, 10, 7, faults);
        let mut statuses = Vec::new();
        for number in 0..500 {
            statuses.push(site.post("/v1/alerts", json!({ "message": number.to_string() })).await.0);
        }
        let count = |status: u16| statuses.iter().filter(|known| **known == status).count();
        assert!((25..=75).contains(&(count(502) + count(503))) && count(502).abs_diff(count(503)) <= 1, "{statuses:?}");
        // A 502 came after the work, a 503 instead of it.
        assert_eq!(site.fake.executions(&Endpoint::operation("POST /v1/alerts")), 500 - count(503));
        assert_eq!((site.fake.requests().len(), site.fake.count(&Endpoint::Gateway)), (10, 500));
        assert_eq!(site.fake.alerts().len(), 500 - count(503));
        assert!(site.fake.executed_twice(&Endpoint::Gateway).is_empty());
        statuses
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn a_warning_is_a_header_of_an_answer() {
    let site = Site::start().await;
    site.fake.fault(Endpoint::Gateway, Fault::Header("X-RateLimit-NearLimit".to_owned(), "true".to_owned()));
    assert_eq!(site.call(Method::GET, "/v1/teams", None).await.0, 200);
    assert_eq!(site.fake.requests()[0].fault, Some("one more header"));
}

#[tokio::test]
async fn a_throttle_counts_from_when_it_is_met() {
    let site = Site::start().await;
    site.fake.scatter(Endpoint::Gateway, 1, 7, vec![Fault::Throttled(Throttle::Reset, Duration::from_secs(2))]);
    site.fake.clock().advance(Duration::from_secs(60));
    let base = site.fake.gateway_url(&site.fake.site().id);
    let answer = reqwest::get(format!("{base}/v1/teams")).await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["x-ratelimit-reset"], "2027-01-01T00:01:02.000Z");
    assert_eq!(site.fake.executions(&Endpoint::Gateway), 0);
    assert_eq!(site.fake.faults_met(&Endpoint::operation("GET /v1/teams")).get("throttled"), Some(&1));
}

#[tokio::test]
async fn a_gate_can_make_answers_late() {
    let site = Site::start().await;
    let gate = Gate::new();
    site.fake.scatter(Endpoint::Gateway, 1, 7, vec![Fault::HoldAfter(gate.clone())]);
    for round in 1..=3 {
        let open = async {
            gate.arrived(round).await;
            gate.let_through();
        };
        let (answer, ()) = tokio::join!(site.call(Method::GET, "/v1/teams", None), open);
        assert_eq!(answer.0, 200);
    }
}
