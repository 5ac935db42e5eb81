//! A file that is mounted alone, as with `docker run -v grants.json:/app/grants.json`.

use std::{
    fs,
    process::{Command, Stdio},
};

use jsm_ops::{FileStore, TokenStore};
use jsm_ops_fake::{Endpoint, Fake};

use crate::{
    processes::{Process, child, report, times},
    support::{HOUR, TestClock, is_alive_in_store, oauth, sign_in},
};

/// The variable with the path of the mounted file.
const FILE: &str = "JSM_OPS_TEST_MOUNTED_FILE";

/// Mounts a file on itself, which makes it a mount point, and runs this binary.
const MOUNT: &str = r#"mount --bind "$JSM_OPS_TEST_MOUNTED_FILE" "$JSM_OPS_TEST_MOUNTED_FILE" && exec "$0" "$@""#;

/// Reports what a session and a lock say.
#[test]
fn child_with_a_mounted_file() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let store = FileStore::file(&file);
    let Some((oauth, clock)) = child(|_| store.clone()) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    clock.set(times().next().expect("a time"));
    let session = oauth.session("ada");
    let token = runtime.block_on(session.access_token());
    report(&token.map_or_else(|error| error.to_string(), |_| "refreshed".to_owned()));
    let lock = runtime.block_on(store.lock(session.key()));
    report(&lock.map_or_else(|error| error.to_string(), |_| "locked".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_mounted_alone_is_noticed_before_a_token_is_rotated() {
    let may_mount = Command::new("unshare").args(["-rm", "true"]).stderr(Stdio::null()).status();
    if !may_mount.is_ok_and(|status| status.success()) {
        println!("skipped a_file_that_is_mounted_alone: this process may not mount");
        return;
    }
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("grants.json");
    let store = FileStore::file(&path);
    let key = sign_in(&fake, &oauth(&fake, &clock, store.clone()), "ada").await.key().clone();
    let before = fs::read(&path).expect("a file");
    clock.advance(HOUR);

    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", MOUNT]).arg(std::env::current_exe().expect("this binary"));
    let file = path.to_str().expect("a path");
    let test = "stores::mounts::child_with_a_mounted_file";
    let mut process = Process::run(command, test, &fake.url(), directory.path(), &[(FILE, file)]);
    process.write_line(&fake.clock().since_epoch().as_millis().to_string());
    for _ in 0..2 {
        let reported = process.read_line();
        assert!(reported.contains("mount the directory instead of the file"), "{reported}");
    }
    process.kill();
    assert_eq!(fake.count(&Endpoint::Refresh), 0, "nothing was rotated");
    assert_eq!(fs::read(&path).expect("a file"), before);
    assert!(is_alive_in_store(&fake, &store, &key).await);
    let entries = fs::read_dir(directory.path()).expect("a directory").flatten();
    let left: Vec<_> =
        entries.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().ends_with(".tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}
