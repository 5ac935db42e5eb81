//! Damaged grants and files of a store: readable, or rejected and never overwritten.

use std::{fs, path::PathBuf};

use fastrand::Rng;
use jsm_ops::{App, Endpoints, FileStore, Grant, GrantKey, OAuth, PendingSignIn, Scopes, TokenStore as _};
use serde_json::json;

use super::case::{Case, Cases};
use crate::{Result, garbage::Garbage as _};

/// One in so many cases is a file; the others are strings.
const FILES: usize = 12;

const SECRET: &str = "s3cret";

struct StoredGrant {
    runtime: tokio::runtime::Runtime,
    /// Removed when this is dropped.
    _directory: tempfile::TempDir,
    path: PathBuf,
    store: FileStore,
    oauth: OAuth,
    key: GrantKey,
    grant: Grant,
    /// The file as the store wrote it.
    whole: Vec<u8>,
    json: String,
    pending: String,
}

impl StoredGrant {
    fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("grants.json");
        let store = FileStore::file(&path);
        // No endpoint is called: the access token is valid for years.
        let endpoints = Endpoints::at("http://127.0.0.1:1", "http://127.0.0.1:1")?;
        let oauth = OAuth::builder(App::new("fuzz", "secret", "https://ops.example/callback")?, store.clone());
        let oauth = oauth.endpoints(endpoints).build()?;
        let json = json!({
            "generation": "3-00000000000000aa",
            "access_token": format!("{SECRET}-access"),
            "access_expires_at": "2099-01-01T00:00:00Z",
            "refresh_token": format!("{SECRET}-refresh"),
            "scopes": "read:me offline_access",
            "consented_at": "2027-01-01T00:00:00Z",
            "refreshed_at": "2027-01-01T00:00:00Z",
            "refused": { "code": "invalid_grant", "description": "d", "at": "2027-01-01T00:00:00Z" },
            "newer": { "a": [1, null] },
        });
        let json = json.to_string();
        let (grant, key) = (Grant::from_json(&json)?, oauth.key("ada"));
        runtime.block_on(store.save(&key, &grant, None))?;
        let whole = fs::read(&path)?;
        let pending = serde_json::to_string(&oauth.begin_sign_in(&Scopes::parse("read:me"))?.pending)?;
        Ok(Self { runtime, _directory: directory, path, store, oauth, key, grant, whole, json, pending })
    }

    /// A grant as JSON: encoding and decoding a readable one leads to the same JSON.
    fn text(&self, rng: &mut Rng) -> Case {
        let text = rng.damage(&self.json);
        match Grant::from_json(&text) {
            Ok(grant) => {
                let _ = (grant.consent_needed_at(), grant.idle_expires_at(), grant.scopes(), format!("{grant:?}"));
                let written = grant.to_json();
                let again =
                    Grant::from_json(written.expose()).map_err(|error| format!("{text}: not read again: {error}"))?;
                let is_same = again.to_json().expose() == written.expose();
                if is_same { Ok(true) } else { Err(format!("{text}: different when it is read again")) }
            }
            Err(error) if format!("{error} {error:?}").contains(SECRET) => {
                Err(format!("an error contains a token: {error}"))
            }
            Err(_) => Ok(false),
        }
    }

    fn pending(&self, rng: &mut Rng) -> Case {
        let pending = serde_json::from_str::<PendingSignIn>(&rng.damage(&self.pending));
        Ok(pending.is_ok_and(|pending| !format!("{pending:?}").is_empty()))
    }

    /// A file: readable, or rejected by every function and left unchanged.
    fn file(&self, rng: &mut Rng) -> Case {
        let bytes = match rng.below(6) {
            0 => rng.text(80).into_bytes(),
            1 => vec![0; rng.below(600)],
            2 => self.whole.get(..rng.below(self.whole.len())).unwrap_or_default().to_vec(),
            _ => rng.damage_bytes(&self.whole),
        };
        fs::write(&self.path, &bytes).map_err(|error| error.to_string())?;
        let outcome = self.runtime.block_on(self.meet());
        let after = fs::read(&self.path).map_err(|error| format!("the file is gone: {error}"))?;
        match outcome {
            Ok(true) => Ok(true),
            Ok(false) if after == bytes => Ok(false),
            Ok(false) => Err(format!("a damaged file was overwritten: {:?}", String::from_utf8_lossy(&bytes))),
            Err(wrong) => Err(format!("{wrong}: {:?}", String::from_utf8_lossy(&bytes))),
        }
    }

    /// Whether the file is readable. If not, all other functions must fail too.
    async fn meet(&self) -> Case {
        let error = match self.store.load(&self.key).await {
            Ok(_) => return Ok(true),
            Err(error) if error.is_damaged() => error,
            Err(error) => return Err(format!("neither readable nor damaged: {error}")),
        };
        if format!("{error} {error:?}").contains(SECRET) {
            return Err(format!("an error contains a token: {error}"));
        }
        for expected in [None, Some(self.grant.generation())] {
            if self.store.save(&self.key, &self.grant, expected).await.is_ok() {
                return Err("a grant was saved into a damaged file".to_owned());
            }
        }
        if self.store.delete(&self.key).await.is_ok() {
            return Err("a grant was deleted from a damaged file".to_owned());
        }
        match self.oauth.session("ada").access_token().await {
            Err(error) if error.is_store_failed() && !error.is_consent_needed() => Ok(false),
            Err(error) => Err(format!("not an error of the store: {error}")),
            Ok(_) => Err("a token came out of a damaged file".to_owned()),
        }
    }
}

pub(super) fn cases() -> Result<Cases> {
    let stored = StoredGrant::new()?;
    Ok(Box::new(move |rng| {
        if rng.one_in(FILES) {
            return stored.file(rng);
        }
        if rng.one_in(6) { stored.pending(rng) } else { stored.text(rng) }
    }))
}
