//! The transport that adds nothing.

use std::sync::Arc;

use reqwest::{
    Method,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
    multipart::Form,
};

use crate::{
    Body, BoxFuture, Clock, Error, Request, Response, SystemClock, Transport,
    read_body::{ReadBodyError, read_body},
};

/// The largest body of an answer that is read unless said otherwise: 32 MiB.
pub const MAX_BODY: usize = 32 << 20;

/// The media type of nearly everything, which need not be copied for every request.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sends requests as they are with a `reqwest::Client`, which has to bring the credential as a default header.
///
/// Nothing is repeated and nothing refreshed. `jsm_ops::Client` builds on it and does both.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    max_body: usize,
}

impl HttpTransport {
    /// Sends with this client, by the clock of the machine.
    pub fn new(client: reqwest::Client) -> Self {
        Self { client, clock: Arc::new(SystemClock), max_body: MAX_BODY }
    }

    /// Goes by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Reads answers of up to this many bytes; a larger one is an error.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sends a request with one more header, as those do that sign requests one by one.
    ///
    /// # Errors
    /// Everything on account of which there is no answer.
    pub async fn send_with(&self, request: Request, credential: Option<HeaderValue>) -> Result<Response, Error> {
        let Request { operation, url, accept, body, options } = request;
        let method = Method::from_bytes(operation.method.as_bytes())
            .map_err(|_| Error::invalid_request(operation, format!("{:?} is no HTTP method", operation.method)))?;
        let builder = self.client.request(method, url);
        let mut builder = if JSON == accept { builder.header(ACCEPT, JSON) } else { builder.header(ACCEPT, accept) };
        if let Some(mut credential) = credential {
            credential.set_sensitive(true);
            builder = builder.header(reqwest::header::AUTHORIZATION, credential);
        }
        if let Some(timeout) = options.timeout {
            builder = builder.timeout(timeout);
        }
        builder = match body {
            Body::None => builder,
            Body::Json(bytes) => builder.header(CONTENT_TYPE, JSON).body(bytes),
            Body::Form { name, file } => {
                let part = file.into_part().map_err(|error| Error::invalid_request(operation, error.to_string()))?;
                builder.multipart(Form::new().part(name, part))
            }
        };
        let lost = |error| Error::transport(operation, error);
        let mut response = builder.send().await.map_err(lost)?;
        let received_at = Some(self.clock.now());
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = read_body(response, self.max_body).await.map_err(|error| match error {
            ReadBodyError::Incomplete(error) => Error::incomplete_response(operation, status, &headers, error),
            ReadBodyError::TooLarge { max_bytes } => Error::too_large(operation, status, &headers, max_bytes),
        })?;
        Ok(Response { received_at, ..Response::new(status, headers, body) })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, Error>> {
        Box::pin(self.send_with(request, None))
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
