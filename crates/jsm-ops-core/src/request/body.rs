//! Request bodies.

use bytes::Bytes;
use serde::Serialize;

use super::{form::FormParts, upload::Upload};

/// The body of a request.
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum Body {
    /// No body and no `Content-Type`: the edge of the service rejects a `GET` that has one.
    #[default]
    None,
    /// Serialised JSON.
    Json(Bytes),
    /// A multipart form with one file (RFC 7578).
    Form {
        /// The name of the form field.
        name: &'static str,
        /// The file to upload: name, media type and content.
        file: Upload,
    },
    /// A multipart form with several parts (RFC 7578).
    Parts(FormParts),
    /// Bytes of another media type, as in `application/merge-patch+json`.
    Bytes {
        /// The value of the header `Content-Type`.
        media_type: &'static str,
        /// The bytes as they are sent.
        bytes: Bytes,
    },
}

impl Body {
    /// Serialises a value as JSON.
    ///
    /// ```
    /// # use jsm_ops_core::Body;
    /// let body = Body::json(&[1, 2])?;
    /// assert!(matches!(body, Body::Json(bytes) if bytes == "[1,2]"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value without a JSON form, such as a map whose keys are not strings. Generated types
    /// always have one.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|bytes| Self::Json(bytes.into()))
    }

    /// A copy for the next attempt. `None` if the body is a stream, which can be sent only once.
    pub fn try_clone(&self) -> Option<Self> {
        match self {
            Self::None => Some(Self::None),
            Self::Json(bytes) => Some(Self::Json(bytes.clone())),
            Self::Form { name, file } => Some(Self::Form { name, file: file.try_clone()? }),
            Self::Parts(parts) => parts.try_clone().map(Self::Parts),
            Self::Bytes { media_type, bytes } => Some(Self::Bytes { media_type, bytes: bytes.clone() }),
        }
    }
}
