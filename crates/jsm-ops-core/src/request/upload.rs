//! Files to upload.

use std::fmt;

use bytes::Bytes;
use reqwest::multipart::Part;

/// A file to upload.
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
    /// A file in memory. A retry sends it again.
    pub fn bytes(file_name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self { file_name: file_name.into(), media_type: None, content: Content::Bytes(content.into()) }
    }

    /// A file that is read while it is sent: a stream ([`reqwest::Body::wrap_stream`]) or an open
    /// `tokio::fs::File`.
    ///
    /// It can be sent only once, so the call is not retried.
    pub fn stream(file_name: impl Into<String>, content: impl Into<reqwest::Body>) -> Self {
        let content = Content::Stream { body: content.into(), length: None };
        Self { file_name: file_name.into(), media_type: None, content }
    }

    /// Sets the length of a stream in bytes; a file in memory ignores it. Without a length, the
    /// request is sent with `Transfer-Encoding: chunked`, which some proxies reject.
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Self {
        if let Content::Stream { length, .. } = &mut self.content {
            *length = Some(bytes);
        }
        self
    }

    /// Sets the media type, as in `image/png`. Without one, the service guesses it. The call fails
    /// with [`Error::is_invalid_request`](crate::Error::is_invalid_request) if it cannot be parsed.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// The file name that the service stores.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    pub(super) fn try_clone(&self) -> Option<Self> {
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

/// Prints the size of the content, not the content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = match &self.content {
            Content::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Content::Stream { length: Some(length), .. } => format!("a stream of {length} bytes"),
            Content::Stream { .. } => "a stream".to_owned(),
        };
        let Self { file_name, media_type, .. } = self;
        f.debug_struct("Upload")
            .field("file_name", file_name)
            .field("media_type", media_type)
            .field("content", &content)
            .finish()
    }
}
