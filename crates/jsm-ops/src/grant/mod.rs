//! What a person granted to an app, as it is kept.

pub(crate) mod generation;
pub(crate) mod invalid;
pub(crate) mod key;
pub(crate) mod record;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use jsm_ops_core::Scopes;
use reqwest::header::{HeaderValue, InvalidHeaderValue};
use serde_json::Map;

use crate::{
    error::Error,
    grant::{
        generation::Generation,
        invalid::InvalidGrant,
        record::{GrantRecord, Refusal},
    },
    secret_string::SecretString,
    token_endpoint::response::Tokens,
};

/// A refresh token that nobody uses for so long is over. Every refresh begins this time anew.
const IDLE: TimeDelta = TimeDelta::days(90);

/// A refresh token and all that follow from it are over after so long, whatever happens.
const ABSOLUTE: TimeDelta = TimeDelta::days(365);

/// The lifetime of access tokens at this writing, for an answer that does not tell. If it is too long, a 401 corrects it.
const USUAL_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// A longer lifetime is no truth about a token; it would only overflow.
const MAX_LIFETIME: TimeDelta = TimeDelta::days(365);

/// A grant: what a person allowed an app to do, as the tokens that prove it.
///
/// It is what a [`TokenStore`](crate::TokenStore) keeps. [`Grant::to_json`] and [`Grant::from_json`] are there for stores of
/// your own; the text holds both tokens. Clones are cheap.
#[derive(Clone)]
pub struct Grant(Arc<GrantRecord>);

impl Grant {
    /// A new grant, from the answer to a code.
    pub(crate) fn issue(tokens: Tokens, asked_at: DateTime<Utc>) -> Result<Self, Error> {
        Ok(Self(Arc::new(GrantRecord {
            generation: Generation::first()?,
            access_expires_at: expiry(&tokens, asked_at),
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            scopes: tokens.scopes,
            consented_at: asked_at,
            refreshed_at: asked_at,
            refused: None,
            unknown: Map::new(),
            bearer: OnceLock::new(),
        })))
    }

    /// The grant after a refresh. An answer without a new refresh token leaves the old one valid; one without scopes says that
    /// they are the same (RFC 6749, section 5.1).
    pub(crate) fn refreshed(&self, tokens: Tokens, asked_at: DateTime<Utc>) -> Self {
        let old = &self.0;
        Self(Arc::new(GrantRecord {
            generation: old.generation.next(),
            access_expires_at: expiry(&tokens, asked_at),
            access_token: tokens.access,
            refresh_token: tokens.refresh.or_else(|| old.refresh_token.clone()),
            scopes: tokens.scopes.or_else(|| old.scopes.clone()),
            consented_at: old.consented_at,
            refreshed_at: asked_at,
            refused: None,
            unknown: old.unknown.clone(),
            bearer: OnceLock::new(),
        }))
    }

    /// The grant after the service refused its refresh token. It is the same generation: nothing was issued.
    pub(crate) fn refused(&self, refusal: Refusal) -> Self {
        Self(Arc::new(GrantRecord { refused: Some(refusal), ..GrantRecord::clone(&self.0) }))
    }

    /// Which pair this is.
    pub fn generation(&self) -> Generation {
        self.0.generation
    }

