//! The HTTP clients that this crate makes for itself.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, Response, redirect};

use crate::error::{Error, Kind};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a call may go without a byte of its answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Longest time that one request may take that signs in, refreshes or lists sites, unless said otherwise.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// More than any answer of the authorization server; a list of sites is longest.
const MAX_BODY: usize = 1024 * 1024;

/// A client for calls, for those who bring none.
pub(crate) fn for_calls(connect: Option<Duration>, read: Option<Duration>) -> Result<Client, Error> {
    let builder = builder()?.connect_timeout(connect.unwrap_or(CONNECT_TIMEOUT)).read_timeout(read.unwrap_or(READ_TIMEOUT));
    // Calls have no redirects to follow, and without any a bearer cannot leave the gateway.
    build(builder)
}

/// A client for the endpoints that see secrets. Whatever the builder said, it follows no redirect, and does not log what passes
/// through its connections.
pub(crate) fn for_secrets(own: Option<ClientBuilder>) -> Result<Client, Error> {
    let builder = match own {
        Some(own) => own,
        None => builder()?,
    };
    build(builder.connection_verbose(false))
}

fn build(builder: ClientBuilder) -> Result<Client, Error> {
    builder.redirect(redirect::Policy::none()).build().map_err(|error| Kind::HttpClient(error).into())
}

fn builder() -> Result<ClientBuilder, Error> {
    let builder = Client::builder().connect_timeout(CONNECT_TIMEOUT).user_agent(concat!(
        env!("CARGO_PKG_NAME"),
        "/",
        env!("CARGO_PKG_VERSION")
    ));
    with_tls(builder)
}

/// TLS by rustls with ring. It is configured here and not process-wide, where it would be the application's to decide.
#[cfg(feature = "rustls")]
fn with_tls(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt as _;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    #[cfg_attr(not(feature = "http2"), expect(unused_mut, reason = "only HTTP/2 has to be asked for"))]
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_platform_verifier())
        .map_err(|error| Error::from(Kind::Tls(error)))?
        .with_no_client_auth();
    // reqwest leaves a configuration that it is given as it is, and without this no server would offer HTTP/2.
    #[cfg(feature = "http2")]
    {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(feature = "rustls"))]
fn with_tls(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
    Ok(builder)
}

/// Why a body could not be had.
pub(crate) enum BodyError {
    TooLong,
    Lost(reqwest::Error),
}

/// A whole body, if it is not too long.
pub(crate) async fn body(mut response: Response) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Lost)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
