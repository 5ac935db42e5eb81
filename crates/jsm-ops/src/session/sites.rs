//! The Atlassian sites that a grant reaches.

use std::time::Duration;

use jsm_ops_core::CloudId;
use reqwest::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde::Deserialize;

use crate::{
    error::{Error, Kind},
    http_client::{self, BodyError},
    oauth::context::Context,
    session::access_token::AccessToken,
    site::Site,
    text,
    token_endpoint::retry_after,
};

/// What errors call the endpoint.
const NAME: &str = "the list of sites";

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

/// Asks for the list once.
pub(crate) async fn list(context: &Context, token: &AccessToken) -> Result<Vec<Site>, Error> {
    let unavailable =
        |reason: String, source| -> Error { Kind::Unavailable { endpoint: NAME, reason, retry_after: None, source }.into() };
    // Tokens that no header can carry do not get into a grant.
    let bearer = token.secret().header("Bearer").map_err(|_| Error::from(Kind::TokenRefused))?;
    let request = context.http.get(context.endpoints.resources.clone()).timeout(context.timeout);
    let response = request
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/json")
        .send()
        .await
        .map_err(|error| unavailable("no answer".to_owned(), Some(error)))?;
    let (status, wait) = (response.status(), retry_after(response.headers(), context.clock.now()));
    if status.is_redirection() {
        return Err(Kind::Redirect { endpoint: NAME }.into());
    }
    let body = http_client::body(response).await.map_err(|error| match error {
        BodyError::TooLong => unavailable("an answer of endless length".to_owned(), None),
        BodyError::Lost(error) => unavailable("an answer that broke off".to_owned(), Some(error)),
    })?;
    if !status.is_success() {
        return Err(refusal(status, wait, &body));
    }
    read(&body).map_err(|reason| unavailable(reason.to_owned(), None))
}

/// What an unsuccessful answer means.
fn refusal(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Error {
    let message = text::printable(&String::from_utf8_lossy(body));
    // The gateway says 401 for a token that is not good and for one that lacks a scope, which no refresh mends.
    if status == StatusCode::UNAUTHORIZED && !message.to_ascii_lowercase().contains("scope does not match") {
        return Kind::TokenRefused.into();
    }
    let is_final =
        status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS && status != StatusCode::REQUEST_TIMEOUT;
    if is_final {
        return Kind::Unexpected { endpoint: NAME, status, code: String::new(), description: message }.into();
    }
    Kind::Unavailable { endpoint: NAME, reason: status.to_string(), retry_after, source: None }.into()
}

/// Reads the list. One site may have several entries, one for each product, with scopes of their own.
fn read(body: &[u8]) -> Result<Vec<Site>, &'static str> {
    let entries: Vec<Entry> = serde_json::from_slice(body).map_err(|_| "an answer that is no list of sites")?;
    let mut sites: Vec<Site> = Vec::new();
    for entry in entries {
        let cloud_id = CloudId::new(entry.id).map_err(|_| "a site whose id is no cloud id")?;
        let scopes = entry.scopes.unwrap_or_default();
        match sites.iter_mut().find(|site| site.cloud_id == cloud_id) {
            Some(site) => site.scopes.extend(scopes),
            None => sites.push(Site {
                cloud_id,
                name: entry.name.unwrap_or_default(),
                url: entry.url.unwrap_or_default(),
                scopes: scopes.into_iter().collect(),
            }),
        }
    }
    Ok(sites)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"[
        {"id":"c-1","name":"One","url":"https://one.atlassian.net","scopes":["a","b"],"avatarUrl":"https://x"},
        {"id":"c-2","name":"Two","url":"https://two.atlassian.net","scopes":null},
        {"id":"c-1","name":"One","url":"https://one.atlassian.net","scopes":["c","a"]}
    ]"#;

    #[test]
    fn entries_of_one_site_are_one_site() {
        let sites = read(TWO.as_bytes()).expect("sites");
        assert_eq!(sites.len(), 2);
        assert_eq!(sites[0].scopes().to_string(), "a b c");
        assert!(sites[1].scopes().is_empty());
        for body in ["", "{}", "[{}]", r#"[{"id":"../x"}]"#] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
