//! A call of one operation, from its inputs to its response.

use std::borrow::Cow;

use reqwest::Url;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    decode,
    dispatcher::Dispatcher,
    error::Error,
    operation::Operation,
    request::{Body, CallOptions, InvalidSegment, QueryValue, Request, fill_path},
    response::Response,
};

/// A call under construction.
///
/// Every builder of the generated client holds one. Use it directly for what the builders do not
/// offer: further query parameters, another body, or a custom operation ([`Operation::custom`]).
///
/// ```
/// use jsm_ops_core::{Body, Dispatcher, Error, Operation};
///
/// static GET_WIDGET: Operation = Operation::custom("GET", "/v1/widgets/{id}", "operations");
///
/// async fn widget(dispatcher: &Dispatcher, id: &str) -> Result<serde_json::Value, Error> {
///     let mut call = dispatcher.call(&GET_WIDGET, &[id]);
///     call.query("expand", "owner");
///     call.json(Body::None).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Call {
    dispatcher: Dispatcher,
    operation: &'static Operation,
    path: Result<String, InvalidSegment>,
    query: Vec<(Cow<'static, str>, String)>,
    options: CallOptions,
}

// The method is here and not beside `Dispatcher`, because a call holds its dispatcher.
impl Dispatcher {
    /// Begins a call. `path` has the values of the path template in order.
    ///
    /// An invalid value is an error of the methods that send the call.
    pub fn call(&self, operation: &'static Operation, path: &[&str]) -> Call {
        Call {
            dispatcher: self.clone(),
            operation,
            path: fill_path(operation.path, path),
            query: Vec::new(),
            options: CallOptions::new(),
        }
    }
}

impl Call {
    /// The row of the operation table that this call is for.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The dispatcher that began the call and sends it.
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    /// Sets a query parameter and removes its earlier values.
    pub fn query(&mut self, name: impl Into<Cow<'static, str>>, value: impl QueryValue) -> &mut Self {
        let name = name.into();
        self.query.retain(|(known, _)| *known != name);
        value.for_each_value(&mut |value| self.query.push((name.clone(), value)));
        self
    }

    /// Sets timeout and idempotency of this call.
    pub fn options(&mut self, options: CallOptions) -> &mut Self {
        self.options = options;
        self
    }

    /// Serialises a request body. Generated types always have a JSON form; your own may not.
    ///
    /// # Errors
    /// [`Error::is_invalid_request`] for a value without a JSON form.
    pub fn json_body<T: Serialize + ?Sized>(&self, value: &T) -> Result<Body, Error> {
        Body::json(value)
            .map_err(|error| Error::invalid_request(self.operation, format!("the request body has no JSON form: {error}")))
    }

    /// The last value of a query parameter.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sends the call and returns the response, whose status is a success (2xx).
    ///
    /// # Errors
    /// An invalid id ([`Error::is_invalid_request`]), any failure that prevents a response, and
    /// every other status ([`Error::is_status`]).
    pub async fn send(self, body: Body) -> Result<Response, Error> {
        self.send_accepting("application/json", body).await
    }

    /// Sends the call and decodes the JSON of the response.
    ///
    /// # Errors
    /// Those of [`send`](Self::send), and [`Error::is_decode`] for a response that is empty or does
    /// not match its type.
    pub async fn json<T: DeserializeOwned>(self, body: Body) -> Result<T, Error> {
        let operation = self.operation;
        let response = self.send(body).await?;
        decode::response(operation, &response)
    }

    /// Sends the call with `accept` as its header `Accept`, and returns the body of the response as
    /// a string. Bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn text(self, accept: &'static str, body: Body) -> Result<String, Error> {
        let response = self.send_accepting(accept, body).await?;
        Ok(String::from_utf8_lossy(&response.body).into_owned())
    }

    /// Sends the call and ignores the body of the response.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn send_empty(self, body: Body) -> Result<(), Error> {
        self.send(body).await.map(drop)
    }

    async fn send_accepting(self, accept: &'static str, body: Body) -> Result<Response, Error> {
        let url = self.url()?;
        let Self { dispatcher, operation, options, .. } = self;
        let response = dispatcher.send(Request { operation, url, accept, body, options }).await?;
        if response.status.is_success() { Ok(response) } else { Err(Error::from_response(operation, &response)) }
    }

    fn url(&self) -> Result<Url, Error> {
        let invalid = |reason: String| Error::invalid_request(self.operation, reason);
        let path = self.path.as_ref().map_err(|error| invalid(error.to_string()))?;
        let family = self.operation.family;
        let base_url = self.dispatcher.base_url(family);
        let base_url = base_url.ok_or_else(|| invalid(format!("the client has no base URL for the family {family:?}")))?;
        let url = Url::parse(&format!("{base_url}{path}"));
        let mut url = url.map_err(|error| invalid(format!("the base URL of the family {family:?} is invalid: {error}")))?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}
