//! Lists and maps that may be `null`.

use serde::{Deserialize, Deserializer};

/// Decodes a list or map. `null` is an empty one.
///
/// # Errors
/// A value that is neither `null` nor of the type.
pub fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
