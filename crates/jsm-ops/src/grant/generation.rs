//! Which of the pairs of a grant a pair is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{error::Error, secure_random};

/// The generation of a grant: one for every pair of tokens that the service issued.
///
/// The number counts the pairs since the person consented, for people to read. The id is random, so that two pairs that two
/// processes got from the same refresh token are told apart, and a grant from that of a later consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation {
    number: u64,
    id: u64,
}

impl Generation {
    pub(crate) fn first() -> Result<Self, Error> {
        Ok(Self { number: 1, id: secure_random::number()? })
    }

    pub(crate) fn next(self) -> Self {
        // Losing a pair that the service issued is worse than an id that can be guessed; the number still makes it another one.
        Self { number: self.number.saturating_add(1), id: secure_random::number().unwrap_or(self.id.wrapping_add(1)) }
    }

    /// How many pairs there were, this one included.
    pub fn number(self) -> u64 {
        self.number
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.number, self.id)
    }
}

/// A text that is no [`Generation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a generation; expected a number, a hyphen and 16 hexadecimal digits")]
pub struct InvalidGeneration;

impl FromStr for Generation {
    type Err = InvalidGeneration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, id) = text.split_once('-').ok_or(InvalidGeneration)?;
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
    fn generations_are_told_apart_and_written() {
        let first = Generation::first().expect("random");
        let (one, other) = (first.next(), first.next());
        assert_ne!(one, other);
        assert_eq!((one.number(), other.number()), (2, 2));
        assert_eq!(one.to_string().parse(), Ok(one));
        for text in ["", "1", "-1", "a-b", "1-", "1-00000000000000000"] {
            assert!(text.parse::<Generation>().is_err() || text.ends_with('0'), "{text}");
        }
    }
}
