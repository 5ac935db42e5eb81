//! One store under several names: symbolic links, and relative paths.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use jsm_ops::{FileStore, Grant, SystemClock, TokenStore};
use jsm_ops_fake::Fake;

use super::{key, later};
use crate::{
    processes::{Process, report},
    support::{issued, refresh_token},
};

const ROUNDS: usize = 40;

/// Two directories, each with a name for one file.
struct Names {
    _directory: tempfile::TempDir,
    link: PathBuf,
    target: PathBuf,
}

impl Names {
    /// The link points to a file that does not exist yet.
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (links, data) = (directory.path().join("links"), directory.path().join("data"));
        fs::create_dir(&links).expect("a directory");
        fs::create_dir(&data).expect("a directory");
        let (link, target) = (links.join("grants.json"), data.join("real.json"));
        // A chain of two: a relative link to an absolute one.
        symlink("second.json", &link).expect("a link");
        symlink(&target, links.join("second.json")).expect("a link");
        Self { _directory: directory, link, target }
    }

    /// The stores under the name that is a link, under the name of the file, and under a directory
    /// that is a link.
    fn stores(&self) -> [FileStore; 3] {
        let directory = self.link.with_file_name("data");
        symlink("../data", &directory).expect("a link");
        [&self.link, &self.target, &directory.join("real.json")]
            .map(|path| FileStore::file(path).lock_timeout(Duration::from_millis(20)))
    }
}

/// The names of all files below a directory that contain a text.
fn files_with(directory: &Path, text: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").flatten().map(|entry| entry.path());
    entries
        .filter(|path| path.is_file() && String::from_utf8_lossy(&fs::read(path).expect("a file")).contains(text))
        .collect()
}

async fn grant() -> Grant {
    issued(&Fake::start().await.expect("a fake"), &SystemClock)
}

#[tokio::test]
async fn all_names_of_a_file_share_its_locks() {
    let names = Names::new();
    let stores = names.stores();
    for held in &stores {
        let lock = held.lock(&key("ada")).await.expect("a lock");
        for other in &stores {
            assert!(other.lock(&key("ada")).await.expect_err("it is held").is_busy(), "{held:?} {other:?}");
        }
        drop(lock);
    }
    let beside_the_link: Vec<_> = fs::read_dir(names.link.parent().expect("a directory")).expect("a directory").collect();
    assert_eq!(beside_the_link.len(), 3, "three links and no lock: {beside_the_link:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_saves_under_two_names_are_all_kept() {
    let grant = grant().await;
    for round in 0..ROUNDS {
        let names = Names::new();
        let stores = names.stores();
        let saves: Vec<_> = stores
            .iter()
            .enumerate()
            .map(|(number, store)| {
                let (store, grant) = (store.clone(), grant.clone());
                tokio::spawn(async move { store.save(&key(&format!("user {number}")), &grant, None).await })
            })
            .collect();
        for save in saves {
            save.await.expect("no panic").expect("saved");
        }
        for number in 0..stores.len() {
            let loaded = stores[0].load(&key(&format!("user {number}"))).await.expect("a store");
            assert!(loaded.is_some(), "round {round} lost the acknowledged save of user {number}");
        }
    }
}

#[tokio::test]
async fn a_sign_out_through_a_link_leaves_no_token() {
    let grant = grant().await;
    let token = refresh_token(&grant);
    for by in 0..3 {
        let names = Names::new();
        let stores = names.stores();
        for store in &stores {
            store.save(&key("ada"), &grant, None).await.expect("its own generation");
        }
        let left = names.target.with_file_name(".real.json.0123456789abcdef.tmp");
        fs::write(&left, &token).expect("written");
        assert!(names.link.is_symlink(), "the link stays");
        stores[by].delete(&key("ada")).await.expect("deleted");
        for directory in [names.link.parent(), names.target.parent()] {
            let found = files_with(directory.expect("a directory"), &token);
            assert!(found.is_empty(), "{found:?}");
        }
        for store in &stores {
            assert!(store.load(&key("ada")).await.expect("a store").is_none());
        }
        assert!(names.link.is_symlink() && !names.target.exists());
    }
}

#[tokio::test]
async fn a_save_through_a_link_into_a_missing_directory_creates_the_target() {
    let directory = tempfile::tempdir().expect("a directory");
    let link = directory.path().join("grants.json");
    symlink("new/newer/real.json", &link).expect("a link");
    let store = FileStore::file(&link);
    let first = grant().await;
    store.save(&key("ada"), &first, None).await.expect("saved");
    let second = later(&first, "2-00000000000000ab");
    store.save(&key("ada"), &second, Some(first.generation())).await.expect("saved");
    assert!(link.is_symlink());
    assert_eq!(files_with(&directory.path().join("new/newer"), &second.generation().to_string()).len(), 1);
}

#[tokio::test]
async fn a_file_of_a_directory_store_may_be_a_link() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, other) = (directory.path().join("one"), directory.path().join("other"));
    fs::create_dir(&one).expect("a directory");
    fs::create_dir(&other).expect("a directory");
    let stores = [&one, &other].map(|path| FileStore::directory(path).lock_timeout(Duration::from_millis(20)));
    symlink(stores[1].path(&key("ada")), stores[0].path(&key("ada"))).expect("a link");
    let _lock = stores[0].lock(&key("ada")).await.expect("a lock");
    assert!(stores[1].lock(&key("ada")).await.expect_err("it is held").is_busy());
}

