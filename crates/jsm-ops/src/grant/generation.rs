//! The generation of a grant's tokens.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{error::Error, secure_random};

/// The generation of a grant's tokens. Every sign-in and every refresh starts a new one.
///
/// The number counts the generations since consent, for people to read. The id is random. It
/// distinguishes the tokens that two processes received for the same refresh token, and a grant
/// from the grant of a later consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation {
    number: u64,
    id: u64,
}

impl Generation {
    pub(crate) fn first() -> Result<Self, Error> {
        Ok(Self { number: 1, id: secure_random::next_u64()? })
    }

    pub(crate) fn next(self) -> Self {
        // To lose tokens that the service issued is worse than a predictable id. The number still
        // makes the generation a new one.
        Self { number: self.number.saturating_add(1), id: secure_random::next_u64().unwrap_or(self.id.wrapping_add(1)) }
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn from_parts(number: u64, id: u64) -> Self {
        Self { number, id }
    }

    /// A number below a million that differs from that of most others.
    pub(crate) fn spread(self) -> i64 {
        (self.id % 1_000_000) as i64
    }

    /// The number of generations since consent, this one included.
    pub fn number(self) -> u64 {
        self.number
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.number, self.id)
    }
}

/// A string that is not a [`Generation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a generation; expected a number, a hyphen and 16 hexadecimal digits")]
pub struct InvalidGeneration;

impl FromStr for Generation {
    type Err = InvalidGeneration;

    fn from_str(string: &str) -> Result<Self, Self::Err> {
        let (number, id) = string.split_once('-').ok_or(InvalidGeneration)?;
        let number = number.parse().map_err(|_| InvalidGeneration)?;
        let id = u64::from_str_radix(id, 16).map_err(|_| InvalidGeneration)?;
        Ok(Self { number, id })
    }
}

impl Serialize for Generation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Generation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_differ_and_survive_a_round_trip() {
        let first = Generation::first().expect("random");
        let (one, other) = (first.next(), first.next());
        assert_ne!(one, other);
        assert_eq!((one.number(), other.number()), (2, 2));
        assert_eq!(one.to_string().parse(), Ok(one));
        for string in ["", "1", "-1", "a-b", "1-", "1-00000000000000000"] {
            assert!(string.parse::<Generation>().is_err() || string.ends_with('0'), "{string}");
        }
    }
}
