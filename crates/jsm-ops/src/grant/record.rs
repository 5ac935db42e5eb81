//! The serialized form of a grant.

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

/// The tokens of a grant and what is known about them. All times are absolute.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GrantRecord {
    pub(super) generation: Generation,
    #[serde(with = "exposed")]
    pub(super) access_token: SecretString,
    pub(super) access_expires_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exposed::optional")]
    pub(super) refresh_token: Option<SecretString>,
    /// `None` if the service did not list them.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "space_separated")]
    pub(super) scopes: Option<Scopes>,
    pub(super) consented_at: DateTime<Utc>,
    pub(super) refreshed_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rejection: Option<Rejection>,
    /// Fields of a newer version. They are written back.
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
    /// The access token as a header, built for the first call.
    #[serde(skip)]
    pub(super) bearer: OnceLock<HeaderValue>,
}

/// The latest response of the service that rejected the refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rejection {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) at: DateTime<Utc>,
    /// How often the service rejected this refresh token. Older versions asked once.
    #[serde(default = "once")]
    pub(crate) count: u32,
}

fn once() -> u32 {
    1
}

/// Scopes as one string with spaces, as the service writes them.
mod space_separated {
    use jsm_ops_core::Scopes;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(scopes: &Option<Scopes>, serializer: S) -> Result<S::Ok, S::Error> {
        match scopes {
            Some(scopes) => serializer.collect_str(scopes),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Scopes>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(|scopes| Scopes::parse(&scopes)))
    }
}
