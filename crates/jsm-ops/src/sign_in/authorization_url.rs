//! The URL at which a user consents.

use percent_encoding::utf8_percent_encode;
use reqwest::Url;

use crate::{
    oauth::{app::App, endpoints::Endpoints},
    sign_in::pkce,
    text::ENCODED,
};

/// The scope that asks for a refresh token. The developer console does not list it.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// The values that are new in every request.
pub(crate) struct AuthorizationRequest<'a> {
    pub(crate) scopes: &'a [String],
    pub(crate) state: &'a str,
    pub(crate) challenge: &'a str,
}

/// Builds the authorization request (RFC 6749, section 4.1.1), with the audience of Atlassian's
/// endpoints and the PKCE challenge (RFC 7636, section 4.3).
///
/// Spaces are encoded as `%20`, as in Atlassian's documentation, and not as `+`.
pub(crate) fn authorization_url(endpoints: &Endpoints, app: &App, request: &AuthorizationRequest<'_>) -> Url {
    let scope = request.scopes.join(" ");
    let parameters = [
        ("client_id", app.client_id()),
        ("scope", &scope),
        ("redirect_uri", app.redirect_uri()),
        ("state", request.state),
        ("response_type", "code"),
        ("prompt", "consent"),
        ("code_challenge", request.challenge),
        ("code_challenge_method", pkce::METHOD),
    ];
    let audience = endpoints.audience.as_deref().map(|audience| ("audience", audience));
    let encoded = audience.into_iter().chain(parameters);
    let encoded = encoded.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ENCODED)));
    // The query of the endpoint stays (RFC 6749, section 3.1).
    let own = endpoints.authorize.query().filter(|query| !query.is_empty()).map(str::to_owned);
    let query = own.into_iter().chain(encoded).collect::<Vec<_>>().join("&");
    let mut url = endpoints.authorize.clone();
    url.set_query(Some(&query));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_has_the_documented_parameters() {
        let endpoints = Endpoints::atlassian().expect("endpoints");
        let app = App::new("my&id", "secret", "https://ops.example/callback?tenant=1").expect("an app");
        let scopes = ["read:ops-alert:jira-service-management".to_owned(), OFFLINE_ACCESS.to_owned()];
        let request = AuthorizationRequest { scopes: &scopes, state: "s-t~1", challenge: "c_1" };
        assert_eq!(
            authorization_url(&endpoints, &app, &request).as_str(),
            "https://auth.atlassian.com/authorize?audience=api.atlassian.com&client_id=my%26id\
             &scope=read%3Aops-alert%3Ajira-service-management%20offline_access\
             &redirect_uri=https%3A%2F%2Fops.example%2Fcallback%3Ftenant%3D1&state=s-t~1&response_type=code&prompt=consent\
             &code_challenge=c_1&code_challenge_method=S256"
        );
    }
}
