//! The form in which a grant is kept.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use jsm_ops_core::Scopes;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    grant::generation::Generation,
    secret_string::{SecretString, exposed},
};

/// A pair of tokens and what is known about it. All times are absolute.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GrantRecord {
    pub(super) generation: Generation,
    #[serde(with = "exposed")]
    pub(super) access_token: SecretString,
    pub(super) access_expires_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exposed::optional")]
    pub(super) refresh_token: Option<SecretString>,
    /// Absent where the service did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "scope_text")]
    pub(super) scopes: Option<Scopes>,
    pub(super) consented_at: DateTime<Utc>,
    pub(super) refreshed_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Refusal>,
    /// What a newer version wrote and this one does not know. It is written back.
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
    /// The access token as the header that every call needs, made when the first one does.
    #[serde(skip)]
    pub(super) bearer: OnceLock<HeaderValue>,
}

/// The service's last word on a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) at: DateTime<Utc>,
}

/// Scopes as one text with spaces, as the service writes them.
mod scope_text {
    use jsm_ops_core::Scopes;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(scopes: &Option<Scopes>, serializer: S) -> Result<S::Ok, S::Error> {
        match scopes {
            Some(scopes) => serializer.collect_str(scopes),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Scopes>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(|text| Scopes::parse(&text)))
    }
}
