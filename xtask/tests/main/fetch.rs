//! `fetch` over sockets: what it takes, what it refuses, and that a refusal leaves the facts as they were.

use std::{ffi::OsStr, fs, path::Path};

use jsm_ops_test_server::Response;
use tempfile::TempDir;
use xtask::document::load::MAX_BYTES;

use crate::support::{
    cli::{self, Ran},
    document::{self, changed, remove},
    folder::{Snapshot, differing, files, write_long_ago},
    server::Server,
    workspace,
};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

fn response(status: u16, media_type: &str, body: &[u8]) -> Response {
    Response::new(status).with_header("content-type", media_type).with_body(body)
}

fn redirect(location: &str) -> Response {
    Response::new(302).with_header("location", location)
}

/// A folder with facts of an earlier day, which lack one operation.
fn earlier_facts() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let facts = changed(|root| drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}", "delete")));
    write_long_ago(&folder.path().join("jsm-ops.json"), facts.as_bytes());
    let source = fs::read(workspace().join("spec/SOURCE.toml")).expect("the source is readable");
    write_long_ago(&folder.path().join("SOURCE.toml"), &source);
    folder
}

fn fetch(from: &str, to: &Path) -> Ran {
    cli::xtask([OsStr::new("fetch"), OsStr::new("--from"), OsStr::new(from), OsStr::new("--to"), to.as_os_str()])
}

/// Fetches an address, which must be refused with these parts in the complaint, and must change nothing.
#[track_caller]
fn refuses(from: &str, parts: &[&str]) {
    let folder = earlier_facts();
    let before = Snapshot::of(folder.path());
    let ran = fetch(from, folder.path());
    assert_eq!(ran.stdout, "", "a refused run reports nothing");
    let complaint = ran.refused(parts);
    assert!(complaint.starts_with(&format!("error: {from}: ")), "the complaint does not name the address:\n{complaint}");
    before.assert_unchanged(folder.path());
}

