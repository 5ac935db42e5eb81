//! The few lines of a browser that answer a consent page.

use std::net::SocketAddr;

use bytes::Bytes;
use form_urlencoded::Serializer;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, Uri, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::world::consent::Consent;

/// Why a consent page could not be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// The URL is no URL of this fake.
    #[error("{0} does not lead to this fake")]
    NotThisFake(String),
    /// There was no consent page, but this.
    #[error("no consent page, but {status}: {body}")]
    NoConsentPage {
        /// The status.
        status: u16,
        /// The page.
        body: String,
    },
    /// The decision led nowhere.
    #[error("the decision was answered with {status}: {body}")]
    NoCallback {
        /// The status.
        status: u16,
        /// The page.
        body: String,
    },
    /// The connection failed.
    #[error("the connection to the fake failed")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Opens an authorize URL and answers the page; gives the URL to which the browser is sent. It is not opened.
pub(crate) async fn answer(address: SocketAddr, url: &str, consent: Option<&Consent>) -> Result<String, BrowserError> {
    let elsewhere = || BrowserError::NotThisFake(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| elsewhere())?;
    if uri.authority().is_none_or(|authority| authority.as_str() != address.to_string()) {
        return Err(elsewhere());
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
        form.extend_pairs(sites_of(consent, &body).iter().map(|site| ("site", site)));
    }
    let request = Request::post("/authorize/decision").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (answer, body) = send(address, request, form.finish()).await?;
    let callback = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    callback.map(str::to_owned).ok_or(BrowserError::NoCallback { status: answer.status().as_u16(), body })
}

/// The sites to tick: those that were asked for, or every one on the page.
fn sites_of(consent: &Consent, page: &str) -> Vec<String> {
    let on_page = page.split(r#"name="site" value=""#).skip(1);
    let all = on_page.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    consent.sites.clone().unwrap_or_else(|| all.collect())
}

async fn send(
    address: SocketAddr,
    request: hyper::http::request::Builder,
    body: String,
) -> Result<(Response<()>, String), BrowserError> {
    let request = request.header(header::HOST, address.to_string()).body(Full::new(Bytes::from(body))).map_err(failed)?;
    let stream = TcpStream::connect(address).await.map_err(failed)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // The connection ends with the sender; what goes wrong with it is told to the sender too.
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.map_err(failed)?.into_parts();
    let body = body.collect().await.map_err(failed)?.to_bytes();
    connection.abort();
    Ok((Response::from_parts(head, ()), String::from_utf8_lossy(&body).into_owned()))
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BrowserError {
    BrowserError::Connection(error.into())
}
