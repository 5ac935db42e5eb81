//! The list of public items has all of them, and both lists are read as they were written.

use std::collections::BTreeMap;

use xtask::{
    document::load,
    overlay::Overlay,
    pipeline::Pipeline,
    public_api::{self, PublicApi},
    times::Times,
    wire::{self, Request, SentType, Wire},
};

use crate::support::{directory::committed, workspace};

/// How many lines of the code begin with these words, in all modules.
fn in_code(words: &str) -> usize {
    let is_code = |name: &str| name.starts_with("src/") && name.ends_with(".rs");
    let files = committed().into_iter().filter(|(name, _)| is_code(name));
    let text = files.map(|(_, content)| String::from_utf8(content).expect("code is text"));
    text.map(|text| text.lines().filter(|line| line.trim_start().starts_with(words)).count()).sum()
}

/// Counted in the text of the code, of which the list knows nothing.
#[test]
fn every_public_item_of_the_code_is_listed() {
    let text = String::from_utf8(committed().remove(public_api::FILE).expect("the list")).expect("text");
    let api = PublicApi::read(&text).expect("a list");
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for item in api.items() {
        *listed.entry(item.head.as_str()).or_default() += 1;
    }
    let enums = in_code("open_enum!(");
    assert!(enums > 0);
    for (words, more) in [
        ("pub struct ", 0),
        ("pub enum ", 0),
        ("pub type ", 0),
        ("pub const ", 0),
        ("pub static ", 0),
        ("pub async fn ", 0),
        // The macro of enums writes one.
        ("pub fn ", enums),
        ("pub mod ", 0),
    ] {
        assert_eq!(listed.get(words.trim_end()).copied().unwrap_or_default(), in_code(words) + more, "{words}");
    }
}

#[test]
fn requests_are_listed_as_calls_send_them() {
    let text = String::from_utf8(committed().remove(wire::FILE).expect("the list")).expect("text");
    let wire = Wire::read(&text).expect("a list");
    let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let [read, write] = ["read", "write"].map(|verb| format!("{verb}:ops-config:jira-service-management"));
    let create = Request {
        request: "POST /v1/teams/{}/heartbeats".to_owned(),
        base_url: "operations".to_owned(),
        body: Some("application/json CreateHeartbeatRequest".to_owned()),
        scopes: vec![read.clone(), write],
        arguments: list(&["path string", "body name: string", "body interval: integer", "body intervalUnit: IntervalUnit"]),
        ..Request::default()
    };
    assert_eq!(wire.operations["heartbeats().create"], create);
    let setters = [("name", "string"), ("offset", "integer"), ("size", "integer")];
    let setters = setters.map(|(name, of)| (name.to_owned(), format!("query {name}: {of}")));
    let all = Request {
        request: "GET /v1/teams/{}/heartbeats".to_owned(),
        base_url: "operations".to_owned(),
        pages: Some("offset".to_owned()),
        scopes: vec![read],
        arguments: list(&["path string"]),
        setters: setters.into(),
        ..Request::default()
    };
    assert_eq!(wire.operations["heartbeats().list"], all);
    let SentType::Enum(units) = &wire.types["IntervalUnit"] else { panic!("an enum is an enum") };
    assert_eq!(units.get("Minutes").map(String::as_str), Some("minutes"));
    assert!(!wire.types.contains_key("Heartbeat"), "it is received only");
}

#[test]
fn both_lists_are_read_as_they_were_written() {
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).expect("the overlay is readable");
    let document = load::file(&workspace().join("spec/jsm-ops.json")).expect("the document is readable");
    let output = Pipeline::new(overlay).run(document, &mut Times::start()).expect("the crate");
    assert_eq!(PublicApi::read(&output.files[public_api::FILE]), Ok(output.public_api));
    assert_eq!(Wire::read(&output.files[wire::FILE]), Ok(output.wire));
}
