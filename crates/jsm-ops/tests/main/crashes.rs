//! Processes that are killed during a refresh.

use std::{collections::BTreeMap, fmt, fs, path::Path, time::Duration};

use jsm_ops::{BoxFuture, FileStore, Generation, Grant, GrantKey, StoreError, StoreLock, TokenStore};
use jsm_ops_fake::{Endpoint, Fake, HoldPoint};

use crate::{
    processes::{Process, child, report, times},
    support::{MINUTE, TestClock, assert_signed_in, issued, oauth, refresh_token},
};

const KILLS: usize = 200;

/// The variable that names the step at which a child halts, to be killed there.
const STEP: &str = "JSM_OPS_TEST_STEP";

/// A file store that halts at one step.
struct Halting {
    store: FileStore,
    step: String,
    locked: std::sync::atomic::AtomicBool,
}

impl fmt::Debug for Halting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Halting")
    }
}

impl Halting {
    fn new(store: FileStore) -> Self {
        Self { store, step: std::env::var(STEP).unwrap_or_default(), locked: false.into() }
    }

    async fn halt(&self, step: &str) {
        if self.step == step {
            report(step);
            std::future::pending::<()>().await;
        }
    }
}

impl TokenStore for Halting {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(async move {
            let loaded = self.store.load(key).await;
            if self.locked.load(std::sync::atomic::Ordering::SeqCst) {
                self.halt("before the request").await;
            }
            loaded
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.halt("before the save").await;
            let saved = self.store.save(key, grant, expected).await;
            self.halt("after the save").await;
            saved
        })
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            let lock = self.store.lock(key).await;
            self.locked.store(true, std::sync::atomic::Ordering::SeqCst);
            self.halt("with the lock").await;
            lock
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.delete(key)
    }
}

/// Refreshes in a loop, with a clock that stands still, until it is killed.
#[test]
fn child_that_refreshes() {
    let Some((oauth, clock)) = child(Halting::new) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let session = oauth.session("ada");
    clock.set(times().next().expect("a time"));
    let outcome: Result<(), jsm_ops::Error> = runtime.block_on(async {
        let mut generation = session.access_token().await?.generation();
        report("ready");
        loop {
            session.invalidate(generation);
            generation = session.access_token().await?.generation();
        }
    });
    report(&format!("failed: {outcome:?}"));
}

/// A fake, and a file store with a grant.
struct Scene {
    fake: Fake,
    clock: TestClock,
    directory: tempfile::TempDir,
}

/// The state after a kill.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Remains {
    /// Whether the service had issued tokens that the store did not have.
    behind: bool,
    /// Whether a temporary file remained.
    leftover: bool,
}

impl Scene {
    async fn new() -> Self {
        let fake = Fake::start().await.expect("a fake");
        let clock = TestClock::of(&fake);
        let directory = tempfile::tempdir().expect("a directory");
        let scene = Self { fake, clock, directory };
        let grant = issued(&scene.fake, &scene.clock);
        scene.store().save(&scene.key(), &grant, None).await.expect("saved");
        scene
    }

    fn store(&self) -> FileStore {
        FileStore::directory(self.directory.path())
    }

    fn key(&self) -> GrantKey {
        GrantKey::new("fake-client-id", "ada")
    }

    fn child(&self, step: &str) -> Process {
        let mut process =
            Process::start("crashes::child_that_refreshes", &self.fake.url(), self.directory.path(), &[(STEP, step)]);
        process.write_line(&self.fake.clock().since_epoch().as_millis().to_string());
        process
    }

