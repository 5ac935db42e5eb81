//! The stores of this crate pass the checks that users run on theirs.

use std::{fs, path::Path, time::Duration};

use jsm_ops::{
    FileStore, MemoryStore,
    store::conformance::{self, Check, Suite},
};

/// Everything but the damage of data, which needs a setting.
fn all_but_damage() -> Vec<Check> {
    Check::ALL.iter().copied().filter(|check| *check != Check::DamagedData).collect()
}

#[tokio::test]
async fn the_memory_store_conforms() {
    let store = MemoryStore::new();
    let report = conformance::check(|| async { store.clone() }).await.expect("it conforms");
    assert_eq!(report.passed(), all_but_damage());
    assert_eq!(report.skipped(), [Check::DamagedData]);
    assert_eq!(report.to_string(), "18 checks passed, 0 failed, 1 skipped");
    assert!(format!("{store:?}").contains("grants: 0"), "the checks leave no grant: {store:?}");
}

/// Cuts a file in half.
fn damage(path: &Path) {
    let bytes = fs::read(path).expect("a file");
    fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_of_files_conforms() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || FileStore::directory(directory.path().join("grants"));
    let suite = Suite::new(|| async { open() }).damage(|key| {
        let path = open().path(&key);
        async move { damage(&path) }
    });
    let report = suite.run().await.expect("it conforms");
    assert_eq!((report.passed(), report.skipped().len()), (Check::ALL, 0));
    let names = fs::read_dir(directory.path().join("grants")).expect("a directory").flatten();
    let left: Vec<_> =
        names.map(|entry| entry.file_name()).filter(|name| !name.to_string_lossy().ends_with(".lock")).collect();
    assert_eq!(left.len(), 1, "only the damaged file: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_file_conforms() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let suite = Suite::new(|| async { FileStore::file(&path) }).damage(|_| async { damage(&path) });
    let report = suite.run().await.expect("it conforms");
    assert_eq!((report.passed(), report.skipped().len()), (Check::ALL, 0));
}

/// The same on one thread, where tasks take turns.
#[tokio::test]
async fn a_single_file_conforms_on_one_thread() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let suite = Suite::new(|| async { FileStore::file(&path) }).lock_wait(Duration::from_millis(50));
    suite.run().await.expect("it conforms");
}

#[cfg(feature = "keyring")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyring_store_conforms() {
    use std::sync::Arc;

    use jsm_ops::KeyringStore;
    use keyring_core::{CredentialStore, Entry, mock};

    let keyring: Arc<CredentialStore> = mock::Store::new().expect("a keyring");
    let directory = tempfile::tempdir().expect("a directory");
    let open = || KeyringStore::in_keyring(Arc::clone(&keyring), "jsm-ops", directory.path());
    let suite = Suite::new(|| async { open() }).damage(|key| {
        let path = FileStore::directory("").path(&key);
        let user = format!("{}.a.0", path.file_stem().expect("a name").to_string_lossy());
        let entry = Entry::new_in_store(&keyring, "jsm-ops", &user).expect("an entry");
        async move { entry.set_secret(b"half of a gr").expect("written") }
    });
    let report = suite.run().await.expect("it conforms");
    assert_eq!((report.passed(), report.skipped().len()), (Check::ALL, 0));
}
