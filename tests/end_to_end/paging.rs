//! Paging, in each of its forms.

use futures_util::{StreamExt as _, TryStreamExt as _};
use jsm_ops_api::{Error, Page, Paging, operations::OPERATIONS};
use jsm_ops_test_server::{Response, Server};

use crate::sample_arguments::oauth_client;

/// A page of items with ids, and the members that lead to the next page.
fn page(ids: &[&str], rest: &str) -> Response {
    let items: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    Response::json(200, format!(r#"{{"values":[{}],{rest}}}"#, items.join(",")))
}

fn next(link: &str) -> String {
    format!(r#""links":{{"next":"{link}"}}"#)
}

/// The queries of the requests that the server received.
fn queries(server: &Server) -> Vec<String> {
    server.take_requests().into_iter().map(|request| request.query().to_owned()).collect()
}

#[tokio::test]
async fn offsets_are_taken_from_the_link() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    server.respond_in_turn([
        page(&["a", "b"], &next("/v1/alerts?query=status%3A+open&offset=2&size=2&sort=insertedAt")),
        page(&["c"], &next("")),
    ]);
    let mut items = oauth_client(&server).alerts().list().query("status: open").size(2).items();
    let mut ids = Vec::new();
    while let Some(alert) = items.next().await {
        ids.extend(alert?.id);
    }
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(
        queries(&server),
        ["query=status%3A+open&size=2", "query=status%3A+open&offset=2&size=2&sort=insertedAt"],
        "the caller's search goes on, and the link says where"
    );
    assert!(items.next().await.is_none(), "an ended stream stays ended");
    assert_eq!(server.take_requests().len(), 0);
    Ok(())
}

#[tokio::test]
async fn opaque_keys_are_taken_from_the_link() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    server.respond_in_turn([
        page(&["n1"], &next("/v1/alerts/a/notes?after=1492000072838_1")),
        page(&["n2"], r#""links":null"#),
    ]);
    let notes = oauth_client(&server).alerts().list_notes("a").items().collect_all().await?;
    assert_eq!(notes.len(), 2);
    assert_eq!(queries(&server), ["", "after=1492000072838_1"]);
    Ok(())
}

#[tokio::test]
async fn page_tokens_are_taken_from_the_link() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    server.respond_in_turn([
        page(&[], &next("https://elsewhere.example/v1/logs?limit=1&pageToken=t%2F1")),
        page(&[], r#""links":{}"#),
    ]);
    let [start, end] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map(|date| date.parse().expect("a date"));
    let pages: Vec<_> = oauth_client(&server).audit_logs().list(start, end).limit(1).pages().try_collect().await?;
    assert_eq!(pages.len(), 2);
    let seen = server.take_requests();
    assert_eq!(seen.len(), 2, "the requests go to the gateway, not to the host of the link");
    let span = "startTime=2026-01-01T00%3A00%3A00Z&endTime=2026-02-01T00%3A00%3A00Z";
    assert_eq!(seen[1].query(), format!("{span}&limit=1&pageToken=t%2F1"));
    assert_eq!(seen[0].path(), seen[1].path());
    Ok(())
}

#[tokio::test]
async fn cursors_are_taken_from_the_response() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    let connection = |cursor: &str, more: bool| {
        let info = format!(r#"{{"endCursor":"{cursor}","hasNextPage":{more}}}"#);
        Response::json(200, format!(r#"{{"nodes":[{{"id":"x"}}],"pageInfo":{info}}}"#))
    };
    server.respond_in_turn([connection("c1", true), connection("c2", false)]);
    assert_eq!(client.status_pages().list_incidents().limit(1).items().collect_all().await?.len(), 2);
    assert_eq!(queries(&server), ["limit=1", "cursor=c1&limit=1"].map(sorted));

    server.respond_in_turn([connection("c1", true), connection("c2", false)]);
    assert_eq!(client.stakeholders().list_groups_with_memberships().first(1).items().collect_all().await?.len(), 2);
    assert_eq!(queries(&server), ["first=1", "first=1&after=c1"]);

    // A connection inside another object.
    let inner = r#"{"nodes":[{"id":"s"}],"pageInfo":{"endCursor":"c1","hasNextPage":true}}"#;
    server.respond_in_turn([
        Response::json(200, format!(r#"{{"connection":{inner}}}"#)),
        Response::json(200, r#"{"connection":{"nodes":[],"pageInfo":{"endCursor":null}}}"#),
    ]);
    assert_eq!(client.stakeholders().list().items().collect_all().await?.len(), 1);
    assert_eq!(queries(&server), ["", "after=c1"]);
    Ok(())
}

/// A query with the cursor at its end.
fn sorted(query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_by_key(|pair| pair.starts_with("cursor"));
    pairs.join("&")
}

#[tokio::test]
async fn size_alone_leads_to_one_page() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    server.respond_in_turn([page(&["c"], r#""links":{"next":""}"#)]);
    assert_eq!(oauth_client(&server).jec().list_channels().size("1").items().collect_all().await?.len(), 1);
    assert_eq!(queries(&server), ["size=1"]);
    Ok(())
}

#[tokio::test]
async fn a_circle_of_links_ends_the_stream() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    let [one, two] = ["/v1/alerts?offset=1", "/v1/alerts?offset=2"].map(next);
    server.respond_in_turn([page(&["a"], &one), page(&["b"], &two), page(&["c"], &one)]);
    let alerts = oauth_client(&server).alerts().list().items().collect_all().await?;
    assert_eq!(alerts.len(), 3);
    assert_eq!(queries(&server), ["", "offset=1", "offset=2"]);

    server.respond_in_turn([page(&["a"], &next("/v1/alerts"))]);
    let alerts = oauth_client(&server).alerts().list().items().collect_all().await?;
    assert_eq!((alerts.len(), server.take_requests().len()), (1, 1), "a link without a query leads nowhere");
    Ok(())
}

#[tokio::test]
async fn paging_stops_at_max_results_and_loses_no_item() {
    let server = Server::start().expect("a server");
    server.respond_in_turn([
        page(&["a"], &next("/v1/alerts?offset=19950&size=100")),
        page(&["b"], &next("/v1/alerts?offset=19999&size=49")),
    ]);
    let mut items = oauth_client(&server).alerts().list().offset(19_850).size(100).items();
    let mut ids = Vec::new();
    let error = loop {
        match items.next().await.expect("an error at the end") {
            Ok(alert) => ids.extend(alert.id),
            Err(error) => break error,
        }
    };
    assert_eq!(ids, ["a", "b"]);
    assert!(error.is_max_results_reached(), "{error}");
    assert!(error.to_string().contains("20000") && error.to_string().contains("narrow"), "{error}");
    assert!(items.next().await.is_none());
    assert_eq!(queries(&server), ["offset=19850&size=100", "offset=19950&size=49"], "offset and size stay below 20,000");
}

#[tokio::test]
async fn an_error_in_the_middle_is_the_last_item() {
    let server = Server::start().expect("a server");
    server.respond_in_turn([page(&["a"], &next("/v1/alerts?offset=1")), Response::new(503)]);
    let results: Vec<_> = oauth_client(&server).alerts().list().items().collect().await;
    assert_eq!(results.len(), 2);
    assert!(results[0].is_ok() && results[1].as_ref().is_err_and(Error::is_server_error));
    assert_eq!(server.take_requests().len(), 2);
}

#[tokio::test]
async fn a_page_is_requested_when_its_first_item_is() {
    let server = Server::start().expect("a server");
    server.respond_in_turn([page(&["a", "b"], &next("/v1/alerts?offset=2"))]);
    let mut items = oauth_client(&server).alerts().list().items();
    assert_eq!(server.take_requests().len(), 0);
    assert!(items.next().await.is_some() && items.next().await.is_some());
    assert_eq!(server.take_requests().len(), 1);
}

#[test]
fn the_table_has_the_known_forms_of_paging() {
    let count = |wanted: fn(&Paging) -> bool| {
        OPERATIONS.iter().filter_map(|row| row.paging.as_ref()).filter(|one| wanted(one)).count()
    };
    assert_eq!(count(|one| matches!(one, Paging::Offset { .. })), 20);
    assert_eq!(count(|one| matches!(one, Paging::Offset { max_results: Some(20_000) })), 1);
    assert_eq!(count(|one| matches!(one, Paging::After)), 3);
    assert_eq!(count(|one| matches!(one, Paging::PageToken)), 1);
    assert_eq!(count(|one| matches!(one, Paging::Size)), 1);
    assert_eq!(count(|one| matches!(one, Paging::Relay)), 8);
    assert_eq!(count(|one| matches!(one, Paging::Cursor)), 3);
}

#[tokio::test]
async fn lists_without_paging_are_read_from_their_envelopes() -> Result<(), Error> {
    let server = Server::start().expect("a server");
    let client = oauth_client(&server);
    server.respond_in_turn([
        Response::json(200, r#"{"platformTeams":[{"teamId":"t","teamName":"n"}]}"#),
        Response::json(200, r#"[{"id":"r","name":"n"}]"#),
        Response::json(201, r#"{"message":"created","data":{"id":"c"}}"#),
    ]);
    assert_eq!(client.teams().list().send().await?.platform_teams.len(), 1);
    assert_eq!(client.teams().list_roles("t").send().await?.len(), 1);
    let contact = client.contacts().create("email", "me@example.com").send().await?;
    assert_eq!(contact.data.and_then(|data| data.id).as_deref(), Some("c"));
    let page: jsm_ops_api::types::ListAlertResponse = serde_json::from_str("{}").expect("an empty page");
    assert!(page.next().is_none() && page.into_items().is_empty());
    Ok(())
}
