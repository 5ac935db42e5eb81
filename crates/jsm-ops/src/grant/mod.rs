//! Grants: what a user allowed an app to do, with the tokens for it.

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
        record::{GrantRecord, Rejection},
    },
    secret_string::SecretString,
    token_endpoint::response::Tokens,
};

/// The service rejects a refresh token that was not used for this long. Every refresh restarts it.
const IDLE_LIFETIME: TimeDelta = TimeDelta::days(90);

/// A grant ends after this long, even if it is used every day.
const ABSOLUTE_LIFETIME: TimeDelta = TimeDelta::days(365);

/// The lifetime of an access token if the response has none. If it is too long, a 401 corrects it.
const DEFAULT_ACCESS_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// The longest accepted lifetime of an access token. Longer ones would only overflow.
const MAX_ACCESS_LIFETIME: TimeDelta = TimeDelta::days(365);

/// A grant: what a user allowed an app to do, with the tokens for it.
///
/// A [`TokenStore`](crate::TokenStore) keeps grants. Your own store uses [`Grant::to_json`] and
/// [`Grant::from_json`]; the JSON contains both tokens. Clones are cheap.
#[derive(Clone)]
pub struct Grant(Arc<GrantRecord>);

impl Grant {
    /// A new grant from the response to a code. `requested_at` is the time of the request.
    pub(crate) fn issue(tokens: Tokens, requested_at: DateTime<Utc>) -> Result<Self, Error> {
        Ok(Self::from_tokens(Generation::first()?, tokens, requested_at))
    }

    /// A new grant with this generation.
    pub(crate) fn from_tokens(generation: Generation, tokens: Tokens, requested_at: DateTime<Utc>) -> Self {
        Self(Arc::new(GrantRecord {
            generation,
            access_expires_at: expiry(&tokens, requested_at),
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            scopes: tokens.scopes,
            consented_at: requested_at,
            refreshed_at: requested_at,
            rejection: None,
            unknown: Map::new(),
            bearer: OnceLock::new(),
        }))
    }

    /// The grant after a refresh. A response without a refresh token leaves the old one valid. A
    /// response without scopes means that they are the same (RFC 6749, section 5.1).
    pub(crate) fn refreshed(&self, tokens: Tokens, requested_at: DateTime<Utc>) -> Self {
        self.refreshed_as(self.0.generation.next(), tokens, requested_at)
    }

    /// The grant after a refresh, with this generation.
    pub(crate) fn refreshed_as(&self, generation: Generation, tokens: Tokens, requested_at: DateTime<Utc>) -> Self {
        let old = &self.0;
        Self(Arc::new(GrantRecord {
            generation,
            access_expires_at: expiry(&tokens, requested_at),
            access_token: tokens.access,
            refresh_token: tokens.refresh.or_else(|| old.refresh_token.clone()),
            scopes: tokens.scopes.or_else(|| old.scopes.clone()),
            consented_at: old.consented_at,
            refreshed_at: requested_at,
            rejection: None,
            unknown: old.unknown.clone(),
            bearer: OnceLock::new(),
        }))
    }

    /// The grant after the service rejected its refresh token. The generation stays: the service
    /// issued no tokens.
    pub(crate) fn rejected(&self, rejection: Rejection) -> Self {
        Self(Arc::new(GrantRecord { rejection: Some(rejection), ..GrantRecord::clone(&self.0) }))
    }

    /// The same grant with another time of consent.
    pub(crate) fn with_consented_at(&self, consented_at: DateTime<Utc>) -> Self {
        Self(Arc::new(GrantRecord { consented_at, ..GrantRecord::clone(&self.0) }))
    }

    /// The generation of the tokens.
    pub fn generation(&self) -> Generation {
        self.0.generation
    }

