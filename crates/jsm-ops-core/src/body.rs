//! Request bodies.

use std::fmt;

use bytes::Bytes;
use reqwest::multipart::Part;
use serde::Serialize;

/// The body of a request.
#[derive(Debug, Default)]
#[non_exhaustive]
pub enum Body {
    /// No body, and no `Content-Type`: the edge of the service refuses a `GET` that has one.
    #[default]
    None,
    /// JSON, as it is sent.
    Json(Bytes),
    /// A multipart form with one file.
    Form {
        /// The name of the part.
        name: &'static str,
        /// The file.
        file: Upload,
    },
}

impl Body {
    /// A value as JSON.
    ///
    /// # Errors
    /// A value that has no form in JSON, such as a map whose keys are no texts. Generated types always have one.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|bytes| Self::Json(bytes.into()))
    }

    /// A copy to be sent again. `None` for a stream.
    pub fn try_clone(&self) -> Option<Self> {
        match self {
            Self::None => Some(Self::None),
            Self::Json(bytes) => Some(Self::Json(bytes.clone())),
            Self::Form { name, file } => Some(Self::Form { name, file: file.try_clone()? }),
        }
    }
}

/// A file to be uploaded.
///
/// ```
/// # use jsm_ops_core::Upload;
/// let graph = Upload::bytes("graph.png", vec![0x89, b'P', b'N', b'G']).media_type("image/png");
/// assert_eq!(graph.file_name(), "graph.png");
/// ```
pub struct Upload {
    file_name: String,
    media_type: Option<String>,
    content: Content,
}

enum Content {
    Bytes(Bytes),
    Stream { body: reqwest::Body, length: Option<u64> },
}

impl Upload {
    /// A file that is in memory. It can be sent again if need be.
    pub fn bytes(file_name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self { file_name: file_name.into(), media_type: None, content: Content::Bytes(content.into()) }
    }

    /// A file that is read while it is sent: a stream ([`reqwest::Body::wrap_stream`]) or an open `tokio::fs::File`.
    ///
    /// It can be sent once: a call that fails half-way is not repeated.
    pub fn stream(file_name: impl Into<String>, content: impl Into<reqwest::Body>) -> Self {
        let content = Content::Stream { body: content.into(), length: None };
        Self { file_name: file_name.into(), media_type: None, content }
    }

    /// The length of a stream in bytes. Without it the request is sent in chunks, which some proxies refuse.
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Self {
        if let Content::Stream { length, .. } = &mut self.content {
            *length = Some(bytes);
        }
        self
    }

    /// The media type, as in `image/png`; by default the service has to guess.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// The name that the file will have.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    fn try_clone(&self) -> Option<Self> {
        let Content::Bytes(bytes) = &self.content else { return None };
        let Self { file_name, media_type, .. } = self;
        Some(Self { file_name: file_name.clone(), media_type: media_type.clone(), content: Content::Bytes(bytes.clone()) })
    }

    /// The file as a part of a multipart form.
    pub(crate) fn into_part(self) -> Result<Part, reqwest::Error> {
        let part = match self.content {
            Content::Bytes(bytes) => {
                let length = bytes.len() as u64;
                Part::stream_with_length(bytes, length)
            }
            Content::Stream { body, length: Some(length) } => Part::stream_with_length(body, length),
            Content::Stream { body, length: None } => Part::stream(body),
        };
        let part = part.file_name(self.file_name);
        match self.media_type {
            Some(media_type) => part.mime_str(&media_type),
            None => Ok(part),
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.content {
            Content::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Content::Stream { length: Some(length), .. } => format!("a stream of {length} bytes"),
            Content::Stream { .. } => "a stream".to_owned(),
        };
        let Self { file_name, media_type, .. } = self;
        f.debug_struct("Upload")
            .field("file_name", file_name)
            .field("media_type", media_type)
            .field("content", &kind)
            .finish()
    }
}
