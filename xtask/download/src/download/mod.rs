//! The download: HTTPS only, one host, bounded in size and time.

use std::{io::Read, time::Duration};

use jsm_ops_core::base_url::is_loopback;
use reqwest::{StatusCode, Url, blocking::Client, header, redirect};

const MAX_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const TIMEOUT: Duration = Duration::from_secs(120);

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The argument is not a URL.
    #[error("not a valid URL")]
    Url(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything but `https`, or `http` to the loopback interface.
    #[error("the document is downloaded over https only")]
    Scheme,
    /// No connection, no response, or one that leads elsewhere.
    #[error("cannot download")]
    Http(#[source] reqwest::Error),
    /// A status that is not a success.
    #[error("the server responded with {0}")]
    Status(StatusCode),
    /// A page for people.
    #[error("the document is an HTML page; open it in a browser to see what it says")]
    Html,
    /// The connection ended within the body.
    #[error("the response is incomplete")]
    Incomplete(#[source] std::io::Error),
}

/// Returns the body of a URL, of which at most `max_bytes` bytes are read.
///
/// Redirects are followed on the same origin only.
///
/// # Errors
/// See [`DownloadError`].
pub fn download(url: &str, max_bytes: u64) -> Result<Vec<u8>, DownloadError> {
    let url = Url::parse(url).map_err(|error| DownloadError::Url(error.into()))?;
    if !is_allowed(&url) {
        return Err(DownloadError::Scheme);
    }
    let sent = client(&url).and_then(|client| client.get(url).header(header::ACCEPT, "application/json").send());
    // The query of the URL may hold a token.
    let response = sent.map_err(|error| DownloadError::Http(error.without_url()))?;
    if !response.status().is_success() {
        return Err(DownloadError::Status(response.status()));
    }
    let media_type = response.headers().get(header::CONTENT_TYPE);
    if media_type.is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html")) {
        return Err(DownloadError::Html);
    }
    let mut bytes = Vec::new();
    response.take(max_bytes).read_to_end(&mut bytes).map_err(DownloadError::Incomplete)?;
    Ok(bytes)
}

fn client(url: &Url) -> reqwest::Result<Client> {
    // A process takes its first provider only, and this is the only one here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(same_origin(url)).connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).build()
}

fn same_origin(url: &Url) -> redirect::Policy {
    let origin = url.origin();
    redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error(format!("more than {MAX_REDIRECTS} redirects"))
        } else if attempt.url().origin() != origin {
            let target = attempt.url().origin().ascii_serialization();
            attempt.error(format!("redirected to another host, {target}"))
        } else {
            attempt.follow()
        }
    })
}

/// Whether a URL is https, or plain http on the loopback interface, where tests are.
fn is_allowed(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

#[cfg(test)]
mod tests;