#[tokio::test]
async fn links_that_form_a_circle_are_reported() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    symlink("other.json", &path).expect("a link");
    symlink("grants.json", directory.path().join("other.json")).expect("a link");
    let store = FileStore::file(&path);
    for error in [store.load(&key("ada")).await.map(drop), store.delete(&key("ada")).await] {
        let error = error.expect_err("a circle");
        assert!(error.to_string().contains("form a circle"), "{error}");
    }
}

/// The variables of the child: where it starts, and where it goes.
const FROM: &str = "JSM_OPS_TEST_FROM";
const TO: &str = "JSM_OPS_TEST_TO";

/// Saves, changes the current directory, and reports what the same store does then.
#[test]
fn child_that_changes_its_directory() {
    let (Some(from), Some(to)) = (std::env::var_os(FROM), std::env::var_os(TO)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    std::env::set_current_dir(from).expect("a directory");
    let (file, directory) = (FileStore::file("grants.json"), FileStore::directory("grants"));
    runtime.block_on(async {
        let grant = grant().await;
        for store in [&file, &directory] {
            store.save(&key("ada"), &grant, None).await.expect("saved");
        }
        std::env::set_current_dir(to).expect("a directory");
        for store in [&file, &directory] {
            let there = store.load(&key("ada")).await.expect("a store").is_some();
            drop(store.lock(&key("ada")).await.expect("a lock"));
            let deleted = store.delete(&key("ada")).await.is_ok();
            report(&format!("loaded {there}, deleted {deleted}"));
        }
    });
}

#[test]
fn a_relative_path_stays_the_same_when_the_current_directory_changes() {
    let directory = tempfile::tempdir().expect("a directory");
    let [from, to] = ["from", "to"].map(|name| directory.path().join(name));
    fs::create_dir(&from).expect("a directory");
    fs::create_dir(&to).expect("a directory");
    let [from_variable, to_variable] = [&from, &to].map(|path| path.to_str().expect("a path"));
    let variables = [(FROM, from_variable), (TO, to_variable)];
    let process = Process::start("stores::links::child_that_changes_its_directory", "", directory.path(), &variables);
    for _ in 0..2 {
        assert_eq!(process.read_line(), "loaded true, deleted true");
    }
    process.kill();
    assert!(fs::read_dir(&to).expect("a directory").next().is_none(), "nothing is in the other directory");
    assert!(!from.join("grants.json").exists(), "the grant is gone where it was saved");
}
