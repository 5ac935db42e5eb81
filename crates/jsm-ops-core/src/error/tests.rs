use reqwest::header::{HeaderMap, HeaderValue};

use super::*;

static LIST: Operation = Operation::new("list_alerts", "alerts().list", "GET", "/v1/alerts");

fn refused(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Error {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value))).collect();
    let status = StatusCode::from_u16(status).expect("a status");
    Error::from_response(&LIST, &Response::new(status, headers, body.to_owned().into()))
}

#[test]
fn a_missing_scope_is_no_expired_token() {
    let scope = refused(401, r#"{"code":401,"message":"Unauthorized; scope does not match"}"#, &[]);
    assert!(scope.is_scope_missing() && !scope.is_unauthorized());
    let expired = refused(401, r#"{"code":401,"message":"Unauthorized"}"#, &[]);
    assert!(expired.is_unauthorized() && !expired.is_scope_missing());
}

#[test]
fn refusals_are_told_apart() {
    let body = r#"{"code":40301,"message":"Account does not have access to Opsgenie.","took":0.062}"#;
    assert!(refused(403, body, &[]).is_no_operations());
    assert!(!refused(403, "", &[]).is_no_operations());
    assert!(refused(402, "", &[]).is_plan_limit());
    assert!(refused(404, "", &[]).is_not_found());
    assert!(refused(429, "", &[]).is_rate_limited());
    assert!(refused(503, "", &[]).is_server_error());
}

#[test]
fn the_time_to_wait_has_two_forms() {
    assert_eq!(refused(429, "", &[("retry-after", "7")]).retry_after(), Some(RetryAfter::Delay(Duration::from_secs(7))));
    let date = refused(503, "", &[("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")]).retry_after();
    let expected = DateTime::parse_from_rfc3339("1999-12-31T23:59:59Z").expect("a date").with_timezone(&Utc);
    assert_eq!(date, Some(RetryAfter::At(expected)));
    for unknown in ["-1", "soon", "1.5", ""] {
        assert_eq!(refused(429, "", &[("retry-after", unknown)]).retry_after(), None, "{unknown}");
    }
}

#[test]
fn one_line_says_what_support_asks_for() {
    let error = refused(422, r#"{"code":42201,"message":"No","errors":{"alias":"long"}}"#, &[("atl-traceid", "t-9")]);
    assert_eq!(
        error.to_string(),
        "`list_alerts` (GET /v1/alerts): refused [status 422, code 42201, trace t-9]: No; alias: long"
    );
    assert_eq!(error.trace_id(), Some("t-9"));
    assert_eq!(error.operation().map(|operation| operation.id), Some("list_alerts"));
}

#[test]
fn bodies_are_kept_up_to_a_bound_and_never_printed() {
    let error = refused(500, &format!("<html>{}", "secret".repeat(MAX_ERROR_BODY)), &[]);
    assert_eq!(error.body().map(str::len), Some(MAX_ERROR_BODY));
    assert!(!format!("{error:?} {error:#?} {error}").contains("secret"));
}

#[test]
fn a_bound_in_the_middle_of_a_character_does_no_harm() {
    let error = refused(500, &format!("<{}", "é".repeat(MAX_ERROR_BODY)), &[]);
    assert!(error.body().is_some_and(|body| body.ends_with('\u{fffd}')));
}