/// Fetches `/doc` from a server with one response, which must be refused.
#[track_caller]
fn refuses_response(response: Response, parts: &[&str]) {
    let server = Server::start([response]);
    refuses(&server.url("/doc"), parts);
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

/// Expects that the folder holds the facts of the repository and what `SOURCE.toml` says about this address.
#[track_caller]
fn holds_the_facts(folder: &Path, url: &str) {
    let mut found = files(folder);
    let source = found.remove("SOURCE.toml").expect("the source is written");
    let facts = [("jsm-ops.json".to_owned(), document::text().as_bytes().to_vec())].into();
    assert_eq!(differing(&found, &facts), [""; 0]);
    let source: toml::Table = std::str::from_utf8(&source).expect("text").parse().expect("the source is TOML");
    assert_eq!(source["url"].as_str(), Some(url));
    assert_eq!(source["bytes"].as_integer(), i64::try_from(document::text().len()).ok());
    assert_eq!(source["operations"].as_integer(), Some(240));
}

#[test]
fn a_good_document_is_taken_and_its_changes_are_reported() {
    let server = Server::start([response(200, JSON, document::text().as_bytes())]);
    let folder = earlier_facts();
    let ran = fetch(&server.url("/doc"), folder.path()).succeeded();
    holds_the_facts(folder.path(), &server.url("/doc"));
    assert_eq!(ran.line("facts "), "166 paths, 240 operations, 345 schemas");
    let changes: Vec<&str> = ran.stdout.lines().skip_while(|line| !line.starts_with("interface ")).collect();
    let (verdict, changes) = changes.split_first().expect("the report has a part on the interface");
    assert_eq!(*verdict, format!("interface   {} changes; run `cargo xtask regen` to see what they break", changes.len()));
    let operation = document::root()["paths"]["/api/{cloudId}/v1/alerts/{id}"]["delete"].clone();
    let id = operation["operationId"].as_str().expect("the operation has an id");
    assert_eq!(changes[0], format!("  + DELETE /api/{{cloudId}}/v1/alerts/{{id}}: {id}"));
    assert!(changes.len() > 1, "its parts are named, too");
    let elsewhere = changes.iter().find(|change| !change.starts_with("  + DELETE /api/{cloudId}/v1/alerts/{id}"));
    assert_eq!(elsewhere, None, "nothing else changed");
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

#[test]
fn a_document_is_taken_into_a_folder_that_is_not_there() {
    let server = Server::start([response(200, JSON, document::text().as_bytes())]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let to = folder.path().join("new/spec");
    let ran = fetch(&server.url("/doc"), &to).succeeded();
    holds_the_facts(&to, &server.url("/doc"));
    assert_eq!(ran.line("interface "), "nothing to compare with: these are the first facts");
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

#[test]
fn a_redirect_on_the_same_host_is_followed() {
    let moved = redirect("/moved/doc");
    let server = Server::start([moved, response(200, JSON, document::text().as_bytes())]);
    let folder = earlier_facts();
    fetch(&server.url("/doc"), folder.path()).succeeded();
    holds_the_facts(folder.path(), &server.url("/doc"));
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1", "GET /moved/doc HTTP/1.1"]);
}

/// Another port is another host: whoever listens there is somebody else.
#[test]
fn a_redirect_to_another_host_is_refused_before_a_connection() {
    let other = Server::start([]);
    let (target, host) = (other.url("/doc"), other.url(""));
    let server = Server::start([redirect(&target)]);
    refuses(&server.url("/doc"), &[&format!("redirected to another host, {host}"), "--from"]);
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
    assert_eq!(other.finish(), [""; 0], "the other host saw a connection");
}

#[test]
fn redirects_in_a_circle_are_refused() {
    let server = Server::start(std::iter::repeat_n(redirect("/doc"), 6));
    refuses(&server.url("/doc"), &["more than 5 redirects"]);
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"; 6]);
}

#[test]
fn a_web_page_is_refused_by_its_media_type() {
    refuses_response(
        response(200, HTML, document::text().as_bytes()),
        &["the document is an HTML page", "open it in a browser"],
    );
}

#[test]
fn a_web_page_under_another_media_type_is_refused_by_its_content() {
    refuses_response(response(200, JSON, b"<!DOCTYPE html><title>Sign in</title>"), &["the document is an HTML page"]);
}

#[test]
fn a_document_that_is_not_there_is_refused_with_the_status() {
    refuses_response(
        response(404, JSON, document::text().as_bytes()),
        &["the server responded with 404 Not Found", "--from"],
    );
}

#[test]
fn a_broken_server_is_refused_with_the_status() {
    refuses_response(response(500, HTML, b"<html>"), &["the server responded with 500 Internal Server Error"]);
}

/// A server that never stops must not fill the memory: this one has four times as much to say as anybody listens to.
#[test]
fn a_document_that_is_too_large_is_refused() {
    let megabyte = vec![b' '; 1024 * 1024];
    let refusal = format!("the document has more than {MAX_BYTES} bytes");
    assert_eq!(MAX_BYTES, 16 * 1024 * 1024);
    refuses_response(response(200, JSON, &megabyte).with_repeated_body(64), &[&refusal]);
}

/// One byte less than too many is no reason to refuse; white space around the document is none either.
#[test]
fn a_document_of_the_largest_size_is_taken() {
    let mut body = document::text().as_bytes().to_vec();
    body.resize(usize::try_from(MAX_BYTES).expect("it fits"), b' ');
    let server = Server::start([response(200, JSON, &body)]);
    let folder = earlier_facts();
    fetch(&server.url("/doc"), folder.path()).succeeded();
    assert_eq!(fs::read_to_string(folder.path().join("jsm-ops.json")).expect("the facts are readable"), document::text());
    assert_eq!(server.finish(), ["GET /doc HTTP/1.1"]);
}

#[test]
fn a_document_that_breaks_off_is_refused() {
    let text = document::text().as_bytes();
    refuses_response(
        response(200, JSON, &text[..text.len() / 2]).with_declared_length(text.len()),
        &["the response is incomplete"],
    );
}

#[test]
fn a_document_that_is_none_is_refused_with_its_place() {
    refuses_response(
        response(200, JSON, b"{\"openapi\": \"3.0.1\", \"paths\": {}}"),
        &["at /paths: the document has no paths"],
    );
}

#[test]
fn a_server_that_hangs_up_is_refused() {
    refuses_response(Response::hang_up(), &["connection closed", "--from"]);
}

/// The proxy stands in for the network: whatever leaves the machine would have to go through it.
#[test]
fn plain_http_to_another_machine_is_refused_before_a_connection() {
    let through_proxy = |from: &str| {
        let proxy = Server::start([]);
        let folder = earlier_facts();
        let before = Snapshot::of(folder.path());
        let mut command = cli::command(Path::new(env!("CARGO_BIN_EXE_xtask")));
        command.args(["fetch", "--from", from, "--to"]).arg(folder.path());
        command.envs(["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, proxy.url(""))));
        let complaint = cli::run(&mut command).refused(&[from]);
        before.assert_unchanged(folder.path());
        (complaint, proxy.finish())
    };
    let (complaint, requests) = through_proxy("http://developer.atlassian.com/x");
    assert!(complaint.contains("the document is downloaded over https only"), "{complaint}");
    assert_eq!(requests, [""; 0], "there was a connection");
    // The same with https does try, so the proxy would have seen it.
    let (_, requests) = through_proxy("https://developer.atlassian.com/x");
    assert_eq!(requests, ["CONNECT developer.atlassian.com:443 HTTP/1.1"]);
}

#[test]
fn what_is_no_address_is_refused() {
    refuses("https://", &["not a valid URL", "--from"]);
    refuses("ftp://127.0.0.1/doc", &["the document is downloaded over https only", "--from"]);
    refuses("file:///etc/hostname", &["the document is downloaded over https only", "--from"]);
}
