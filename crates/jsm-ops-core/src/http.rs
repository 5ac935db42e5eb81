//! The transport over `reqwest`, without retries.

use std::sync::Arc;

use reqwest::{
    Method,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
    multipart::Form,
};

use crate::{
    clock::{Clock, SystemClock},
    error::Error,
    future::BoxFuture,
    read_body::{ReadBodyError, read_body},
    request::{Body, Request},
    response::Response,
    transport::Transport,
};

/// The default size limit of a response body: 32 MiB.
pub const MAX_RESPONSE_BODY: usize = 32 << 20;

/// A constant, because parsing it would allocate for every request.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sends each request once with a `reqwest::Client`, which adds the credential as a default header.
///
/// It neither retries nor refreshes tokens. `jsm_ops::Client` builds on it and does both.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    max_body: usize,
}

impl HttpTransport {
    /// Sends with `client`. The size limit of responses is [`MAX_RESPONSE_BODY`], and the clock is
    /// that of the machine.
    pub fn new(client: reqwest::Client) -> Self {
        Self { client, clock: Arc::new(SystemClock), max_body: MAX_RESPONSE_BODY }
    }

    /// Sets the clock that dates responses and that waiting and paging use.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the size limit of a response body in bytes. A larger one is
    /// [`Error::is_too_large`].
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sends a request with `credential` as its header `Authorization`, for transports that choose
    /// a credential for each request.
    ///
    /// # Errors
    /// Any failure that prevents a response.
    pub async fn send_with(&self, request: Request, credential: Option<HeaderValue>) -> Result<Response, Error> {
        let Request { operation, url, accept, headers, body, options } = request;
        let method = Method::from_bytes(operation.method.as_bytes())
            .map_err(|_| Error::invalid_request(operation, format!("invalid HTTP method {:?}", operation.method)))?;
        let builder = self.client.request(method, url).headers(headers);
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
            Body::Parts(parts) => {
                let form = parts.into_form().map_err(|error| Error::invalid_request(operation, error.to_string()))?;
                builder.multipart(form)
            }
            Body::Bytes { media_type, bytes } => builder.header(CONTENT_TYPE, media_type).body(bytes),
        };
        let mut response = builder.send().await.map_err(|error| Error::transport(operation, error))?;
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
