//! The source of tokens, codes and tickets.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Creates tokens and codes.
///
/// They look random, so a search for a leaked token has no false match. With a fixed clock they are
/// the same in every run. With a real clock, a token of an earlier run is invalid.
#[derive(Debug)]
pub(crate) struct TokenSource {
    fake: u64,
    salt: u128,
    next: u64,
}

impl TokenSource {
    pub(crate) fn new(salt: u128) -> Self {
        // Two fakes of one process never issue the same token.
        static FAKES: AtomicU64 = AtomicU64::new(0);
        Self { fake: FAKES.fetch_add(1, Ordering::Relaxed), salt, next: 0 }
    }

    /// Creates a new token, `fake-access-…` for the prefix `access`.
    pub(crate) fn create(&mut self, prefix: &str) -> String {
        self.next += 1;
        let digest = Sha256::digest(format!("{}/{}/{}/{prefix}", self.fake, self.salt, self.next));
        format!("fake-{prefix}-{}", URL_SAFE_NO_PAD.encode(digest))
    }
}
