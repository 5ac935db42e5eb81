//! Errors of calls print everything once: no text of a chain contains the text of its source.

use std::{error::Error as StdError, time::Duration};

use jsm_ops::{CallError, Client, Error, Gateway, MemoryStore, core::Body};
use jsm_ops_fake::{Endpoint, FakeResponse, Fault};
use serde_json::json;

use crate::support::{HOUR, LIST, World, api_token_client, oauth};

/// The number of errors in the chain, after the assertion about each.
fn assert_chain_prints_once(error: &(dyn StdError + 'static)) -> usize {
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
    let Some(source) = error.source() else { return 1 };
    assert!(!text.contains(&source.to_string()), "{text:?} contains its source {:?}", source.to_string());
    1 + assert_chain_prints_once(source)
}

async fn list(client: &Client) -> CallError {
    client.alerts().list().send().await.expect_err("an error")
}

#[tokio::test]
async fn no_message_of_a_call_contains_its_source() {
    let world = World::new().await;
    let client = |host| api_token_client(&world.fake, &world.clock, host);
    let connected = client("127.0.0.1").max_body(1000).build().await.expect("a client");
    let mut errors: Vec<(&str, bool, CallError)> = Vec::new();

    for (what, has_source, fault) in [
        ("a status", false, Fault::Respond(FakeResponse::json(404, &json!({ "message": "not found" })))),
        ("a decode error", false, Fault::Respond(FakeResponse::json(200, &json!({ "values": 1 })))),
        ("an empty response", false, Fault::Respond(FakeResponse::empty(200))),
        ("a large response", false, Fault::HugeBody(1000)),
        ("a response that was cut off", true, Fault::CutBody),
        ("a dropped connection", true, Fault::DropBefore),
    ] {
        world.fake.queue_faults(&Endpoint::Gateway, &fault, 4);
        errors.push((what, has_source, list(&connected).await));
        world.fake.clear_faults();
    }

    let closed = client("127.0.0.1").gateway(Gateway::new("http://127.0.0.1:1").expect("a gateway"));
    errors.push(("no connection", true, list(&closed.build().await.expect("a client")).await));
    errors.push(("a request that was not sent", false, connected.alerts().get("..").send().await.expect_err("an error")));
    let hurried = client("127.0.0.1").timeout(Duration::ZERO).build().await.expect("a client");
    errors.push(("a deadline", false, list(&hurried).await));

    let without_grant = oauth(&world.fake, &world.clock, MemoryStore::new()).session("grace");
    let without_grant = Client::builder().session(without_grant).site(jsm_ops::SiteChoice::Id(connected.cloud_id().clone()));
    errors.push(("no grant", true, list(&without_grant.build().await.expect("a client")).await));

    let with_session = Client::builder().session(world.session.clone()).build().await.expect("a client");
    world.clock.advance(HOUR);
    world.fake.queue_faults(&Endpoint::Refresh, &Fault::DropBefore, 3);
    let unavailable = with_session.call(&LIST, &[]).send(Body::None).await.expect_err("an error");
    assert!(Error::from_call_error(&unavailable).expect("a reason").is_transient(), "{unavailable}");
    errors.push(("no token", true, unavailable));

    for (what, has_source, error) in &errors {
        let length = assert_chain_prints_once(error);
        assert_eq!(length > 1, *has_source, "{what}: {error}");
    }
}
