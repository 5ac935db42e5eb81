//! Grants in a keyring.

use jsm_ops::{FileStore, Grant, SystemClock, TokenStore};
use jsm_ops_fake::Fake;

use super::{check_store, key};
use crate::support::{issued, refresh_token};

#[tokio::test]
async fn the_keyring_store_meets_the_requirements() {
    use std::sync::Arc;

    use jsm_ops::KeyringStore;
    use keyring_core::{CredentialStore, Entry, mock};

    let keyring: Arc<CredentialStore> = mock::Store::new().expect("a keyring");
    let directory = tempfile::tempdir().expect("a directory");
    let store = KeyringStore::in_keyring(Arc::clone(&keyring), "jsm-ops", directory.path());
    check_store(&store).await;

    // Tokens that are longer than an entry, and shorter again.
    let fake = Fake::start().await.expect("a fake");
    let first = issued(&fake, &SystemClock);
    let key = key("grace");
    store.save(&key, &first, Some(first.generation())).await.expect("saved");
    for (number, length) in [(2, 9000), (3, 3000), (4, 10)] {
        let there = store.load(&key).await.expect("a store").expect("a grant");
        let token = "t".repeat(length);
        let json = first.to_json().expose().replace(&refresh_token(&first), &token);
        let json = json.replace(&first.generation().to_string(), &format!("{number}-00000000000000aa"));
        let grant = Grant::from_json(&json).expect("a grant");
        store.save(&key, &grant, Some(there.generation())).await.expect("saved");
        let loaded = store.load(&key).await.expect("a store").expect("a grant");
        assert_eq!(refresh_token(&loaded), token);
    }
    let names = ["", ".a.0", ".a.1", ".b.0", ".b.1"];
    let user =
        |part: &str| format!("{}{part}", FileStore::directory("").path(&key).file_stem().expect("a name").to_string_lossy());
    let entry = |part: &str| Entry::new_in_store(&keyring, "jsm-ops", &user(part)).expect("an entry");
    assert_eq!(names.map(|part| entry(part).get_secret().is_ok()), [true, true, false, false, false]);

    // Leftovers of a killed save in the other set of parts are ignored.
    entry(".b.0").set_secret(b"half of a gr").expect("written");
    assert!(store.load(&key).await.is_ok());

    entry(".a.0").set_secret(b"half of a gr").expect("written");
    let error = store.load(&key).await.expect_err("damaged");
    assert!(error.is_damaged(), "{error}");
    entry(".a.0").delete_credential().expect("removed");
    assert!(store.save(&key, &first, None).await.expect_err("damaged").is_damaged());
    store.delete(&key).await.expect("deleted");
    assert!(store.load(&key).await.expect("a store").is_none());
}
