//! The list of the sites that a grant reaches.

use std::time::Duration;

use jsm_ops_core::{CloudId, ReadBodyError, read_body};
use reqwest::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde::Deserialize;

use crate::{
    error::{Error, ErrorKind},
    http_client::MAX_RESPONSE_BYTES,
    oauth::context::Context,
    retry_delay::retry_after,
    session::access_token::AccessToken,
    site::Site,
    text,
};

/// The name in error messages.
const NAME: &str = "the list of sites";

#[derive(Deserialize)]
struct SiteEntry {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

/// Requests the list once.
pub(crate) async fn list(context: &Context, token: &AccessToken) -> Result<Vec<Site>, Error> {
    let unavailable = |reason: &str, source| -> Error {
        ErrorKind::Unavailable { endpoint: NAME, reason: reason.to_owned(), retry_after: None, source }.into()
    };
    // Only a store that others wrote can hold a token that is invalid in a header.
    let bearer = token.bearer().map_err(|_| Error::from(ErrorKind::TokenRejected))?;
    let request = context.http.get(context.endpoints.resources.clone()).timeout(context.request_timeout);
    let response = request
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/json")
        .send()
        .await
        .map_err(|error| unavailable("no response", Some(error)))?;
    let (status, retry_after) = (response.status(), retry_after(response.headers(), context.clock.now()));
    if status.is_redirection() {
        return Err(ErrorKind::Redirect { endpoint: NAME }.into());
    }
    let body = read_body(response, MAX_RESPONSE_BYTES).await.map_err(|error| match error {
        ReadBodyError::Incomplete(error) => unavailable("the response was cut off", Some(error)),
        _ => unavailable("the response is too large", None),
    })?;
    if !status.is_success() {
        return Err(error_response(status, retry_after, &body));
    }
    parse(&body).map_err(|reason| unavailable(reason, None))
}

/// Interprets an unsuccessful response.
fn error_response(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Error {
    let message = text::printable(&String::from_utf8_lossy(body));
    // The gateway returns 401 for an invalid token and for a missing scope. A refresh does not add
    // scopes.
    if status == StatusCode::UNAUTHORIZED && !message.to_ascii_lowercase().contains("scope does not match") {
        return ErrorKind::TokenRejected.into();
    }
    let is_final =
        status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS && status != StatusCode::REQUEST_TIMEOUT;
    if is_final {
        return ErrorKind::Unexpected { endpoint: NAME, status, code: String::new(), description: message }.into();
    }
    ErrorKind::Unavailable { endpoint: NAME, reason: format!("status {status}"), retry_after, source: None }.into()
}

/// Parses the list. One site may have several entries, one per product, each with its own scopes.
fn parse(body: &[u8]) -> Result<Vec<Site>, &'static str> {
    let entries: Vec<SiteEntry> = serde_json::from_slice(body).map_err(|_| "the response is not a list of sites")?;
    let mut sites: Vec<Site> = Vec::new();
    for entry in entries {
        let cloud_id = CloudId::new(entry.id).map_err(|_| "the id of a site is not a valid cloud id")?;
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
    fn entries_of_one_site_are_merged() {
        let sites = parse(TWO.as_bytes()).expect("sites");
        assert_eq!(sites.len(), 2);
        assert_eq!(sites[0].scopes().to_string(), "a b c");
        assert!(sites[1].scopes().is_empty());
        for body in ["", "{}", "[{}]", r#"[{"id":"../x"}]"#] {
            assert!(parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
