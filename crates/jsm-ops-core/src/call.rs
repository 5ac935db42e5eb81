//! A call of one operation, from its inputs to its response.

use std::borrow::Cow;

use bytes::Bytes;
use reqwest::{
    Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    decode,
    dispatcher::Dispatcher,
    error::Error,
    operation::Operation,
    request::{Body, CallOptions, InvalidSegment, QueryValue, Request, comma_list, fill_path},
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
    /// Lists that are one parameter each, encoded.
    query_lists: Vec<(Cow<'static, str>, String)>,
    /// The headers, or why one of them cannot be sent.
    headers: Result<HeaderMap, String>,
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
            query_lists: Vec::new(),
            headers: Ok(HeaderMap::new()),
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
        self.remove_query(&name);
        value.for_each_value(&mut |value| self.query.push((name.clone(), value)));
        self
    }

    /// Sets a query parameter whose list is one value with commas (OpenAPI's `style: form` with
    /// `explode: false`), and removes its earlier values. An empty list adds no parameter.
    pub fn query_list(&mut self, name: impl Into<Cow<'static, str>>, values: impl QueryValue) -> &mut Self {
        let name = name.into();
        self.remove_query(&name);
        self.query_lists.extend(comma_list(&values).map(|list| (name, list)));
        self
    }

    fn remove_query(&mut self, name: &str) {
        self.query.retain(|(known, _)| known != name);
        self.query_lists.retain(|(known, _)| known != name);
    }

    /// Sets a header of the request and removes its earlier value. A list is one value with commas.
    /// The value is not printed.
    ///
    /// An invalid name or value is an error of the methods that send the call, and so is a header
    /// that the client sets itself: `Accept`, `Authorization` and `Content-Type`.
    pub fn header(&mut self, name: &str, value: impl QueryValue) -> &mut Self {
        let mut values = Vec::new();
        value.for_each_value(&mut |value| values.push(value));
        let header = header(name, &values.join(","));
        if let Ok(headers) = &mut self.headers {
            match header {
                Ok((name, value)) => drop(headers.insert(name, value)),
                Err(reason) => self.headers = Err(reason),
            }
        }
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

    /// Serialises a request body of another JSON media type, as in `application/merge-patch+json`.
    ///
    /// # Errors
    /// [`Error::is_invalid_request`] for a value without a JSON form.
    pub fn json_body_as<T: Serialize + ?Sized>(&self, media_type: &'static str, value: &T) -> Result<Body, Error> {
        self.json_body(value).map(|body| match body {
            Body::Json(bytes) => Body::Bytes { media_type, bytes },
            other => other,
        })
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

    /// Sends the call with `accept` as its header `Accept`, and decodes the JSON of the response.
    ///
    /// # Errors
    /// Those of [`json`](Self::json).
    pub async fn json_as<T: DeserializeOwned>(self, accept: &'static str, body: Body) -> Result<T, Error> {
        let operation = self.operation;
        let response = self.send_accepting(accept, body).await?;
        decode::response(operation, &response)
    }

    /// Sends the call with `accept` as its header `Accept`, and returns the bytes of the response.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn bytes(self, accept: &'static str, body: Body) -> Result<Bytes, Error> {
        self.send_accepting(accept, body).await.map(|response| response.body)
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
        let Self { dispatcher, operation, headers, options, .. } = self;
        let headers = headers.map_err(|reason| Error::invalid_request(operation, reason))?;
        let response = dispatcher.send(Request { operation, url, accept, headers, body, options }).await?;
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
        for (name, list) in &self.query_lists {
            // The writer of pairs would encode the commas.
            let name = comma_list(&&**name).unwrap_or_default();
            let before = url.query().map(|query| format!("{query}&")).unwrap_or_default();
            url.set_query(Some(&format!("{before}{name}={list}")));
        }
        Ok(url)
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is not a valid header name"))?;
    if [ACCEPT, AUTHORIZATION, CONTENT_TYPE].contains(&header) {
        return Err(format!("the client sets the header `{name}` itself"));
    }
    // The value may be secret.
    let mut value = HeaderValue::from_str(value).map_err(|_| format!("the value of the header `{name}` is invalid"))?;
    value.set_sensitive(true);
    Ok((header, value))
}
