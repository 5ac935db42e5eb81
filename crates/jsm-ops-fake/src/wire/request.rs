//! A request as the fake received it.

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::Value;

use crate::wire::endpoint::Endpoint;

/// A request as the fake received it, and how the fake handled it.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The endpoint that the method, the path and the grant type select.
    pub endpoint: Endpoint,
    /// The method, in upper case.
    pub method: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The query, percent-encoded. Empty if the URL has none.
    pub query: String,
    /// The headers as received; names are in lower case.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Whether the request came to the foreign host:
    /// [`Fake::foreign_host_url`](crate::Fake::foreign_host_url).
    pub foreign_host: bool,
    /// Whether the fake executed the request. A fault can still prevent the response.
    pub executed: bool,
    /// The name of the fault that the request had.
    pub fault: Option<&'static str>,
    /// The status of the response. `None` before the response, and after a dropped connection.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// Returns the value of a header. Empty if the header is missing or not a string.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the body as a string, with U+FFFD instead of invalid UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON. `null` if the body is not valid JSON.
    pub fn json(&self) -> Value {
        self.parse_json().unwrap_or_default()
    }

    /// Returns the names and values of the query, decoded, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    pub(crate) fn parse_json(&self) -> serde_json::Result<Value> {
        serde_json::from_slice(&self.body)
    }

    /// Returns the media type of the body, without parameters, in lower case.
    pub(crate) fn media_type(&self) -> String {
        self.header("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns the fields of a form body, or of a JSON object that has only strings.
    pub(crate) fn fields(&self) -> Option<Vec<(String, String)>> {
        match self.media_type().as_str() {
            "application/x-www-form-urlencoded" => Some(form_urlencoded::parse(&self.body).into_owned().collect()),
            "application/json" => {
                let Ok(Value::Object(fields)) = self.parse_json() else { return None };
                fields.into_iter().map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
            }
            _ => None,
        }
    }

    /// Returns one field of the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.fields()?.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}