    /// Inspects the state, and asserts that the grant still works: within the ten minutes of the
    /// old token, and after them.
    async fn assert_alive(&self, what: &str) -> Remains {
        let grant = self.store().load(&self.key()).await.expect(what).expect(what);
        let newest = self.fake.grants().pop().expect("a grant").refresh_token.expect("a refresh token");
        let remains = Remains { behind: refresh_token(&grant) != newest, leftover: has_leftover(self.directory.path()) };
        assert!(self.fake.is_refresh_token_valid(&refresh_token(&grant)), "{what}");
        // The next process, five minutes later.
        self.clock.advance(5 * MINUTE);
        let session = oauth(&self.fake, &self.clock, self.store()).session("ada");
        session.invalidate(session.access_token().await.expect(what).generation());
        assert_signed_in(&self.fake, &session).await;
        assert!(!has_leftover(self.directory.path()), "{what}");
        // The process after it, when the service no longer accepts the old token.
        self.clock.advance(11 * MINUTE);
        let session = oauth(&self.fake, &self.clock, self.store()).session("ada");
        session.invalidate(session.access_token().await.expect(what).generation());
        assert_signed_in(&self.fake, &session).await;
        self.fake.assert_no_violations();
        remains
    }
}

fn has_leftover(directory: &Path) -> bool {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".tmp"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_survives_a_kill_at_every_step() {
    let mut table = vec![format!("{:<44} {:>6} {:>9}", "killed", "behind", "leftover")];
    let mut note = |step: &str, remains: &Remains| {
        table.push(format!("{step:<44} {:>6} {:>9}", remains.behind, remains.leftover));
    };
    // The child halts during its first refresh.
    for step in ["with the lock", "before the request", "before the save", "after the save"] {
        let scene = Scene::new().await;
        let child = scene.child(step);
        while child.read_line() != step {}
        child.kill();
        let remains = scene.assert_alive(step).await;
        assert_eq!(remains.behind, step == "before the save", "{step}");
        note(step, &remains);
    }
    type Hold = fn(&Fake) -> HoldPoint;
    let gates: [(&str, Hold, bool); 2] = [
        ("while the request is sent", |fake| fake.hold_request(Endpoint::Refresh), false),
        ("after the rotation, before the response", |fake| fake.hold_response(Endpoint::Refresh), true),
    ];
    for (step, hold, is_behind) in gates {
        let scene = Scene::new().await;
        let gate = hold(&scene.fake);
        let child = scene.child("");
        gate.wait_for_requests(1).await;
        child.kill();
        let remains = scene.assert_alive(step).await;
        gate.release();
        assert_eq!(remains.behind, is_behind, "{step}");
        note(step, &remains);
    }
    // During the save there is a temporary file, complete or not, next to the old file.
    for part in [0, 100, usize::MAX] {
        let scene = Scene::new().await;
        let child = scene.child("before the save");
        while child.read_line() != "before the save" {}
        child.kill();
        let path = scene.store().path(&scene.key());
        let text = fs::read(&path).expect("a file");
        let name = format!(".{}.0123456789abcdef.tmp", path.file_name().expect("a name").to_string_lossy());
        fs::write(path.with_file_name(name), &text[..part.min(text.len())]).expect("written");
        let step = format!("during the save, {} bytes written", part.min(text.len()));
        let remains = scene.assert_alive(&step).await;
        assert_eq!(remains, Remains { behind: true, leftover: true });
        note(&step, &remains);
    }
    println!("{}", table.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_survives_two_hundred_kills_at_random() {
    let scene = Scene::new().await;
    let mut counts: BTreeMap<Remains, usize> = BTreeMap::new();
    let mut random = fastrand::Rng::with_seed(u64::from(std::process::id()));
    for kill in 0..KILLS {
        let child = scene.child("");
        assert_eq!(child.read_line(), "ready");
        std::thread::sleep(Duration::from_micros(random.u64(..8000)));
        child.kill();
        let remains = scene.assert_alive(&format!("kill {kill}")).await;
        *counts.entry(remains).or_default() += 1;
    }
    println!("{KILLS} kills, {} refreshes carried out", scene.fake.executions(&Endpoint::Refresh));
    println!("{:<40} {:<16} {:>6}", "the store had", "temporary file", "kills");
    for (remains, count) in &counts {
        let had = if remains.behind { "the old tokens, within ten minutes" } else { "the newest tokens" };
        println!("{had:<40} {:<16} {count:>6}", if remains.leftover { "remained" } else { "none" });
    }
}
