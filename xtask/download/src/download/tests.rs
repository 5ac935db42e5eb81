//! What a download returns and how its errors print, over sockets.

use std::error::Error;

use jsm_ops_test_server::{Response, Server};
use reqwest::Url;

use super::{DownloadError, download, is_allowed};

fn failure(response: Response) -> DownloadError {
    let server = Server::start().expect("a server");
    server.respond(response);
    let error = download(&server.url(), 64).expect_err("a failure");
    assert_eq!(server.finish().len(), 1, "{error}");
    error
}

fn html() -> Response {
    Response::new(200).with_header("content-type", "text/html; charset=utf-8").with_body("<p>")
}

#[test]
fn a_body_is_returned_up_to_the_size_limit() {
    let server = Server::start().expect("a server");
    server.respond(Response::new(200).with_body("0123456789"));
    assert_eq!(download(&server.url(), 4).expect("a body"), b"0123");
    let requests = server.finish();
    assert_eq!((requests[0].method(), requests[0].header("accept")), ("GET", "application/json"));
}

/// The chain of every kind of error, where no text contains the next one.
#[test]
fn no_text_in_a_chain_contains_the_next_one() {
    let errors = [
        download("https://", 1).expect_err("not a URL"),
        download("http://developer.atlassian.com/x", 1).expect_err("plain http"),
        failure(Response::hang_up()),
        failure(Response::new(404)),
        failure(html()),
        failure(Response::new(200).with_body("half").with_declared_length(40)),
    ];
    let mut kinds = [false; 6];
    for error in &errors {
        kinds[match error {
            DownloadError::Url(_) => 0,
            DownloadError::Scheme => 1,
            DownloadError::Http(_) => 2,
            DownloadError::Status(_) => 3,
            DownloadError::Html => 4,
            DownloadError::Incomplete(_) => 5,
        }] = true;
        let mut text = error.to_string();
        let mut link = error.source();
        while let Some(source) = link {
            let next = source.to_string();
            assert!(!text.contains(&next), "`{text}` contains its source `{next}`");
            (text, link) = (next, source.source());
        }
    }
    assert_eq!(kinds, [true; 6], "a kind of error is missing");
}

#[test]
fn plain_http_is_for_the_loopback_interface() {
    let allowed = |url: &str| Url::parse(url).is_ok_and(|url| is_allowed(&url));
    assert!(allowed("https://developer.atlassian.com/x") && allowed("http://127.0.0.1:1/x"));
    assert!(!allowed("http://developer.atlassian.com/x") && !allowed("ftp://localhost/x") && !allowed("file:///x"));
}
