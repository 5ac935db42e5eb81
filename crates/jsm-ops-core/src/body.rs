//! Request bodies that may be left out.

use reqwest::RequestBuilder;
use serde::Serialize;

/// Adds a body to a request, or none.
pub trait OptionalBody {
    /// A JSON body where there is one. Without one the request has no `Content-Type`; `null` is never sent in its place.
    #[must_use]
    fn optional_json<T: Serialize + ?Sized>(self, body: Option<&T>) -> Self;
}

impl OptionalBody for RequestBuilder {
    fn optional_json<T: Serialize + ?Sized>(self, body: Option<&T>) -> Self {
        match body {
            Some(body) => self.json(body),
            None => self,
        }
    }
}
