//! A fake with a client that has all scopes, for tests of operations.

use jsm_ops_fake::{Consent, Fake, FakeBuilder};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::http_client::client;

/// A fake, and a client of its first site.
pub struct TestSite {
    pub fake: Fake,
    client: Client,
    base: String,
    token: String,
}

impl TestSite {
    pub async fn start() -> Self {
        Self::with(Fake::builder().check_on_drop()).await
    }

    pub async fn with(builder: FakeBuilder) -> Self {
        let fake = builder.start().await.unwrap();
        let token = fake.create_grant(&Consent::default()).access_token;
        let base = fake.oauth_base_url(&fake.site().id);
        Self { fake, client: client(), base, token }
    }

    /// Sends a request to an operation. Returns the status, and the body or `null`.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Sends a write, and polls until it has a status.
    pub async fn write(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, receipt) = self.call(method, path, body).await;
        assert!(status == 200 || status == 202, "{path}: {status} {receipt}");
        assert_eq!(receipt["result"], "Request will be processed");
        let status = format!("/v1/alerts/requests/{}", receipt["requestId"].as_str().unwrap());
        assert_eq!(self.call(Method::GET, &status, None).await.0, 404);
        self.get(&status).await
    }

    /// Returns all values of a list, and the number of pages.
    pub async fn all(&self, path: &str) -> (Vec<Value>, usize) {
        let (mut values, mut pages, mut next) = (Vec::new(), 0, Some(path.to_owned()));
        while let Some(path) = next {
            assert!(path.starts_with("/v1/"), "{path}");
            let page = self.get(&path).await;
            values.extend(page["values"].as_array().unwrap().iter().cloned());
            next = page["links"]["next"].as_str().map(str::to_owned);
            pages += 1;
        }
        (values, pages)
    }
}
