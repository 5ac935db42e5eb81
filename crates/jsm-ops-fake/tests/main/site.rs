//! A fake with a caller who may do everything, for tests of operations.

use jsm_ops_fake::{Builder, Consent, Fake};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::plain::client;

/// A fake, and a caller of its first site.
pub struct Site {
    pub fake: Fake,
    client: Client,
    base: String,
    token: String,
}

impl Site {
    pub async fn start() -> Self {
        Self::of(Fake::builder().check_on_drop()).await
    }

    pub async fn of(builder: Builder) -> Self {
        let fake = builder.start().await.unwrap();
        let token = fake.grant(&Consent::default()).access_token;
        let base = fake.gateway_url(&fake.site().id);
        Self { fake, client: client(), base, token }
    }

    /// Calls an operation: status, body, and whether it is JSON at all.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Writes, and follows the receipt to its end.
    pub async fn write(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, receipt) = self.call(method, path, body).await;
        assert!(status == 200 || status == 202, "{path}: {status} {receipt}");
        assert_eq!(receipt["result"], "Request will be processed");
        let status = format!("/v1/alerts/requests/{}", receipt["requestId"].as_str().unwrap());
        assert_eq!(self.call(Method::GET, &status, None).await.0, 404);
        self.get(&status).await
    }

    /// All values of a list, page after page, and the number of pages.
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
