//! Unguessable values.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::error::{Error, Kind};

/// 256 bits of the operating system's randomness as 43 characters that are safe in URLs (RFC 7636, section 4.1, and enough for
/// the state of RFC 6749, section 10.10).
pub(crate) fn token() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// A number of 64 random bits.
pub(crate) fn number() -> Result<u64, Error> {
    Ok(u64::from_le_bytes(bytes::<8>()?))
}

/// A part of one, from 0 to below 1, for jitter. Where there is no randomness there is no jitter.
pub(crate) fn part() -> f64 {
    number().map_or(0.5, unit)
}

/// A number of 64 random bits as a part of one.
pub(crate) fn unit(number: u64) -> f64 {
    // 53 bits are what a float holds exactly.
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::from(Kind::Randomness(error)))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_differ() {
        let (one, other) = (token().expect("random"), token().expect("random"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert!((0.0..1.0).contains(&part()));
    }
}
