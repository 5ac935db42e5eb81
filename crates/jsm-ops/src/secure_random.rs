//! Random values from the operating system.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::error::{Error, ErrorKind};

/// 256 random bits as 43 characters that are safe in URLs. They suit a PKCE verifier (RFC 7636,
/// section 4.1) and a state (RFC 6749, section 10.10).
pub(crate) fn token() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// 64 random bits.
pub(crate) fn next_u64() -> Result<u64, Error> {
    Ok(u64::from_le_bytes(bytes::<8>()?))
}

/// A random number from 0 to below 1, for jitter. If the operating system fails, it is 0.5.
pub(crate) fn next_f64() -> f64 {
    // A float holds 53 bits exactly.
    next_u64().map_or(0.5, |bits| (bits >> 11) as f64 / (1_u64 << 53) as f64)
}

fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::from(ErrorKind::Randomness(error)))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_differ_and_keep_their_range() {
        let (one, other) = (token().expect("random"), token().expect("random"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert!((0.0..1.0).contains(&next_f64()));
    }
}
