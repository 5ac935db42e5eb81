//! Rate limits, and random faults.

use std::{collections::HashSet, time::Duration};

use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, HoldPoint, RateLimitHeaders};
use reqwest::Method;
use serde_json::json;

use crate::test_site::TestSite;

#[tokio::test]
async fn every_form_of_429_has_its_headers() {
    let site = TestSite::start().await;
    let clock = site.fake.clock();
    let headers = |form: RateLimitHeaders| {
        let response = form.response(&clock, Duration::from_secs(90));
        assert_eq!(response.status, 429);
        let line = |(name, value): &(String, String)| format!("{name}: {value}");
        response.headers.iter().filter(|(name, _)| name != "content-type").map(line).collect::<Vec<_>>()
    };
    assert_eq!(headers(RateLimitHeaders::Absent), Vec::<String>::new());
    assert_eq!(headers(RateLimitHeaders::Seconds), ["Retry-After: 90"]);
    assert_eq!(headers(RateLimitHeaders::HttpDate), ["Retry-After: Fri, 01 Jan 2027 00:01:30 GMT"]);
    assert_eq!(headers(RateLimitHeaders::Reset)[2], "X-RateLimit-Reset: 2027-01-01T00:01:30.000Z");
    assert_eq!(headers(RateLimitHeaders::ResetToMinute), ["X-RateLimit-Reset: 2027-01-01T00:01Z"]);
    assert_eq!(headers(RateLimitHeaders::Quota)[3], r#"RateLimit: "global-app-quota";r=0;t=90"#);
    assert_eq!(headers(RateLimitHeaders::Structured)[1], r#"RateLimit: "burst";r=40, "global-app-quota";r=0;t=90"#);
    let different: HashSet<_> = RateLimitHeaders::ALL.into_iter().map(headers).collect();
    assert_eq!(different.len(), RateLimitHeaders::ALL.len());
    site.fake.queue_rate_limit(Endpoint::operation("GET /v1/teams"), RateLimitHeaders::Quota, Duration::from_secs(5));
    assert_eq!(site.call(Method::GET, "/v1/schedules", None).await.0, 200);
    assert_eq!(site.call(Method::GET, "/v1/teams", None).await.0, 429);
    assert_eq!(site.call(Method::GET, "/v1/teams", None).await.0, 200);
}

#[tokio::test]
async fn a_rate_limit_follows_the_fake_clock() {
    let site = TestSite::start().await;
    site.fake.add_rate_limit(Endpoint::Gateway, 3, Duration::from_secs(60), RateLimitHeaders::Seconds);
    let mut statuses = Vec::new();
    for seconds in [0, 0, 30, 0, 29, 1, 0] {
        site.fake.clock().advance(Duration::from_secs(seconds));
        statuses.push(site.call(Method::GET, "/v1/teams", None).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 200, 200]);
    assert_eq!(site.fake.executions(&Endpoint::Gateway), 5);
}

#[tokio::test]
async fn random_faults_repeat_with_the_seed() {
    let run = async || {
        let site = TestSite::with(Fake::builder().keep_requests(10).check_on_drop()).await;
        let faults =
            vec![Fault::Respond(FakeResponse::gateway_error(503)), Fault::RespondAfter(FakeResponse::gateway_error(502))];
        site.fake.add_random_faults(Endpoint::Gateway, 10, 7, faults);
        let mut statuses = Vec::new();
        for number in 0..500 {
            statuses.push(site.post("/v1/alerts", json!({ "message": number.to_string() })).await.0);
        }
        let count = |status: u16| statuses.iter().filter(|known| **known == status).count();
        assert!((25..=75).contains(&(count(502) + count(503))) && count(502).abs_diff(count(503)) <= 1, "{statuses:?}");
        // A 502 follows the execution; a 503 replaces it.
        assert_eq!(site.fake.executions(&Endpoint::operation("POST /v1/alerts")), 500 - count(503));
        assert_eq!((site.fake.requests().len(), site.fake.count(&Endpoint::Gateway)), (10, 500));
        assert_eq!(site.fake.alerts().len(), 500 - count(503));
        assert!(site.fake.duplicate_writes(&Endpoint::Gateway).is_empty());
        statuses
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn a_fault_can_add_a_header() {
    let site = TestSite::start().await;
    site.fake.queue_fault(Endpoint::Gateway, Fault::Header("X-RateLimit-NearLimit".to_owned(), "true".to_owned()));
    assert_eq!(site.call(Method::GET, "/v1/teams", None).await.0, 200);
    assert_eq!(site.fake.requests()[0].fault, Some("header added"));
}

#[tokio::test]
async fn the_wait_of_a_rate_limit_starts_at_the_request() {
    let site = TestSite::start().await;
    site.fake.add_random_faults(
        Endpoint::Gateway,
        1,
        7,
        vec![Fault::RateLimited(RateLimitHeaders::Reset, Duration::from_secs(2))],
    );
    site.fake.clock().advance(Duration::from_secs(60));
    let base = site.fake.oauth_base_url(&site.fake.site().id);
    let response = reqwest::get(format!("{base}/v1/teams")).await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-ratelimit-reset"], "2027-01-01T00:01:02.000Z");
    assert_eq!(site.fake.executions(&Endpoint::Gateway), 0);
    assert_eq!(site.fake.fault_counts(&Endpoint::operation("GET /v1/teams")).get("rate limited"), Some(&1));
}

#[tokio::test]
async fn a_hold_point_can_delay_many_responses() {
    let site = TestSite::start().await;
    let hold = HoldPoint::new();
    site.fake.add_random_faults(Endpoint::Gateway, 1, 7, vec![Fault::HoldAfter(hold.clone())]);
    for round in 1..=3 {
        let release = async {
            hold.wait_for_requests(round).await;
            hold.release_waiting();
        };
        let (response, ()) = tokio::join!(site.call(Method::GET, "/v1/teams", None), release);
        assert_eq!(response.0, 200);
    }
}