    /// The granted scopes, if the service listed them.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.0.scopes.as_ref()
    }

    /// When the access token expires.
    pub fn access_expires_at(&self) -> DateTime<Utc> {
        self.0.access_expires_at
    }

    /// When the user consented.
    pub fn consented_at(&self) -> DateTime<Utc> {
        self.0.consented_at
    }

    /// When the tokens were issued.
    pub fn refreshed_at(&self) -> DateTime<Utc> {
        self.0.refreshed_at
    }

    /// Whether the grant has a refresh token.
    pub fn is_refreshable(&self) -> bool {
        self.0.refresh_token.is_some()
    }

    /// When the grant ends without another refresh: 90 days after the last one.
    pub fn idle_expires_at(&self) -> DateTime<Utc> {
        self.0.refreshed_at.checked_add_signed(IDLE_LIFETIME).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// When the grant ends even if it is used every day: 365 days after consent.
    pub fn absolute_expires_at(&self) -> DateTime<Utc> {
        self.0.consented_at.checked_add_signed(ABSOLUTE_LIFETIME).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// When the user has to consent again at the latest.
    ///
    /// This is the earlier of [`idle_expires_at`](Self::idle_expires_at) and
    /// [`absolute_expires_at`](Self::absolute_expires_at), or the expiry of the access token if the
    /// grant has no refresh token.
    pub fn consent_needed_at(&self) -> DateTime<Utc> {
        if self.is_refreshable() { self.idle_expires_at().min(self.absolute_expires_at()) } else { self.access_expires_at() }
    }

    /// Whether the service rejected the refresh token. After a while it is sent again, because the
    /// rejection may be an error of the service.
    pub fn is_rejected(&self) -> bool {
        self.0.rejection.is_some()
    }

    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        self.0.rejection.as_ref()
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

    /// The lifetime of the access token, from its issue to its expiry.
    pub(crate) fn access_lifetime(&self) -> TimeDelta {
        self.0.access_expires_at - self.0.refreshed_at
    }

    /// Serializes the grant as a JSON object that contains the tokens.
    pub fn to_json(&self) -> SecretString {
        // Maps with string keys, strings and times always serialize.
        SecretString::new(serde_json::to_string(&*self.0).unwrap_or_default())
    }

    /// Parses the JSON of [`Grant::to_json`], of this version or another. Unknown fields are kept.
    ///
    /// # Errors
    /// The JSON is not a grant. The error has a position and never repeats the data.
    pub fn from_json(json: &str) -> Result<Self, InvalidGrant> {
        serde_json::from_str::<GrantRecord>(json).map(Self::from).map_err(|error| InvalidGrant::from_json_error(&error))
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
        // Unknown fields may be secret.
        f.debug_struct("Grant")
            .field("generation", &format_args!("{}", self.0.generation))
            .field("access_token", &self.0.access_token)
            .field("access_expires_at", &self.0.access_expires_at)
            .field("refresh_token", &self.0.refresh_token)
            .field("scopes", &self.0.scopes)
            .field("consented_at", &self.0.consented_at)
            .field("refreshed_at", &self.0.refreshed_at)
            .field("rejection", &self.0.rejection)
            .finish_non_exhaustive()
    }
}

/// The expiry counts from the request, not from the response: too early is safe, too late is not.
fn expiry(tokens: &Tokens, requested_at: DateTime<Utc>) -> DateTime<Utc> {
    let lifetime = tokens.lifetime.map_or(DEFAULT_ACCESS_LIFETIME, |lifetime| {
        TimeDelta::from_std(lifetime).unwrap_or(MAX_ACCESS_LIFETIME).min(MAX_ACCESS_LIFETIME)
    });
    requested_at.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC)
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
    fn a_refresh_keeps_what_the_response_omits() {
        let grant = Grant::issue(tokens("a1", Some("r1")), at(0)).expect("a grant");
        let next = grant.refreshed(Tokens { scopes: None, ..tokens("a2", None) }, at(1));
        assert_eq!(next.refresh_token().map(SecretString::expose), Some("r1"));
        assert_eq!(next.scopes(), grant.scopes());
        assert_eq!(next.consented_at(), at(0));
        assert_eq!(next.generation().number(), 2);
    }

    #[test]
    fn expiry_times_are_known_in_advance() {
        let grant = Grant::issue(tokens("a1", Some("r1")), at(0)).expect("a grant");
        assert_eq!(grant.consent_needed_at(), at(90));
        let late = grant.refreshed(tokens("a2", Some("r2")), at(300));
        assert_eq!((late.idle_expires_at(), late.consent_needed_at()), (at(390), at(365)));
        let short = Grant::issue(tokens("a", None), at(0)).expect("a grant");
        assert_eq!(short.consent_needed_at(), at(0) + TimeDelta::hours(1));
        let longest = Tokens { lifetime: Some(Duration::MAX), ..tokens("a", None) };
        assert_eq!(Grant::issue(longest, at(0)).expect("a grant").access_expires_at(), at(365));
    }

    #[test]
    fn unknown_fields_are_kept_and_not_printed() {
        let grant = Grant::issue(tokens("acc3ss", Some("r3fresh")), at(0)).expect("a grant");
        let json = grant.to_json().expose().replacen('{', r#"{"newer":{"s3cret":[1]},"#, 1);
        let again = Grant::from_json(&json).expect("a grant");
        let next = again.refreshed(tokens("a2", Some("r2")), at(1));
        assert!(next.to_json().expose().contains(r#""newer":{"s3cret":[1]}"#));
        let printed = format!("{again:?} {again:#?}");
        assert!(["acc3ss", "r3fresh", "s3cret"].iter().all(|secret| !printed.contains(secret)), "{printed}");
    }

    #[test]
    fn damaged_json_does_not_panic() {
        let grant = Grant::issue(tokens("access", Some("refresh")), at(0)).expect("a grant");
        let json = grant.to_json().expose().to_owned();
        for place in 0..json.len() {
            // Cut off, one byte missing, one byte changed.
            let _ = Grant::from_json(&json[..place]);
            let _ = Grant::from_json(&format!("{}{}", &json[..place], &json[place + 1..]));
            for other in ["9", "\"", "{", "-", "\u{0}"] {
                let _ = Grant::from_json(&format!("{}{other}{}", &json[..place], &json[place + 1..]));
            }
        }
    }

    #[test]
    fn errors_do_not_repeat_the_data() {
        for json in ["", "{", "[]", r#"{"generation":"s3cret"}"#, r#"{"generation":{"s3cret":1}}"#] {
            let error = Grant::from_json(json).expect_err(json);
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
}
