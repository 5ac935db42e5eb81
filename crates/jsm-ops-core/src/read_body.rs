//! Reading the body of a response up to a size limit.

use bytes::{Bytes, BytesMut};

/// How much memory the declared length of a response may reserve: 1 MiB.
const MAX_PREALLOCATION: usize = 1 << 20;

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadBodyError {
    /// The connection failed before the body was complete, or its encoding is invalid.
    #[error("the connection failed before the response was complete")]
    Incomplete(#[source] reqwest::Error),
    /// The body is larger than the limit.
    #[error("the response has more than {max_bytes} bytes; raise the size limit if that is expected")]
    TooLarge {
        /// The limit in bytes.
        max_bytes: usize,
    },
}

/// Reads the body of a response of at most `max_bytes` bytes.
///
/// Memory grows with what arrives. The length that the server declares reserves at most 1 MiB.
///
/// # Errors
/// A body that is larger than the limit, and a connection that fails before its end.
pub async fn read_body(mut response: reqwest::Response, max_bytes: usize) -> Result<Bytes, ReadBodyError> {
    let Some(first) = chunk(&mut response, 0, max_bytes).await? else { return Ok(Bytes::new()) };
    // Most responses arrive in one piece, which needs no copy.
    let Some(second) = chunk(&mut response, first.len(), max_bytes).await? else { return Ok(first) };
    let rest = response.content_length().and_then(|left| usize::try_from(left).ok()).unwrap_or_default();
    let mut body = BytesMut::with_capacity(first.len() + second.len() + rest.min(MAX_PREALLOCATION).min(max_bytes));
    body.extend_from_slice(&first);
    body.extend_from_slice(&second);
    while let Some(chunk) = chunk(&mut response, body.len(), max_bytes).await? {
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The next piece of a body of which `received` bytes have arrived.
async fn chunk(response: &mut reqwest::Response, received: usize, max_bytes: usize) -> Result<Option<Bytes>, ReadBodyError> {
    let chunk = response.chunk().await.map_err(ReadBodyError::Incomplete)?;
    if chunk.as_ref().is_some_and(|chunk| chunk.len() > max_bytes.saturating_sub(received)) {
        return Err(ReadBodyError::TooLarge { max_bytes });
    }
    Ok(chunk)
}
