//! A call sends the fields that the caller sets, and no others.

use std::collections::BTreeSet;

use jsm_ops_api::operations::OPERATIONS;
use jsm_ops_test_server::{Request, Response, Server};
use jsm_ops_tests::document::{self, Operation, resolve};
use serde_json::{Map, Value, json};

use crate::{
    calls::{Arguments as _, SETTERS, set},
    sample_arguments::{SampleArguments, oauth_client},
};

/// The operation with an id.
fn operation(id: &str) -> Operation {
    let row = OPERATIONS.iter().find(|row| row.id == id).expect("the table has every operation");
    let found = document::operations().into_iter().find(|one| one.method == row.method && one.relative() == row.path);
    found.expect("the table is the document")
}

/// Calls an operation with one setter, and returns the body that the server received.
async fn sent(server: &Server, setter: (&str, &str), value: Value) -> Value {
    let arguments = SampleArguments(operation(setter.0));
    // The response does not matter here.
    let _ = set(&oauth_client(server), setter, value, &arguments).await.unwrap_or_else(|| panic!("{setter:?} exists"));
    let seen: Vec<Request> = server.take_requests();
    assert_eq!(seen.len(), 1, "{setter:?} makes one request");
    serde_json::from_slice(&seen[0].body).unwrap_or_else(|error| panic!("{setter:?} sends JSON: {error}"))
}

/// A body with the required properties and one more.
fn expected(setter: (&str, &str), value: Value) -> Value {
    let arguments = SampleArguments(operation(setter.0));
    let required = required(&arguments).into_iter().map(|name| (name.to_owned(), arguments.property(name)));
    let mut body: Map<String, Value> = required.collect();
    body.insert(setter.1.to_owned(), value);
    Value::Object(body)
}

/// The required properties. One body of the document requires a property that it does not declare.
fn required(arguments: &SampleArguments) -> Vec<&'static str> {
    arguments.required_properties().into_iter().filter(|name| arguments.property_schema(name).is_some()).collect()
}

#[tokio::test]
async fn a_setter_sends_its_field() {
    let server = Server::start().expect("a server");
    server.respond(Response::json(500, ""));
    for &setter in SETTERS {
        let value = SampleArguments(operation(setter.0)).property(setter.1);
        assert_eq!(sent(&server, setter, value.clone()).await, expected(setter, value), "{setter:?}");
    }
    assert!(SETTERS.len() > 200, "{} setters", SETTERS.len());
}

#[tokio::test]
async fn null_is_sent_where_the_caller_sets_it() {
    let server = Server::start().expect("a server");
    server.respond(Response::json(500, ""));
    for &setter in SETTERS {
        assert_eq!(sent(&server, setter, Value::Null).await, expected(setter, Value::Null), "{setter:?}");
    }
}

#[tokio::test]
async fn an_empty_list_is_sent_where_the_caller_sets_it() {
    let server = Server::start().expect("a server");
    server.respond(Response::json(500, ""));
    let mut lists = 0;
    for &setter in SETTERS {
        let arguments = SampleArguments(operation(setter.0));
        let schema = resolve(arguments.0.root, arguments.property_schema(setter.1).expect("a property"));
        if schema["type"] == "array" {
            lists += 1;
            assert_eq!(sent(&server, setter, json!([])).await, expected(setter, json!([])), "{setter:?}");
        }
    }
    assert!(lists > 30, "{lists} lists");
}

#[test]
fn every_property_of_every_body_is_an_argument_or_has_a_setter() {
    let setters: BTreeSet<(&str, &str)> = SETTERS.iter().copied().collect();
    let mut changes = 0;
    for row in OPERATIONS {
        let arguments = SampleArguments(operation(row.id));
        let body = arguments.0.body().filter(|(media_type, _)| *media_type == "application/json");
        let Some(properties) = body.and_then(|(_, schema)| resolve(arguments.0.root, schema).get("properties")) else {
            continue;
        };
        changes += usize::from(["PATCH", "PUT"].contains(&row.method));
        let required = required(&arguments);
        for name in properties.as_object().expect("properties").keys().filter(|name| !required.contains(&name.as_str())) {
            assert!(setters.contains(&(row.id, name)), "`{}` has no setter for `{name}`", row.id);
        }
    }
    // All PATCH and PUT operations with a body, except the one whose body is one of two objects.
    let documented = document::operations().into_iter().filter(|operation| ["PATCH", "PUT"].contains(&operation.method));
    assert_eq!(changes + 1, documented.filter(|operation| operation.body().is_some()).count());
}
