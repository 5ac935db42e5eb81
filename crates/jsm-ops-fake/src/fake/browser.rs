//! A minimal browser, which submits the user's decision on the consent page.

use std::{error::Error, net::SocketAddr};

use bytes::Bytes;
use form_urlencoded::Serializer;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, Uri, client::conn::http1, header, http::request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::world::consent::Consent;

/// The reason why a decision could not be submitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// The URL is invalid, or has another host or port than the fake.
    #[error("{0} is not a URL of this fake")]
    NotThisFake(String),
    /// The authorization URL returned an error page.
    #[error("the authorization URL returned {status} instead of the consent page: {body}")]
    NoConsentPage {
        /// The status of the response.
        status: u16,
        /// The error page.
        body: String,
    },
    /// The decision returned no redirect to the callback URL.
    #[error("the decision returned {status} instead of a redirect: {body}")]
    NoCallback {
        /// The status of the response.
        status: u16,
        /// The error page.
        body: String,
    },
    /// The connection failed.
    #[error("the connection to the fake failed")]
    Connection(#[source] Box<dyn Error + Send + Sync>),
}

/// Opens an authorization URL, and submits a consent, or a denial for `None`.
///
/// Returns the URL of the redirect, but does not open it.
pub(crate) async fn submit_decision(
    address: SocketAddr,
    url: &str,
    consent: Option<&Consent>,
) -> Result<String, BrowserError> {
    let other_host = || BrowserError::NotThisFake(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| other_host())?;
    if uri.authority().is_none_or(|authority| authority.as_str() != address.to_string()) {
        return Err(other_host());
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let (page, body) = send(address, Request::get(path), String::new()).await?;
    let ticket = body.split_once(r#"name="ticket" value=""#).and_then(|(_, rest)| Some(rest.split_once('"')?.0));
    let Some(ticket) = ticket.filter(|_| page.status() == StatusCode::OK) else {
        return Err(BrowserError::NoConsentPage { status: page.status().as_u16(), body });
    };
    let mut form = Serializer::new(String::new());
    form.append_pair("ticket", ticket).append_pair("decision", if consent.is_some() { "approve" } else { "deny" });
    if let Some(consent) = consent {
        form.append_pair("account", &consent.account);
        form.extend_pairs(selected_sites(consent, &body).iter().map(|site| ("site", site)));
    }
    let request = Request::post("/authorize/decision").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (response, body) = send(address, request, form.finish()).await?;
    let callback = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    callback.map(str::to_owned).ok_or(BrowserError::NoCallback { status: response.status().as_u16(), body })
}

/// Returns the sites of the consent, or all sites on the page.
fn selected_sites(consent: &Consent, page: &str) -> Vec<String> {
    let on_page = page.split(r#"name="site" value=""#).skip(1);
    let all = on_page.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    consent.sites.clone().unwrap_or_else(|| all.collect())
}

async fn send(address: SocketAddr, request: request::Builder, body: String) -> Result<(Response<()>, String), BrowserError> {
    let request =
        request.header(header::HOST, address.to_string()).body(Full::new(Bytes::from(body))).map_err(connection)?;
    let stream = TcpStream::connect(address).await.map_err(connection)?;
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await.map_err(connection)?;
    // The sender also gets the errors of the driver, so its result is not needed.
    let driver = tokio::spawn(driver);
    let (head, body) = sender.send_request(request).await.map_err(connection)?.into_parts();
    let body = body.collect().await.map_err(connection)?.to_bytes();
    driver.abort();
    Ok((Response::from_parts(head, ()), String::from_utf8_lossy(&body).into_owned()))
}

fn connection(error: impl Into<Box<dyn Error + Send + Sync>>) -> BrowserError {
    BrowserError::Connection(error.into())
}
