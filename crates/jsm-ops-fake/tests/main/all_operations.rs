//! All operations, with requests that match the document and requests that do not.

use jsm_ops_fake::{Consent, Endpoint, Fake, FakeApiToken, FakeApp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{http_client::client, test_site::TestSite};

/// Reads the document, independently of the fake.
fn document() -> Value {
    serde_json::from_str(include_str!("../../../../spec/jsm-ops.json")).unwrap()
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut resolved = schema;
    while let Some(reference) = resolved.get("$ref").and_then(Value::as_str) {
        resolved = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    resolved
}

/// A valid value of a query parameter.
fn query_value(schema: &Value) -> String {
    match (schema["type"].as_str().unwrap(), schema["format"].as_str()) {
        (_, _) if schema["enum"].is_array() => schema["enum"][0].as_str().unwrap().to_owned(),
        ("integer", _) => schema["minimum"].as_i64().unwrap_or(1).to_string(),
        ("boolean", _) => "true".to_owned(),
        (_, Some("date-time")) => "2027-01-01T00:00:00Z".to_owned(),
        _ => "text".to_owned(),
    }
}

/// A body with the required fields. Their values need not be valid.
fn body_value(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    if schema["type"] == "array" {
        return json!([]);
    }
    // One schema requires a field that it does not have.
    let required = schema["required"].as_array().into_iter().flatten();
    let required = required.filter(|name| schema["properties"].get(name.as_str().unwrap()).is_some());
    Value::Object(required.map(|name| (name.as_str().unwrap().to_owned(), json!("text"))).collect())
}

#[tokio::test]
async fn every_operation_returns_a_documented_response() {
    let document = document();
    // All scopes of the document, including those of the experimental areas.
    let scopes = &document["components"]["securitySchemes"]["OAuth2"]["flows"]["authorizationCode"]["scopes"];
    let scopes: Vec<String> = scopes.as_object().unwrap().keys().cloned().collect();
    let fake = Fake::builder().app(FakeApp { scopes, ..FakeApp::default() }).start().await.unwrap();
    let (token, site, client) = (fake.create_grant(&Consent::default()).access_token, fake.site().id, client());
    let FakeApiToken { email, token: api_token } = FakeApiToken::default();
    let mut sent = 0;
    let mut not_found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
            let filled = path.replace("{cloudId}", &site);
            let filled: String = filled
                .split('/')
                .map(|segment| match segment.split_once('}') {
                    Some((_, suffix)) => format!("/an%20id{suffix}"),
                    None => format!("/{segment}"),
                })
                .collect();
            let filled = &filled[1..];
            let oauth = operation["security"].as_array().unwrap().iter().any(|scheme| scheme.get("OAuth2").is_some());
            let url = match (oauth, filled.strip_prefix(&format!("/api/{site}"))) {
                (true, Some(rest)) => format!("{}{rest}", fake.oauth_base_url(&site)),
                (true, None) => format!("{}/ex/jira/{site}/jsm/ops{filled}", fake.url()),
                (false, _) => format!("{}/jsm/ops{filled}", fake.url()),
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|parameter| parameter["in"] == "query");
            let query: Vec<_> =
                query.map(|parameter| (parameter["name"].as_str().unwrap(), query_value(&parameter["schema"]))).collect();
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let mut request = client.request(method.clone(), url).query(&query);
            request = if oauth { request.bearer_auth(&token) } else { request.basic_auth(&email, Some(&api_token)) };
            let content = &operation["requestBody"]["content"];
            let json = content.as_object().into_iter().flatten();
            let json = json.into_iter().find(|(name, _)| *name == "application/json" || name.ends_with("+json"));
            if let Some((media_type, media)) = json {
                let body = body_value(&document, &media["schema"]).to_string();
                request = request.header("content-type", media_type).body(body);
            } else if content.is_object() {
                request = request.header("content-type", "multipart/form-data; boundary=x").body("--x--");
            }
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let label = format!("{method} {path}: {status}");
            if status == 404 {
                not_found.push(label);
            } else {
                let declared = operation["responses"].get(status.to_string());
                assert!((200..300).contains(&status) && declared.is_some(), "{label}: {}", response.text().await.unwrap());
                let media_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
                let expected =
                    declared.unwrap()["content"].as_object().map(|content| content.keys().next().unwrap().clone());
                assert_eq!(media_type, expected, "{label}");
            }
            sent += 1;
        }
    }
    assert_eq!((Fake::operations().len(), fake.count(&Endpoint::Gateway)), (sent, sent));
    fake.assert_no_violations();
    // Alerts, schedules and heartbeats are simulated, and none has this id.
    let simulated =
        |label: &&String| ["/v1/alerts/", "/v1/schedules/", "/heartbeats"].iter().any(|part| label.contains(part));
    let unexpected: Vec<_> = not_found.iter().filter(|label| !simulated(label)).collect();
    assert!(unexpected.is_empty() && not_found.len() < 20, "{not_found:#?}");
}

#[tokio::test]
async fn ignored_input_is_rejected_and_is_a_violation() {
    let site = TestSite::with(Fake::builder()).await;
    for (method, path, input) in [
        (Method::GET, "/v1/alerts?limit=10", None),
        (Method::GET, "/v1/alerts?size=10&size=20", None),
        (Method::GET, "/v1/schedules?Size=10", None),
        (Method::POST, "/v1/alerts/x/acknowledge", Some(json!({ "note": "ignored" }))),
        (Method::POST, "/v1/alerts", Some(json!({ "message": "m", "details": {} }))),
    ] {
        let (status, body) = site.call(method, path, input).await;
        assert_eq!(status, 400, "{path}");
        assert!(body["errors"][0]["title"].is_string());
    }
    let lines = site.fake.check_violations().unwrap_err().lines;
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0], "GET /v1/alerts: unknown query parameter \"limit\"");
    assert_eq!(site.fake.executions(&Endpoint::Gateway), 0);
}

#[tokio::test]
async fn invalid_input_is_rejected() {
    let site = TestSite::start().await;
    for (method, path, body) in [
        (Method::GET, "/v1/alerts?size=ten", None),
        (Method::GET, "/v1/alerts/x/notes?size=101", None),
        (Method::GET, "/v1/alerts?order=sideways", None),
        (Method::GET, "/v1/alerts/alias", None),
        (Method::POST, "/v1/alerts", None),
        (Method::POST, "/v1/alerts", Some(json!({ "priority": "P1" }))),
        (Method::POST, "/v1/alerts", Some(json!(["message"]))),
    ] {
        assert_eq!(site.call(method, path, body).await.0, 400, "{path}");
    }
}
