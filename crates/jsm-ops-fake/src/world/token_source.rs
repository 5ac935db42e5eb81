//! Where tokens, codes and tickets come from.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Makes tokens and codes. They look random, so that a search for one finds only that one. With the clock of a test they are the same
/// in every run, so that a failure can be looked at again; with the real one, a token that somebody kept from an earlier run is a
/// stranger.
#[derive(Debug)]
pub(crate) struct Mint {
    fake: u64,
    salt: u128,
    next: u64,
}

impl Mint {
    pub(crate) fn new(salt: u128) -> Self {
        // Tokens of one fake are strangers to every other fake of the process.
        static FAKES: AtomicU64 = AtomicU64::new(0);
        Self { fake: FAKES.fetch_add(1, Ordering::Relaxed), salt, next: 0 }
    }

    pub(crate) fn next(&mut self, kind: &str) -> String {
        self.next += 1;
        let digest = Sha256::digest(format!("{}/{}/{}/{kind}", self.fake, self.salt, self.next));
        format!("fake-{kind}-{}", URL_SAFE_NO_PAD.encode(digest))
    }
}
