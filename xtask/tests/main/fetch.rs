//! `fetch` over sockets: accepted documents, rejected responses, and that an error changes no file.

use std::{ffi::OsStr, fs, path::Path};

use jsm_ops_test_server::Response;
use tempfile::TempDir;
use xtask::document::load::MAX_BYTES;

use crate::support::{
    cli::{self, Ran},
    directory::{Snapshot, differing, files, write_long_ago},
    document::{self, at, changed, remove},
    server::Server,
    source, workspace,
};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

fn response(status: u16, media_type: &str, body: &[u8]) -> Response {
    Response::new(status).with_header("content-type", media_type).with_body(body)
}

fn redirect(location: &str) -> Response {
    Response::new(302).with_header("location", location)
}

/// A directory with facts of an earlier day, which lack one operation and have a server more.
fn earlier_facts() -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let facts = changed(|root| {
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete"));
        let servers = at(root, "/servers").as_array_mut().expect("servers");
        servers.push(serde_json::json!({"url": "https://old.example/"}));
    });
    write_long_ago(&directory.path().join("jsm-ops.json"), facts.as_bytes());
    let source = fs::read(workspace().join("spec/SOURCE.toml")).expect("the source is readable");
    write_long_ago(&directory.path().join("SOURCE.toml"), &source);
    directory
}

fn fetch(from: &str, to: &Path) -> Ran {
    cli::xtask([OsStr::new("fetch"), OsStr::new("--from"), OsStr::new(from), OsStr::new("--to"), to.as_os_str()])
}

/// Fetches a URL. The run must fail with these parts in its message, and change no file.
#[track_caller]
fn assert_fails(from: &str, parts: &[&str]) {
    let directory = earlier_facts();
    let before = Snapshot::of(directory.path());
    let ran = fetch(from, directory.path());
    assert_eq!(ran.stdout, "", "a failed run reports nothing");
    let message = ran.failed(parts);
    assert!(message.starts_with(&format!("error: {from}: ")), "the message does not begin with the URL:\n{message}");
    before.assert_unchanged(directory.path());
}

