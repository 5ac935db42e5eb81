//! The HTTP clients that this crate builds.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect};

use crate::error::{Error, ErrorKind};

/// The default timeout for establishing a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The default for the longest delay between two bytes of a response.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// The default timeout of one request that signs in, refreshes or lists sites.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The size limit of responses to these requests. A list of sites is the longest of them.
pub(crate) const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Builds a client for calls, for applications that bring none.
pub(crate) fn for_calls(connect: Option<Duration>, read: Option<Duration>) -> Result<Client, Error> {
    let builder = builder()?.connect_timeout(connect.unwrap_or(CONNECT_TIMEOUT)).read_timeout(read.unwrap_or(READ_TIMEOUT));
    // Calls have no redirects to follow, and without any a bearer token cannot leave the gateway.
    build(builder)
}

/// Builds a client for the endpoints that receive secrets. Whatever the given builder says, the
/// client follows no redirect and does not log what passes through its connections.
pub(crate) fn for_secrets(own: Option<ClientBuilder>) -> Result<Client, Error> {
    let builder = match own {
        Some(own) => own,
        None => builder()?,
    };
    build(builder.connection_verbose(false))
}

fn build(builder: ClientBuilder) -> Result<Client, Error> {
    builder.redirect(redirect::Policy::none()).build().map_err(|error| ErrorKind::HttpClient(error).into())
}

fn builder() -> Result<ClientBuilder, Error> {
    let builder = Client::builder().connect_timeout(CONNECT_TIMEOUT).user_agent(concat!(
        env!("CARGO_PKG_NAME"),
        "/",
        env!("CARGO_PKG_VERSION")
    ));
    with_tls(builder)
}

/// TLS by rustls with ring. It is configured per client: a process-wide provider is the
/// application's decision.
#[cfg(feature = "rustls")]
fn with_tls(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt as _;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    #[cfg_attr(not(feature = "http2"), expect(unused_mut, reason = "only HTTP/2 needs a change"))]
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_platform_verifier())
        .map_err(|error| Error::from(ErrorKind::Tls(error)))?
        .with_no_client_auth();
    // reqwest does not change a given configuration, so the protocols are set here.
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
