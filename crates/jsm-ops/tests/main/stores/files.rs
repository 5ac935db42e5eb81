//! Files of grants: their modes, their format, and what killed processes leave.

use std::{fs, path::Path, time::Duration};

use jsm_ops::{FileStore, SystemClock, TokenStore};
use jsm_ops_fake::{Endpoint, Fake};

use super::key;
use crate::support::{HOUR, TestClock, assert_signed_in, issued, oauth, sign_in};

#[tokio::test]
async fn a_lock_that_stays_held_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::directory(directory.path()).lock_timeout(Duration::from_millis(5));
    let _lock = store.lock(&key("ada")).await.expect("a lock");
    let error = FileStore::directory(directory.path()).lock_timeout(Duration::from_millis(5));
    let error = error.lock(&key("ada")).await.expect_err("taken");
    assert!(error.is_busy(), "{error}");
    assert!(jsm_ops::Error::from(error).is_transient());
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let fake = Fake::start().await.expect("a fake");
    let directory = tempfile::tempdir().expect("a directory");
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o7777;
    let inner = directory.path().join("new/newer");
    let one = FileStore::directory(&inner);
    let all = FileStore::file(directory.path().join("other/grants.json"));
    for store in [&one, &all] {
        let _lock = store.lock(&key("ada")).await.expect("a lock");
        store.save(&key("ada"), &issued(&fake, &SystemClock), None).await.expect("saved");
        // The next save restores the mode of a file that became readable for others.
        fs::set_permissions(store.path(&key("ada")), fs::Permissions::from_mode(0o644)).expect("a mode");
        let grant = store.load(&key("ada")).await.expect("a store").expect("a grant");
        store.save(&key("ada"), &grant, Some(grant.generation())).await.expect("saved");
    }
    for made in ["new", "new/newer", "other"] {
        assert_eq!(mode(&directory.path().join(made)), 0o700, "{made}");
        for entry in fs::read_dir(directory.path().join(made)).expect("a directory").flatten() {
            if entry.path().is_file() {
                assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
            }
        }
    }
    let names: Vec<_> = fs::read_dir(&inner).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{names:?}");
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("ada")), "{names:?}");
}

/// A file in which a newer version wrote fields of its own, and perhaps its number.
fn written_by_a_newer_version(text: &str, version: u64) -> String {
    text.replacen('{', r#"{ "file_news": [1, 2],"#, 1)
        .replacen(r#""version": 1"#, &format!(r#""version": {version}"#), 1)
        .replacen(r#""grant": {"#, r#""entry_news": null, "grant": { "grant_news": {"a": 1},"#, 1)
}

#[tokio::test]
async fn unknown_fields_of_a_newer_version_are_kept() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let oauth = oauth(&fake, &clock, FileStore::file(&path));
    sign_in(&fake, &oauth, "ada").await;
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, written_by_a_newer_version(&text, 1)).expect("written");
    clock.advance(HOUR);
    assert_signed_in(&fake, &oauth.session("ada")).await;
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
    assert_eq!((&json["version"], &json["file_news"][1]), (&1.into(), &2.into()));
    assert_eq!(json["grants"][0].get("entry_news"), Some(&serde_json::Value::Null));
    assert_eq!(json["grants"][0]["grant"]["grant_news"]["a"], 1);
    assert!(json["grants"][0]["grant"]["generation"].as_str().expect("a generation").starts_with("2-"));
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_read_and_never_changed() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let store = FileStore::file(&path);
    let oauth = oauth(&fake, &clock, store.clone());
    let key = sign_in(&fake, &oauth, "ada").await.key().clone();
    let newer = written_by_a_newer_version(&fs::read_to_string(&path).expect("a file"), 2);
    fs::write(&path, &newer).expect("written");

    let grant = store.load(&key).await.expect("a store").expect("its fields are known");
    for error in [
        store.save(&key, &grant, Some(grant.generation())).await.expect_err("newer"),
        store.delete(&key).await.expect_err("newer"),
        store.lock(&key).await.expect_err("newer"),
    ] {
        assert!(error.is_newer_version() && !error.is_damaged(), "{error}");
        assert!(error.to_string().contains("update this program"), "{error}");
    }
    clock.advance(HOUR);
    let error = oauth.session("ada").access_token().await.expect_err("the new tokens could not be saved");
    assert!(error.is_store_failed(), "{error}");
    assert_eq!(fake.count(&Endpoint::Refresh), 0);
    assert_eq!(fs::read_to_string(&path).expect("a file"), newer);
}

#[tokio::test]
async fn a_damaged_file_is_reported_and_left_unchanged() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake).manual();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let store = FileStore::file(&path);
    let whole = {
        let oauth = oauth(&fake, &clock, store.clone());
        sign_in(&fake, &oauth, "ada").await;
        fs::read_to_string(&path).expect("a file")
    };
    clock.advance(HOUR);
    let half = &whole[..whole.len() / 2];
    let other_type = whole.replace(r#""access_expires_at": ""#, r#""access_expires_at": "s3cret"#);
    for damage in ["", "null", "[]", "{}", half, &other_type, "\u{0}\u{0}\u{0}"] {
        fs::write(&path, damage).expect("written");
        let oauth = oauth(&fake, &clock, store.clone());
        let error = oauth.session("ada").access_token().await.expect_err("damaged");
        assert!(error.store_error().is_some_and(jsm_ops::StoreError::is_damaged), "{error}");
        assert!(error.to_string().contains("grants.json") && !format!("{error:?}").contains("s3cret"), "{error}");
        assert!(!error.is_consent_needed());
        // A new sign-in does not overwrite it either, and spends no code.
        let sign_in = oauth.begin_sign_in(&crate::support::scopes(&fake)).expect("a sign-in");
        let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
        let exchanges = fake.count(&Endpoint::Exchange);
        let error = oauth.finish_sign_in("grace", sign_in.pending, &callback).await.expect_err("damaged");
        assert!(error.store_error().is_some_and(jsm_ops::StoreError::is_damaged), "{error}");
        assert_eq!(fake.count(&Endpoint::Exchange), exchanges);
        assert_eq!(fs::read_to_string(&path).expect("a file"), damage);
    }
    fs::write(&path, &whole).expect("written");
    assert_signed_in(&fake, &oauth(&fake, &clock, store).session("ada")).await;
}

