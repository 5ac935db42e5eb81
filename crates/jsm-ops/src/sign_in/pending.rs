//! A login between its two halves: begun, and waiting for the browser to come back.

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
        authorization_url::{self, OFFLINE_ACCESS, Request},
        callback::{Callback, CallbackError},
        pkce::Verifier,
    },
};

/// How long a person may take. Codes themselves live for minutes.
const MAX_AGE_MINUTES: u64 = 60;

/// A login that was begun.
///
/// It is a value to be kept until the callback comes: in a variable for a local tool, in the session of that one browser for a
/// web server. It can be serialised for that, and is a secret then: who reads it can finish the login. Use it once; a second
/// callback finds a code that is spent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingLogin {
    client_id: String,
    redirect_uri: String,
    #[serde(with = "exposed")]
    state: SecretString,
    verifier: Verifier,
    /// As they stand in the request.
    scopes: Vec<String>,
    begun_at: DateTime<Utc>,
}

/// The code of a callback that was checked, with what its exchange needs.
pub(crate) struct CheckedCode {
    pub(crate) code: SecretString,
    pub(crate) verifier: Verifier,
}

impl PendingLogin {
    pub(crate) fn begin(app: &App, scopes: &Scopes, offline: bool, now: DateTime<Utc>) -> Result<Self, Error> {
        // Whoever asks for it as a scope means it, too; it stands last in any case, as in the service's documentation.
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

    /// Where the browser has to go.
    pub(crate) fn url(&self, endpoints: &Endpoints, app: &App) -> Url {
        let challenge = self.verifier.challenge();
        let request = Request { scopes: &self.scopes, state: self.state.expose(), challenge: &challenge };
        authorization_url::url(endpoints, app, &request)
    }

    /// The scopes that were asked for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// When the login was begun.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// Whether a callback belongs to this login, whatever else it says.
    pub(crate) fn is_answered_by(&self, callback: &str) -> bool {
        Callback::parse(callback).is_ok_and(|callback| callback.has_state(&self.state))
    }

    /// Believes a callback or says why not.
    ///
    /// The state comes before the outcome, so that nobody but Atlassian can end a login with an error.
    pub(crate) fn check(self, app: &App, callback: &str, now: DateTime<Utc>) -> Result<CheckedCode, CallbackError> {
        if self.client_id != app.client_id() || self.redirect_uri != app.redirect_uri() {
            return Err(CallbackError::OtherApp { client_id: self.client_id, redirect_uri: self.redirect_uri });
        }
        let callback = Callback::parse(callback)?;
        if !callback.came_to(app.redirect_url()) {
            return Err(CallbackError::OtherRedirectUri { expected: self.redirect_uri });
        }
        if !callback.has_state(&self.state) {
            return Err(CallbackError::StateMismatch);
        }
        // A clock that was set back makes a login younger, not older.
        if now - self.begun_at > TimeDelta::minutes(MAX_AGE_MINUTES as i64) {
            return Err(CallbackError::Expired { minutes: MAX_AGE_MINUTES });
        }
        Ok(CheckedCode { code: callback.outcome()?, verifier: self.verifier })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn app(id: &str) -> App {
        App::new(id, "app-secret", "https://ops.example/callback").expect("an app")
    }

    fn pending() -> PendingLogin {
        PendingLogin::begin(&app("id"), &Scopes::parse("a b"), true, BEGUN).expect("a login")
    }

    #[test]
    fn it_survives_a_round_trip_and_prints_nothing() {
        let pending = pending();
        let json = serde_json::to_string(&pending).expect("JSON");
        let again: PendingLogin = serde_json::from_str(&json).expect("a login");
        assert!(again.state.matches(pending.state.expose()));
        assert_eq!(again.verifier.challenge(), pending.verifier.challenge());
        let printed = format!("{pending:?} {pending:#?}");
        assert!(
            !printed.contains(pending.state.expose()) && !printed.contains(pending.verifier.secret().expose()),
            "{printed}"
        );
    }

    #[test]
    fn the_right_callback_gives_the_code() {
        let pending = pending();
        let callback = format!("/callback?code=c0de&state={}", pending.state.expose());
        assert!(pending.is_answered_by(&callback));
        let checked = pending.check(&app("id"), &callback, BEGUN + TimeDelta::minutes(60)).expect("a code");
        assert_eq!(checked.code.expose(), "c0de");
    }

    #[test]
    fn another_callback_gives_none() {
        let pending = pending();
        let state = pending.state.expose().to_owned();
        let check = |app: &App, callback: &str, minutes| {
            pending.clone().check(app, callback, BEGUN + TimeDelta::minutes(minutes)).err().expect("refused")
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
    fn offline_access_is_asked_for_unless_refused() {
        let names = |scopes: &str, offline| {
            let pending = PendingLogin::begin(&app("id"), &Scopes::parse(scopes), offline, BEGUN).expect("a login");
            pending.scopes().join(" ")
        };
        assert_eq!(names("z offline_access a", true), "a z offline_access");
        assert_eq!(names("a", false), "a");
    }
}
