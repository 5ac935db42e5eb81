//! File names and entry names of keys.

use sha2::{Digest as _, Sha256};

use crate::grant::key::GrantKey;

/// A hash of a key as a name: it is valid in every file system and does not reveal the user.
///
/// It is the same on all platforms, because a directory may be moved from one to another.
pub(super) fn hashed_name(key: &GrantKey) -> String {
    let mut hash = Sha256::new();
    // The length separates the two parts, whatever they contain. As a `usize` it would have another
    // size on a 32-bit platform.
    let length: u64 = key.client_id().len().try_into().unwrap_or(u64::MAX);
    hash.update(length.to_le_bytes());
    hash.update(key.client_id());
    hash.update(key.user());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same hash of bytes that are written out, so that the platform does not matter.
    fn hash_of(parts: [&[u8]; 3]) -> String {
        let hash = Sha256::digest(parts.concat());
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn names_are_pinned() {
        // Another name means that every stored grant is lost.
        for (app, user, name) in [
            ("app", "ada", "5a6c732eff772dae3ecfe50a9f999749"),
            ("", "", "af5570f5a1810b7af78caf4bc70a660f"),
            ("fake-client-id", "grace@example.com", "9895f6dfea3e82f36d53f26dbb21ab3c"),
        ] {
            assert_eq!(hashed_name(&GrantKey::new(app, user)), name, "{app} {user}");
        }
    }

    #[test]
    fn the_length_takes_eight_bytes_on_every_platform() {
        let name = hashed_name(&GrantKey::new("app", "ada"));
        assert_eq!(name, hash_of([&[3, 0, 0, 0, 0, 0, 0, 0], b"app", b"ada"]));
        assert_ne!(name, hash_of([&[3, 0, 0, 0], b"app", b"ada"]), "a 32-bit `usize`");
    }

    #[test]
    fn the_parts_of_a_key_are_separate() {
        assert_ne!(hashed_name(&GrantKey::new("ab", "c")), hashed_name(&GrantKey::new("a", "bc")));
    }
}
