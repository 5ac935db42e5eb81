//! The Atlassian sites that a grant reaches.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsm_ops_core::{CloudId, Scopes};
use reqwest::{
    StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde::Deserialize;

use crate::{
    Error, Session,
    attempts::Attempts,
    error::Kind,
    http::{self, BodyError},
    text,
    token_endpoint::retry_after,
};

/// What errors call the endpoint.
const NAME: &str = "the list of sites";

/// Attempts to read the list.
const ATTEMPTS: u32 = 3;

/// A site that a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    cloud_id: CloudId,
    name: String,
    url: String,
    scopes: Scopes,
}

impl Site {
    /// The id that stands in the addresses of calls.
    pub fn cloud_id(&self) -> &CloudId {
        &self.cloud_id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address, as in `https://example.atlassian.net`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The scopes that the service lists for it. Whether scopes of operations are among them is documented nowhere, so nothing
    /// here depends on it.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }
}

/// Which site is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SiteChoice {
    /// The only one. If there are several that is an error, because nothing tells which of them the person meant.
    #[default]
    Only,
    /// The one with this id.
    Id(CloudId),
    /// The one at this address. Case, scheme and trailing slashes do not matter.
    Url(String),
    /// The one with this name, in whatever case.
    Name(String),
}

impl SiteChoice {
    /// Picks from a list.
    ///
    /// # Errors
    /// None, or more than one, that is meant; the error lists what there is.
    pub fn pick(&self, sites: &[Site]) -> Result<Site, Error> {
        let is_meant = |site: &&Site| match self {
            Self::Only => true,
            Self::Id(id) => site.cloud_id == *id,
            Self::Url(url) => host(&site.url) == host(url),
            Self::Name(name) => site.name.to_lowercase() == name.to_lowercase(),
        };
        let mut meant = sites.iter().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(site), None) => Ok(site.clone()),
            (found, _) => {
                let what = match self {
                    Self::Only => "a site".to_owned(),
                    Self::Id(id) => format!("the site with the id {id}"),
                    Self::Url(url) => format!("the site at {url:?}"),
                    Self::Name(name) => format!("the site called {name:?}"),
                };
                let wanted = match found {
                    None => format!("{what} is not there"),
                    Some(_) => format!("{what} is asked for, and there are several; name one by its id or address"),
                };
                Err(Kind::Site { wanted, choices: sites.to_vec() }.into())
            }
        }
    }
}

/// What identifies a site in its address.
fn host(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

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

/// Asks for the list. A token that is refused is refreshed once.
pub(crate) async fn list(session: &Session) -> Result<Vec<Site>, Error> {
    let clock = &*session.shared.context.clock;
    let mut attempts = Attempts::new(clock, ATTEMPTS);
    let mut was_refused = false;
    loop {
        let token = session.access_token().await?;
        match ask(session, &token, clock.now()).await {
            Err(error) if error.is_token_refused() && !was_refused => {
                was_refused = true;
                session.invalidate(token.generation());
            }
            Err(error) => attempts.after(error).await?,
            Ok(sites) => return Ok(sites),
        }
    }
}

async fn ask(session: &Session, token: &crate::AccessToken, now: DateTime<Utc>) -> Result<Vec<Site>, Error> {
    let unavailable =
        |reason: String, source| -> Error { Kind::Unavailable { endpoint: NAME, reason, retry_after: None, source }.into() };
    let context = &session.shared.context;
    // Tokens that no header can carry do not get into a grant.
    let bearer = token.secret().header("Bearer").map_err(|_| Error::from(Kind::TokenRefused))?;
    let request = context.http.get(context.endpoints.resources.clone()).timeout(context.timeout);
    let response = request
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/json")
        .send()
        .await
        .map_err(|error| unavailable("no answer".to_owned(), Some(error)))?;
    let (status, wait) = (response.status(), retry_after(response.headers(), now));
    if status.is_redirection() {
        return Err(Kind::Redirect { endpoint: NAME }.into());
    }
    let body = http::body(response).await.map_err(|error| match error {
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

    #[test]
    fn sites_are_picked_and_errors_list_them() {
        let sites = read(TWO.as_bytes()).expect("sites");
        let id = CloudId::new("c-2").expect("an id");
        for choice in [
            SiteChoice::Id(id),
            SiteChoice::Url("HTTPS://two.Atlassian.net/".to_owned()),
            SiteChoice::Url("two.atlassian.net".to_owned()),
            SiteChoice::Name("two".to_owned()),
        ] {
            assert_eq!(choice.pick(&sites).expect("a site").name(), "Two");
        }
        let absent = SiteChoice::Name("three".to_owned()).pick(&sites).expect_err("absent");
        let ambiguous = SiteChoice::Only.pick(&sites).expect_err("ambiguous");
        for error in [&absent, &ambiguous] {
            assert!(error.is_site() && error.sites().len() == 2, "{error}");
            assert!(error.to_string().contains("https://two.atlassian.net (c-2)"), "{error}");
        }
        assert_ne!(absent.to_string(), ambiguous.to_string());
        assert!(SiteChoice::Only.pick(&[]).expect_err("none").to_string().contains("no site"));
        assert!(SiteChoice::Only.pick(&sites[..1]).is_ok());
    }
}