#[tokio::test]
async fn leftovers_of_a_killed_process_are_removed() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::directory(directory.path());
    let oauth = oauth(&fake, &clock, store.clone());
    let session = sign_in(&fake, &oauth, "ada").await;
    let path = store.path(session.key());
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let left = directory.path().join(format!(".{name}.0123456789abcdef.tmp"));
    fs::write(&left, "half of a gr").expect("written");
    clock.advance(HOUR);
    assert_signed_in(&fake, &session).await;
    assert!(!left.exists(), "it held tokens");
}

/// Names that only look like the temporary files of a store, and that belong to its neighbours.
const OF_NEIGHBOURS: [&str; 5] = [
    ".grants.json.0123456789abcdef.tmp",
    ".grants.0123456789abcdef.0123456789abcdef.tmp",
    ".grants.backup.tmp",
    ".grants.0123456789abcdef.tmp.old",
    "grants.0123456789abcdef.tmp",
];

#[tokio::test]
async fn temporary_files_of_neighbours_are_kept() {
    let fake = Fake::start().await.expect("a fake");
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::file(directory.path().join("grants"));
    for name in OF_NEIGHBOURS {
        fs::write(directory.path().join(name), "half of a gr").expect("written");
    }
    store.save(&key("ada"), &issued(&fake, &SystemClock), None).await.expect("saved");
    drop(store.lock(&key("ada")).await.expect("a lock"));
    store.delete(&key("ada")).await.expect("deleted");
    for name in OF_NEIGHBOURS {
        assert!(directory.path().join(name).exists(), "{name}");
    }
}

/// Two stores whose names start alike save at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neighbours_do_not_disturb_each_other() {
    let fake = Fake::start().await.expect("a fake");
    let directory = tempfile::tempdir().expect("a directory");
    let grant = issued(&fake, &SystemClock);
    let saves = ["grants", "grants.json"].map(|name| {
        let (store, grant) = (FileStore::file(directory.path().join(name)), grant.clone());
        tokio::spawn(async move {
            store.save(&key("ada"), &grant, None).await.expect("saved");
            for number in 0..150 {
                let saved = store.save(&key("ada"), &grant, Some(grant.generation())).await;
                saved.unwrap_or_else(|error| panic!("save {number}: {error}"));
            }
        })
    });
    for saves in saves {
        saves.await.expect("all are saved");
    }
}

#[tokio::test]
async fn a_sign_out_removes_what_killed_processes_left() {
    let fake = Fake::start().await.expect("a fake");
    let directory = tempfile::tempdir().expect("a directory");
    let (one, all) = (FileStore::directory(directory.path()), FileStore::file(directory.path().join("grants.json")));
    for (store, is_saved) in [(&one, true), (&one, false), (&all, true), (&all, false)] {
        let path = store.path(&key("ada"));
        if is_saved {
            store.save(&key("ada"), &issued(&fake, &SystemClock), None).await.expect("saved");
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        // The file of a save and the one of a probe: both have tokens.
        let left =
            [".0123456789abcdef.tmp", ".fedcba9876543210.tmp"].map(|end| path.with_file_name(format!(".{name}{end}")));
        left.iter().for_each(|left| fs::write(left, "half of a gr").expect("written"));
        store.delete(&key("ada")).await.expect("deleted");
        assert!(left.iter().all(|left| !left.exists()), "they held tokens");
        assert!(!path.exists());
    }
}