/// Fetches `/doc` from a server with one response. The run must fail.
#[track_caller]
fn assert_rejected(response: Response, parts: &[&str]) {
    let server = Server::start([response]);
    assert_fails(&server.url("/doc"), parts);
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

/// Asserts that the directory has the facts of the repository, with this URL in `SOURCE.toml`.
#[track_caller]
fn assert_facts(directory: &Path, url: &str) {
    let mut found = files(directory);
    let source = found.remove("SOURCE.toml").expect("the source is written");
    let facts = [("jsm-ops.json".to_owned(), document::text().as_bytes().to_vec())].into();
    assert_eq!(differing(&found, &facts), [""; 0]);
    let source: toml::Table = std::str::from_utf8(&source).expect("text").parse().expect("the source is TOML");
    assert_eq!(source["url"].as_str(), Some(url));
    assert_eq!(source["bytes"].as_integer(), i64::try_from(document::text().len()).ok());
    assert_eq!(source["operations"].as_integer(), i64::try_from(source::count("operations")).ok());
}

#[test]
fn a_document_is_accepted_and_its_changes_are_reported() {
    let server = Server::start([response(200, JSON, document::text().as_bytes())]);
    let directory = earlier_facts();
    let ran = fetch(&server.url("/doc"), directory.path()).succeeded();
    assert_facts(directory.path(), &server.url("/doc"));
    let [paths, operations, schemas] = ["paths", "operations", "schemas"].map(source::count);
    assert_eq!(ran.line("facts "), format!("{paths} paths, {operations} operations, {schemas} schemas"));
    let changes: Vec<&str> = ran.stdout.lines().skip_while(|line| !line.starts_with("changes ")).collect();
    assert_eq!(
        changes,
        [
            "changes     1 added, 1 removed; run `cargo xtask regen` for the verdict",
            "  + DELETE /api/{cloudId}/v1/alerts/{id}",
            "  - server https://old.example/",
        ]
    );
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

/// Three small documents of other APIs: another title, the same title with other operations, and
/// most of the operations gone.
#[test]
fn documents_of_other_apis_are_refused() {
    let other = |title: &str, path: &str| {
        let response = serde_json::json!({"200": {"description": ""}});
        serde_json::json!({
            "openapi": "3.0.1", "info": {"title": title, "version": "1"}, "servers": [{"url": "https://other.example/"}],
            "paths": {path: {"get": {"responses": response}}}, "components": {"schemas": {"A": {"type": "string"}}}
        })
        .to_string()
    };
    let known: serde_json::Value = serde_json::from_str(document::text()).expect("JSON");
    let title = known["info"]["title"].as_str().expect("a title");
    let fewer = changed(|root| {
        let paths = root["paths"].as_object_mut().expect("paths");
        paths.retain(|path, _| path.starts_with("/api/{cloudId}/v1/alerts"));
    });
    for (text, part) in [
        (other("The platform", "/rest/api/3/myself"), "its title is \"The platform\", expected"),
        (other(title, "/rest/api/3/myself"), "it has 0 of the "),
        (fewer, " known operations"),
    ] {
        assert_rejected(response(200, JSON, text.as_bytes()), &["this is the document of another API", part, "--from"]);
    }
}

#[test]
fn the_directory_is_created() {
    let server = Server::start([response(200, JSON, document::text().as_bytes())]);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let to = directory.path().join("new/spec");
    let ran = fetch(&server.url("/doc"), &to).succeeded();
    assert_facts(&to, &server.url("/doc"));
    assert_eq!(ran.line("changes "), "nothing to compare with: these are the first facts");
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

#[test]
fn a_redirect_on_the_same_host_is_followed() {
    let moved = redirect("/moved/doc");
    let server = Server::start([moved, response(200, JSON, document::text().as_bytes())]);
    let directory = earlier_facts();
    fetch(&server.url("/doc"), directory.path()).succeeded();
    assert_facts(directory.path(), &server.url("/doc"));
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1", "GET /moved/doc HTTP/1.1"]);
}

/// Another port counts as another host.
#[test]
fn a_redirect_to_another_host_fails_before_a_connection() {
    let other = Server::start([]);
    let (target, host) = (other.url("/doc"), other.url(""));
    let server = Server::start([redirect(&target)]);
    assert_fails(&server.url("/doc"), &[&format!("redirected to another host, {host}"), "--from"]);
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
    assert_eq!(other.finish(), [""; 0], "the other host got a connection");
}

#[test]
fn a_circle_of_redirects_fails() {
    let server = Server::start(std::iter::repeat_n(redirect("/doc"), 6));
    assert_fails(&server.url("/doc"), &["more than 5 redirects"]);
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"; 6]);
}

#[test]
fn an_html_page_is_rejected_by_its_media_type() {
    assert_rejected(
        response(200, HTML, document::text().as_bytes()),
        &["the document is an HTML page", "open it in a browser"],
    );
}

#[test]
fn an_html_page_with_another_media_type_is_rejected_by_its_content() {
    assert_rejected(response(200, JSON, b"<!DOCTYPE html><title>Sign in</title>"), &["the document is an HTML page"]);
}

#[test]
fn a_missing_document_fails_with_the_status() {
    assert_rejected(
        response(404, JSON, document::text().as_bytes()),
        &["the server responded with 404 Not Found", "--from"],
    );
}

#[test]
fn a_server_error_fails_with_the_status() {
    assert_rejected(response(500, HTML, b"<html>"), &["the server responded with 500 Internal Server Error"]);
}

/// An endless response must not fill the memory. This one is four times as long as the size limit.
#[test]
fn a_document_beyond_the_size_limit_is_rejected() {
    let megabyte = vec![b' '; 1024 * 1024];
    let message = format!("the document has more than {MAX_BYTES} bytes");
    assert_eq!(MAX_BYTES, 16 * 1024 * 1024);
    assert_rejected(response(200, JSON, &megabyte).with_repeated_body(64), &[&message]);
}

/// A document of exactly the size limit, with white space at its end.
#[test]
fn a_document_of_the_largest_size_is_accepted() {
    let mut body = document::text().as_bytes().to_vec();
    body.resize(usize::try_from(MAX_BYTES).expect("it fits"), b' ');
    let server = Server::start([response(200, JSON, &body)]);
    let directory = earlier_facts();
    fetch(&server.url("/doc"), directory.path()).succeeded();
    assert_eq!(fs::read_to_string(directory.path().join("jsm-ops.json")).expect("the facts are readable"), document::text());
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

#[test]
fn an_incomplete_document_is_rejected() {
    let text = document::text().as_bytes();
    assert_rejected(
        response(200, JSON, &text[..text.len() / 2]).with_declared_length(text.len()),
        &["the response is incomplete"],
    );
}

#[test]
fn json_of_another_kind_is_rejected_with_its_place() {
    assert_rejected(
        response(200, JSON, b"{\"openapi\": \"3.0.1\", \"paths\": {}}"),
        &["1 problem\n", "/doc#/paths: the document has no paths"],
    );
}

#[test]
fn a_closed_connection_fails() {
    assert_rejected(Response::hang_up(), &["connection closed", "--from"]);
}

/// All connections to other hosts would go through the proxy.
#[test]
fn plain_http_to_another_host_fails_before_a_connection() {
    let through_proxy = |from: &str| {
        let proxy = Server::start([]);
        let directory = earlier_facts();
        let before = Snapshot::of(directory.path());
        let mut command = cli::command(Path::new(env!("CARGO_BIN_EXE_xtask")));
        command.args(["fetch", "--from", from, "--to"]).arg(directory.path());
        command.envs(["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, proxy.url(""))));
        let message = cli::run(&mut command).failed(&[from]);
        before.assert_unchanged(directory.path());
        (message, proxy.finish())
    };
    let (message, requests) = through_proxy("http://developer.atlassian.com/x");
    assert!(message.contains("the document is downloaded over https only"), "{message}");
    assert_eq!(requests, [""; 0], "there was a connection");
    // With https the proxy gets the connection.
    let (_, requests) = through_proxy("https://developer.atlassian.com/x");
    assert_eq!(requests, ["CONNECT developer.atlassian.com:443 HTTP/1.1"]);
}

#[test]
fn invalid_urls_are_rejected() {
    assert_fails("https://", &["not a valid URL", "--from"]);
    assert_fails("ftp://127.0.0.1/doc", &["the document is downloaded over https only", "--from"]);
    assert_fails("file:///etc/hostname", &["the document is downloaded over https only", "--from"]);
}

/// A message with a password ends up in logs.
#[test]
fn user_information_is_rejected_and_not_printed() {
    let server = Server::start([]);
    let host = server.url("").replace("http://", "");
    let urls = [
        format!("http://user:pa55@{host}/doc"),
        format!("http:///user:pa55@{host}/doc"),
        format!("http://pa55@{host}/doc?a=b#c"),
        format!("ftp://:pa55@{host}/doc"),
    ];
    for url in urls {
        let directory = earlier_facts();
        let before = Snapshot::of(directory.path());
        let message = fetch(&url, directory.path()).failed(&["the URL has user information", "--from"]);
        assert!(!message.contains("pa55"), "{message}");
        before.assert_unchanged(directory.path());
    }
    assert_eq!(server.finish(), [""; 0], "there was a connection");
}

/// The query of a URL may hold a token, and `SOURCE.toml` is published.
#[test]
fn the_query_is_sent_and_neither_printed_nor_recorded() {
    let sent = ["GET /doc?token=s3cret HTTP/1.1"];
    let server = Server::start([response(200, JSON, document::text().as_bytes())]);
    let directory = earlier_facts();
    let ran = fetch(&server.url("/doc?token=s3cret#part"), directory.path()).succeeded();
    assert!(!ran.stdout.contains("s3cret"), "{}", ran.stdout);
    assert_facts(directory.path(), &server.url("/doc"));
    assert_eq!(server.finish(), sent);

    let failures =
        [response(404, JSON, b""), response(200, JSON, b"[]"), Response::hang_up(), redirect("/doc?token=s3cret")];
    for (index, failure) in failures.into_iter().enumerate() {
        let count = if index == 3 { 6 } else { 1 };
        let server = Server::start(std::iter::repeat_n(failure, count));
        let directory = earlier_facts();
        let url = server.url("/doc");
        let message = fetch(&server.url("/doc?token=s3cret#part"), directory.path()).failed(&[&format!("error: {url}: ")]);
        assert!(!message.contains("s3cret") && !message.contains("#part"), "{message}");
        assert_eq!(server.finish(), sent.repeat(count));
    }
}
