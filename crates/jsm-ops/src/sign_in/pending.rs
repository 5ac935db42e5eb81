//! A sign-in that waits for its callback.

use chrono::{DateTime, TimeDelta, Utc};
use jsm_ops_core::Scopes;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    oauth::{app::App, endpoints::Endpoints},
    secret_string::{SecretString, exposed},
    secure_random,
    sign_in::{
        authorization_url::{AuthorizationRequest, OFFLINE_ACCESS, authorization_url},
        callback::{Callback, CallbackError},
        pkce::Verifier,
    },
};

/// How long a user may take. Codes themselves are valid for minutes.
const MAX_AGE_MINUTES: u64 = 60;

/// A sign-in that waits for its callback.
///
/// Keep it until the callback arrives: in a variable of a local tool, or in the session of the same
/// browser on a web server. The serialized form is secret, because its reader can finish the
/// sign-in. Use it once: a second callback finds a code that is spent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingSignIn {
    client_id: String,
    redirect_uri: String,
    #[serde(with = "exposed")]
    state: SecretString,
    verifier: Verifier,
    /// In the order of the request.
    scopes: Vec<String>,
    begun_at: DateTime<Utc>,
}

/// The code of a checked callback, with what its exchange needs.
pub(crate) struct CheckedCode {
    pub(crate) code: SecretString,
    pub(crate) verifier: Verifier,
}

impl PendingSignIn {
    pub(crate) fn begin(app: &App, scopes: &Scopes, offline: bool, now: DateTime<Utc>) -> Result<Self, Error> {
        // `offline_access` is last, as in the service's documentation, even if the caller lists it.
        let mut names: Vec<String> = scopes.iter().filter(|scope| *scope != OFFLINE_ACCESS).map(str::to_owned).collect();
        if offline || scopes.contains(OFFLINE_ACCESS) {
            names.push(OFFLINE_ACCESS.to_owned());
        }
        Ok(Self {
            client_id: app.client_id().to_owned(),
            redirect_uri: app.redirect_uri().to_owned(),
            state: SecretString::new(secure_random::token()?),
            verifier: Verifier::random()?,
            scopes: names,
            begun_at: now,
        })
    }

    /// The URL to open in the browser.
    pub(crate) fn url(&self, endpoints: &Endpoints, app: &App) -> Url {
        let challenge = self.verifier.challenge();
        let request = AuthorizationRequest { scopes: &self.scopes, state: self.state.expose(), challenge: &challenge };
        authorization_url(endpoints, app, &request)
    }

    /// The requested scopes.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// When the sign-in began.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// Whether a callback belongs to this sign-in, whatever else it contains.
    pub(crate) fn matches_state_of(&self, callback: &str) -> bool {
        Callback::parse(callback).is_ok_and(|callback| callback.has_state(&self.state))
    }

    /// Checks a callback and returns its code.
    ///
    /// The state is checked before the result, so that only Atlassian can end a sign-in with an
    /// error.
    pub(crate) fn check(self, app: &App, callback: &str, now: DateTime<Utc>) -> Result<CheckedCode, CallbackError> {
        if self.client_id != app.client_id() || self.redirect_uri != app.redirect_uri() {
            return Err(CallbackError::OtherApp { client_id: self.client_id, redirect_uri: self.redirect_uri });
        }
        let callback = Callback::parse(callback)?;
        if !callback.arrived_at(app.redirect_url()) {
            return Err(CallbackError::OtherRedirectUri { expected: self.redirect_uri });
        }
        if !callback.has_state(&self.state) {
            return Err(CallbackError::StateMismatch);
        }
        // A clock that was set back makes a sign-in younger, not older.
        if now - self.begun_at > TimeDelta::minutes(MAX_AGE_MINUTES as i64) {
            return Err(CallbackError::Expired { minutes: MAX_AGE_MINUTES });
        }
        Ok(CheckedCode { code: callback.into_code()?, verifier: self.verifier })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn app(id: &str) -> App {
        App::new(id, "app-secret", "https://ops.example/callback").expect("an app")
    }

    fn pending() -> PendingSignIn {
        PendingSignIn::begin(&app("id"), &Scopes::parse("a b"), true, BEGUN).expect("a sign-in")
    }

    #[test]
    fn it_survives_a_round_trip_and_prints_no_secret() {
        let pending = pending();
        let json = serde_json::to_string(&pending).expect("JSON");
        let again: PendingSignIn = serde_json::from_str(&json).expect("a sign-in");
        assert!(again.state.matches(pending.state.expose()));
        assert_eq!(again.verifier.challenge(), pending.verifier.challenge());
        let printed = format!("{pending:?} {pending:#?}");
        assert!(
            !printed.contains(pending.state.expose()) && !printed.contains(pending.verifier.secret().expose()),
            "{printed}"
        );
    }

    #[test]
    fn the_right_callback_returns_the_code() {
        let pending = pending();
        let callback = format!("/callback?code=c0de&state={}", pending.state.expose());
        assert!(pending.matches_state_of(&callback));
        let checked = pending.check(&app("id"), &callback, BEGUN + TimeDelta::minutes(60)).expect("a code");
        assert_eq!(checked.code.expose(), "c0de");
    }

    #[test]
    fn other_callbacks_are_rejected() {
        let pending = pending();
        let state = pending.state.expose().to_owned();
        let check = |app: &App, callback: &str, minutes| {
            pending.clone().check(app, callback, BEGUN + TimeDelta::minutes(minutes)).err().expect("rejected")
        };
        let ours = app("id");
        assert_eq!(check(&ours, "?code=c&state=guessed", 0), CallbackError::StateMismatch);
        assert_eq!(check(&ours, "?code=c", 0), CallbackError::StateMismatch);
        assert_eq!(check(&ours, "?error=access_denied", 0), CallbackError::StateMismatch);
        assert_eq!(check(&ours, &format!("?code=c&state={state}"), 61), CallbackError::Expired { minutes: 60 });
        let elsewhere = check(&ours, &format!("https://ops.example/other?code=c&state={state}"), 0);
        assert!(matches!(elsewhere, CallbackError::OtherRedirectUri { .. }));
        assert!(matches!(check(&app("other"), &format!("?code=c&state={state}"), 0), CallbackError::OtherApp { .. }));
        let declined = check(&ours, &format!("?error=access_denied&state={state}"), 0);
        assert!(matches!(declined, CallbackError::Declined { .. }));
    }

    #[test]
    fn offline_access_is_requested_by_default() {
        let names = |scopes: &str, offline| {
            let pending = PendingSignIn::begin(&app("id"), &Scopes::parse(scopes), offline, BEGUN).expect("a sign-in");
            pending.scopes().join(" ")
        };
        assert_eq!(names("z offline_access a", true), "a z offline_access");
        assert_eq!(names("a", false), "a");
    }
}
