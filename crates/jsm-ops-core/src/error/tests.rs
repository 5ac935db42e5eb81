use std::{
    error::Error as StdError,
    sync::{Mutex, mpsc},
    time::Duration,
};

use chrono::{DateTime, Utc};
use jsm_ops_test_server::{self as server, Server};
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderValue},
};

use super::value::{Error, MAX_ERROR_BODY};
use crate::{
    base_url::Gateway,
    cloud_id::CloudId,
    http::HttpTransport,
    operation::Operation,
    read_body::ReadBodyError,
    request::{Request, segment},
    response::Response,
    retry_after::RetryAfter,
    scopes::OAuthUnsupported,
    transport::Transport,
};

static LIST: Operation = Operation::new("list_alerts", "alerts().list", "GET", "/v1/alerts");

fn rejected(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Error {
    Error::from_response(&LIST, &response(status, body, headers))
}

fn response(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Response {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value))).collect();
    let status = StatusCode::from_u16(status).expect("a status");
    Response::new(status, headers, body.to_owned().into())
}

#[test]
fn a_missing_scope_is_not_an_expired_token() {
    let scope = rejected(401, r#"{"code":401,"message":"Unauthorized; scope does not match"}"#, &[]);
    assert!(scope.is_scope_missing() && !scope.is_unauthorized());
    let expired = rejected(401, r#"{"code":401,"message":"Unauthorized"}"#, &[]);
    assert!(expired.is_unauthorized() && !expired.is_scope_missing());
}

#[test]
fn statuses_have_predicates() {
    let body = r#"{"code":40301,"message":"Account does not have access to Opsgenie.","took":0.062}"#;
    assert!(rejected(403, body, &[]).is_no_operations());
    assert!(!rejected(403, "", &[]).is_no_operations());
    assert!(rejected(402, "", &[]).is_plan_limit());
    assert!(rejected(404, "", &[]).is_not_found());
    assert!(rejected(429, "", &[]).is_rate_limited());
    assert!(rejected(503, "", &[]).is_server_error());
}

#[test]
fn retry_after_has_two_forms() {
    assert_eq!(rejected(429, "", &[("retry-after", "7")]).retry_after(), Some(RetryAfter::Delay(Duration::from_secs(7))));
    let date = rejected(503, "", &[("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")]).retry_after();
    let expected = DateTime::parse_from_rfc3339("1999-12-31T23:59:59Z").expect("a date").with_timezone(&Utc);
    assert_eq!(date, Some(RetryAfter::At(expected)));
    for unknown in ["-1", "soon", "1.5", ""] {
        assert_eq!(rejected(429, "", &[("retry-after", unknown)]).retry_after(), None, "{unknown}");
    }
}

#[test]
fn display_has_what_support_asks_for() {
    let error = rejected(422, r#"{"code":42201,"message":"No","errors":{"alias":"long"}}"#, &[("atl-traceid", "t-9")]);
    assert_eq!(
        error.to_string(),
        "`list_alerts` (GET /v1/alerts): the request failed [status 422, code 42201, trace t-9]: No; alias: long"
    );
    assert_eq!(error.trace_id(), Some("t-9"));
    assert_eq!(error.operation().map(|operation| operation.id), Some("list_alerts"));
}

#[test]
fn bodies_are_kept_up_to_the_size_limit_and_not_printed() {
    let error = rejected(500, &format!("<html>{}", "secret".repeat(MAX_ERROR_BODY)), &[]);
    assert_eq!(error.body().map(str::len), Some(MAX_ERROR_BODY));
    assert!(!format!("{error:?} {error:#?} {error}").contains("secret"));
}

#[test]
fn the_size_limit_may_fall_within_a_character() {
    let error = rejected(500, &format!("<{}", "é".repeat(MAX_ERROR_BODY)), &[]);
    assert!(error.body().is_some_and(|body| body.ends_with('\u{fffd}')));
}

#[test]
fn no_text_in_a_chain_contains_the_next_one() {
    let mismatch = serde_json::from_str::<u8>("\"a\"").expect_err("a string");
    let mismatch_text = mismatch.to_string();
    let decode = Error::decode(&LIST, &response(200, "", &[]), "values[3].size".to_owned(), mismatch);
    assert_eq!(
        decode.to_string(),
        format!(
            "`list_alerts` (GET /v1/alerts): the response does not match its type at `values[3].size`: {mismatch_text} [status 200]"
        )
    );
    let connect = failed_request(Failing::Connect);
    assert!(connect.is_connect() && connect.is_transport(), "{connect:?}");
    let timeout = failed_request(Failing::Timeout);
    assert!(timeout.is_timeout() && !timeout.is_connect(), "{timeout:?}");
    let closed = failed_request(Failing::Response(server::Response::hang_up()));
    assert!(closed.is_transport() && closed.status().is_none(), "{closed:?}");
    let half = server::Response::new(200).with_body("half").with_declared_length(9);
    let incomplete = failed_request(Failing::Response(half));
    assert!(incomplete.is_transport() && incomplete.status() == Some(StatusCode::OK), "{incomplete:?}");

    let headers = HeaderMap::new();
    let all = [
        (Error::invalid_request(&LIST, "the id is empty"), 1, "the request was not sent: the id is empty"),
        (
            Error::credential(&LIST, std::io::Error::other("consent is needed")),
            2,
            "the request was not sent because it has no usable credential",
        ),
        (connect, 2, "could not connect"),
        (timeout, 2, "the timeout of the HTTP client passed; the service may have processed the request"),
        (closed, 2, "the connection failed before the response was complete; the service may have processed the request"),
        (
            incomplete,
            2,
            "the connection failed before the response was complete; the service may have processed the request [status 200]",
        ),
        (Error::deadline(&LIST, Duration::from_secs(5)), 1, "the deadline of 5 s passed"),
        (
            Error::too_large(&LIST, StatusCode::OK, &headers, 9),
            1,
            "the response has more than 9 bytes; raise the size limit of the client if that is expected [status 200]",
        ),
        (rejected(503, "", &[]).with_attempts(4), 1, "the request failed, after 4 attempts [status 503]"),
        (decode, 1, "the response does not match its type at `values[3].size`: "),
        (
            Error::empty_response(&LIST, &response(200, "", &[])),
            1,
            "the response is empty; the service processed the request [status 200]",
        ),
        (
            Error::write_failed(&LIST, "limit of the plan".to_owned()),
            1,
            "the service accepted the write but could not process it: limit of the plan",
        ),
        (
            Error::wait_timeout(&LIST, Duration::from_millis(1500)),
            1,
            "the write is still pending after 1.5 s; it may complete later",
        ),
        (
            Error::max_results_reached(&LIST, 20_000),
            1,
            "the service returns only the first 20000 items; narrow the search, for example to a shorter time range",
        ),
    ];
    for (error, min_links, text) in all {
        let texts = chain(&error);
        assert!(texts[0].starts_with(&format!("`list_alerts` (GET /v1/alerts): {text}")), "{texts:?}");
        assert!(texts.len() >= min_links && (min_links > 1 || texts.len() == 1), "{texts:?}");
        for pair in texts.windows(2) {
            assert!(!pair[0].contains(&pair[1]), "{texts:?}");
        }
    }
}

#[test]
fn chains_of_other_errors_do_not_repeat_either() {
    let unsent = || client().get("no scheme").build().expect_err("a relative URL");
    let all: [(Box<dyn StdError>, usize); 6] = [
        (Box::new(ReadBodyError::Incomplete(unsent())), 3),
        (Box::new(ReadBodyError::TooLarge { max_bytes: 9 }), 1),
        (Box::new(Gateway::new("http://example.com").expect_err("plain http")), 1),
        (Box::new(CloudId::new("a/b").expect_err("a slash")), 1),
        (Box::new(segment("id", "..").expect_err("two dots")), 1),
        (Box::new(OAuthUnsupported(&LIST)), 1),
    ];
    for (error, links) in all {
        let texts = chain(&*error);
        assert_eq!(texts.len(), links, "{texts:?}");
        for pair in texts.windows(2) {
            assert!(!pair[0].contains(&pair[1]), "{texts:?}");
        }
    }
}

fn client() -> reqwest::Client {
    // Other crates of the workspace build reqwest with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// The texts of an error and of all its sources.
fn chain(error: &dyn StdError) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut link = error.source();
    while let Some(error) = link {
        texts.push(error.to_string());
        link = error.source();
    }
    texts
}

/// Where a request of a test fails.
enum Failing {
    /// The port is closed.
    Connect,
    /// The server sends nothing until the timeout passes.
    Timeout,
    /// The server sends this, or hangs up.
    Response(server::Response),
}

fn failed_request(failing: Failing) -> Error {
    let (pass, passed) = mpsc::channel::<()>();
    let (server, timeout) = match failing {
        Failing::Connect => (Server::start(), None),
        Failing::Timeout => {
            let passed = Mutex::new(passed);
            let silent = move |_: &server::Request| {
                let _ = passed.lock().expect("one request").recv();
                server::Response::hang_up()
            };
            (Server::start_with(silent), Some(Duration::from_millis(50)))
        }
        Failing::Response(ref response) => {
            let server = Server::start().inspect(|server| server.respond(response.clone()));
            (server, None)
        }
    };
    let server = server.expect("a server");
    let mut request = Request::new(&LIST, server.url().parse().expect("a URL"));
    request.options.timeout = timeout;
    let server = if matches!(failing, Failing::Connect) {
        server.finish();
        None
    } else {
        Some(server)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(HttpTransport::new(client()).send(request)).expect_err("a failure");
    // The runtime owns the connection, which the server waits to see closed.
    drop((pass, runtime));
    server.map(Server::finish);
    error
}
