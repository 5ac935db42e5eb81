//! A request as the fake received it.

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::Value;

use crate::wire::endpoint::Endpoint;

/// A request as it came over the wire, and what became of it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What it was for.
    pub endpoint: Endpoint,
    /// The method.
    pub method: String,
    /// The path, still encoded.
    pub path: String,
    /// The query, still encoded; empty where there was none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Whether it came to the address to which nobody should ever be led: [`Fake::elsewhere_url`](crate::Fake::elsewhere_url).
    pub elsewhere: bool,
    /// Whether the fake did what was asked, whatever became of the answer.
    pub executed: bool,
    /// The fault that it met.
    pub fault: Option<&'static str>,
    /// The status of the answer; none while there is no answer, or where the connection was cut.
    pub status: Option<u16>,
}

impl Seen {
    /// A header as text; empty where there was none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text, with a sign in the place of what is no text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The query's names and values, decoded, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The fields of a form body or a JSON object of texts; `None` where it is neither.
    pub(crate) fn fields(&self) -> Option<Vec<(String, String)>> {
        let media_type = self.header("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            "application/x-www-form-urlencoded" => Some(form_urlencoded::parse(&self.body).into_owned().collect()),
            "application/json" => {
                let Ok(Value::Object(fields)) = serde_json::from_slice(&self.body) else { return None };
                fields.into_iter().map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
            }
            _ => None,
        }
    }

    /// One field of the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.fields()?.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}