    /// The scopes that the service granted, where it told.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.0.scopes.as_ref()
    }

    /// When the access token ends, if it is not refreshed before.
    pub fn access_expires_at(&self) -> DateTime<Utc> {
        self.0.access_expires_at
    }

    /// When the person consented.
    pub fn consented_at(&self) -> DateTime<Utc> {
        self.0.consented_at
    }

    /// When the pair was issued.
    pub fn refreshed_at(&self) -> DateTime<Utc> {
        self.0.refreshed_at
    }

    /// Whether there is a refresh token.
    pub fn is_refreshable(&self) -> bool {
        self.0.refresh_token.is_some()
    }

    /// When the grant ends if nothing refreshes it: 90 days after the last refresh at this writing.
    pub fn idle_expires_at(&self) -> DateTime<Utc> {
        self.0.refreshed_at.checked_add_signed(IDLE).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// When the grant ends even if it is used every day: 365 days after consent at this writing.
    pub fn absolute_expires_at(&self) -> DateTime<Utc> {
        self.0.consented_at.checked_add_signed(ABSOLUTE).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// When a person will have to consent again at the latest: the earlier of the two ends, or that of the access token where
    /// nothing can refresh it.
    pub fn consent_needed_at(&self) -> DateTime<Utc> {
        if self.is_refreshable() { self.idle_expires_at().min(self.absolute_expires_at()) } else { self.access_expires_at() }
    }

    /// Whether the service has refused the refresh token for good.
    pub fn is_refused(&self) -> bool {
        self.0.refused.is_some()
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.0.refused.as_ref()
    }

    pub(crate) fn access_token(&self) -> &SecretString {
        &self.0.access_token
    }

    /// The access token as a header.
    pub(crate) fn bearer(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        if let Some(bearer) = self.0.bearer.get() {
            return Ok(bearer.clone());
        }
        let bearer = self.0.access_token.header("Bearer")?;
        Ok(self.0.bearer.get_or_init(|| bearer).clone())
    }

    pub(crate) fn refresh_token(&self) -> Option<&SecretString> {
        self.0.refresh_token.as_ref()
    }

    /// How long the access token lives in all.
    pub(crate) fn lifetime(&self) -> TimeDelta {
        self.0.access_expires_at - self.0.refreshed_at
    }

    /// The grant as a JSON object, tokens and all. Keep it where nobody else reads.
    pub fn to_json(&self) -> SecretString {
        // Maps with text keys, texts and times have no way to fail.
        SecretString::new(serde_json::to_string(&*self.0).unwrap_or_default())
    }

    /// Reads what [`Grant::to_json`] wrote, in this version or another. Fields that are not known are kept.
    ///
    /// # Errors
    /// Anything that is no grant. The error names a place and not what stands there.
    pub fn from_json(json: &str) -> Result<Self, InvalidGrant> {
        serde_json::from_str::<GrantRecord>(json).map(Self::from).map_err(|error| InvalidGrant::at(&error))
    }

    pub(crate) fn record(&self) -> &GrantRecord {
        &self.0
    }
}

impl From<GrantRecord> for Grant {
    fn from(record: GrantRecord) -> Self {
        Self(Arc::new(record))
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is unknown may be secret.
        f.debug_struct("Grant")
            .field("generation", &format_args!("{}", self.0.generation))
            .field("access_token", &self.0.access_token)
            .field("access_expires_at", &self.0.access_expires_at)
            .field("refresh_token", &self.0.refresh_token)
            .field("scopes", &self.0.scopes)
            .field("consented_at", &self.0.consented_at)
            .field("refreshed_at", &self.0.refreshed_at)
            .field("refused", &self.0.refused)
            .finish_non_exhaustive()
    }
}

fn expiry(tokens: &Tokens, asked_at: DateTime<Utc>) -> DateTime<Utc> {
    // From when it was asked for, not from when the answer came: too early is safe, too late is not.
    let lifetime = tokens
        .lifetime
        .map_or(USUAL_LIFETIME, |lifetime| TimeDelta::from_std(lifetime).unwrap_or(MAX_LIFETIME).min(MAX_LIFETIME));
    asked_at.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;

    pub(crate) fn tokens(access: &str, refresh: Option<&str>) -> Tokens {
        Tokens {
            access: SecretString::new(access),
            refresh: refresh.map(SecretString::new),
            lifetime: Some(Duration::from_secs(3600)),
            scopes: Some(Scopes::parse("read:me")),
        }
    }

    fn at(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(days)
    }

    #[test]
    fn a_refresh_keeps_what_the_answer_leaves_out() {
        let grant = Grant::issue(tokens("a1", Some("r1")), at(0)).expect("a grant");
        let next = grant.refreshed(Tokens { scopes: None, ..tokens("a2", None) }, at(1));
        assert_eq!(next.refresh_token().map(SecretString::expose), Some("r1"));
        assert_eq!(next.scopes(), grant.scopes());
        assert_eq!(next.consented_at(), at(0));
        assert_eq!(next.generation().number(), 2);
    }

    #[test]
    fn ends_are_told() {
        let grant = Grant::issue(tokens("a1", Some("r1")), at(0)).expect("a grant");
        assert_eq!(grant.consent_needed_at(), at(90));
        let late = grant.refreshed(tokens("a2", Some("r2")), at(300));
        assert_eq!((late.idle_expires_at(), late.consent_needed_at()), (at(390), at(365)));
        let short = Grant::issue(tokens("a", None), at(0)).expect("a grant");
        assert_eq!(short.consent_needed_at(), at(0) + TimeDelta::hours(1));
        let mad = Tokens { lifetime: Some(Duration::MAX), ..tokens("a", None) };
        assert_eq!(Grant::issue(mad, at(0)).expect("a grant").access_expires_at(), at(365));
    }

    #[test]
    fn unknown_fields_survive_and_nothing_is_printed() {
        let grant = Grant::issue(tokens("acc3ss", Some("r3fresh")), at(0)).expect("a grant");
        let json = grant.to_json().expose().replacen('{', r#"{"newer":{"s3cret":[1]},"#, 1);
        let again = Grant::from_json(&json).expect("a grant");
        let next = again.refreshed(tokens("a2", Some("r2")), at(1));
        assert!(next.to_json().expose().contains(r#""newer":{"s3cret":[1]}"#));
        let printed = format!("{again:?} {again:#?}");
        assert!(["acc3ss", "r3fresh", "s3cret"].iter().all(|secret| !printed.contains(secret)), "{printed}");
    }

    #[test]
    fn no_text_is_too_odd() {
        let grant = Grant::issue(tokens("access", Some("refresh")), at(0)).expect("a grant");
        let json = grant.to_json().expose().to_owned();
        for place in 0..json.len() {
            // Cut off, one byte lost, one byte changed.
            let _ = Grant::from_json(&json[..place]);
            let _ = Grant::from_json(&format!("{}{}", &json[..place], &json[place + 1..]));
            for other in ["9", "\"", "{", "-", "\u{0}"] {
                let _ = Grant::from_json(&format!("{}{other}{}", &json[..place], &json[place + 1..]));
            }
        }
    }

    #[test]
    fn errors_do_not_repeat_what_they_read() {
        for json in ["", "{", "[]", r#"{"generation":"s3cret"}"#, r#"{"generation":{"s3cret":1}}"#] {
            let error = Grant::from_json(json).expect_err(json);
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
}
