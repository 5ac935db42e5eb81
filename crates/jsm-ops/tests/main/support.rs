//! Shared by the tests: a controlled clock, an app of the fake, stores that fail.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use chrono::{DateTime, Utc};
use jsm_ops::{
    ApiToken, App, BoxFuture, ClientBuilder, Clock, CloudId, Endpoints, Gateway, Generation, Grant, GrantKey, MemoryStore,
    OAuth, Operation, Random, Scopes, Session, SiteChoice, StoreError, StoreLock, TokenStore,
};
use jsm_ops_fake::{Consent, Endpoint, Fake};
use tokio::sync::{Notify, watch};

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

pub(crate) static LIST: Operation = Operation::new("list_alerts", "alerts().list", "GET", "/v1/alerts")
    .with_family("operations", "alerts")
    .with_scopes(true, &["read:ops-alert:jira-service-management"]);

/// The clock of the fake, for the client under test. A sleep moves the clock and ends at once, or
/// it ends when a test has moved the clock.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<TestTime>);

struct TestTime {
    clock: jsm_ops_fake::FakeClock,
    sleeps_move_the_clock: AtomicBool,
    moved: Notify,
    waited_ms: AtomicU64,
    sleeps: watch::Sender<usize>,
}

impl TestClock {
    pub(crate) fn of(fake: &Fake) -> Self {
        Self(Arc::new(TestTime {
            clock: fake.clock(),
            sleeps_move_the_clock: AtomicBool::new(true),
            moved: Notify::new(),
            waited_ms: AtomicU64::new(0),
            sleeps: watch::Sender::new(0),
        }))
    }

    /// Sleeps end when a test moves the clock.
    pub(crate) fn manual(self) -> Self {
        self.0.sleeps_move_the_clock.store(false, Ordering::SeqCst);
        self
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.clock.advance(by);
        self.0.moved.notify_waiters();
    }

    /// Waits until this many sleeps have started in total.
    pub(crate) async fn sleepers(&self, sleepers: usize) {
        let mut sleeps = self.0.sleeps.subscribe();
        soon("waits", sleeps.wait_for(|begun| *begun >= sleepers)).await.expect("a clock");
    }

    /// The same clock on a machine whose time of day differs by some seconds.
    pub(crate) fn skewed(&self, seconds: i64) -> SkewedClock {
        let skew = Arc::new(AtomicI64::new(seconds));
        SkewedClock { clock: self.clone(), skew }
    }

    /// The total duration of all sleeps.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_millis(self.0.waited_ms.load(Ordering::SeqCst))
    }
}

impl fmt::Debug for TestClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestClock")
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(UNIX_EPOCH + self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        self.0.clock.since_epoch()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let this = self.clone();
        Box::pin(async move {
            let until = this.monotonic() + duration;
            this.0.sleeps.send_modify(|begun| *begun += 1);
            this.0.waited_ms.fetch_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
            if this.0.sleeps_move_the_clock.load(Ordering::SeqCst) {
                this.advance(duration);
                tokio::task::yield_now().await;
                return;
            }
            loop {
                let moved = this.0.moved.notified();
                if this.monotonic() >= until {
                    return;
                }
                moved.await;
            }
        })
    }
}

/// A clock whose time of day can be set. Its monotonic time is that of the test.
#[derive(Debug, Clone)]
pub(crate) struct SkewedClock {
    clock: TestClock,
    skew: Arc<AtomicI64>,
}

impl SkewedClock {
    pub(crate) fn set_skew(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now() + chrono::TimeDelta::seconds(self.skew.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.clock.sleep(duration)
    }
}

/// Fails the test if the future takes longer than any test should, by the machine's clock.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(20), future).await;
    outcome.unwrap_or_else(|_| unreachable!("{what} did not happen in time"))
}

/// A clock that stands still at a set time, for processes that do not share the fake's clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct FixedClock(Arc<AtomicU64>);

impl FixedClock {
    pub(crate) fn set(&self, since_epoch: Duration) {
        self.0.store(u64::try_from(since_epoch.as_millis()).expect("a time"), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(UNIX_EPOCH + self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

pub(crate) fn app(fake: &Fake) -> App {
    let app = fake.app();
    App::new(app.client_id, app.client_secret, app.redirect_uris[0].as_str()).expect("an app")
}

pub(crate) fn endpoints(url: &str) -> Endpoints {
    Endpoints::at(url, url).expect("endpoints")
}

pub(crate) fn oauth(fake: &Fake, clock: &TestClock, store: impl TokenStore + 'static) -> OAuth {
    oauth_with_clock(fake, clock.clone(), store)
}

/// The same with any clock.
pub(crate) fn oauth_with_clock(fake: &Fake, clock: impl Clock, store: impl TokenStore + 'static) -> OAuth {
    let builder = OAuth::builder(app(fake), store).endpoints(endpoints(&fake.url())).clock(Arc::new(clock));
    builder.build().expect("an OAuth")
}

/// An HTTP client for plain http, with any TLS feature.
pub(crate) fn browser() -> reqwest::Client {
    // In a build of the whole workspace, reqwest needs a TLS provider even for plain http.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Starts a client with the API token of the fake, at this host name.
pub(crate) fn api_token_client(fake: &Fake, clock: &TestClock, host: &str) -> ClientBuilder {
    api_token_client_with(fake, clock, host, browser())
}

/// The same with an existing HTTP client: to build one takes as long as many calls.
pub(crate) fn api_token_client_with(fake: &Fake, clock: &TestClock, host: &str, http: reqwest::Client) -> ClientBuilder {
    let token = fake.api_token();
    let gateway = fake.url().replace("127.0.0.1", host);
    jsm_ops::Client::builder()
        .api_token(ApiToken::new(token.email, token.token).expect("a token"))
        .site(SiteChoice::Id(CloudId::new(fake.site().id).expect("an id")))
        .gateway(Gateway::new(&gateway).expect("a gateway"))
        .clock(Arc::new(clock.clone()))
        .random(Arc::new(Always(0.5)))
        .http(http)
}

/// Always the same number.
#[derive(Debug)]
pub(crate) struct Always(pub(crate) f64);

impl Random for Always {
    fn next_f64(&self) -> f64 {
        self.0
    }
}

/// All scopes of the fake's app.
pub(crate) fn scopes(fake: &Fake) -> Scopes {
    fake.app().scopes.into_iter().collect()
}

/// A grant in the JSON of a store, with tokens that the fake issued.
pub(crate) fn issued(fake: &Fake, clock: &dyn Clock) -> Grant {
    let grant = fake.create_grant(&Consent::default());
    let now = clock.now().to_rfc3339();
    let expires = (clock.now() + HOUR).to_rfc3339();
    let json = format!(
        r#"{{"generation":"1-00000000000000aa","access_token":"{}","access_expires_at":"{expires}","refresh_token":"{}",
            "scopes":"{}","consented_at":"{now}","refreshed_at":"{now}"}}"#,
        grant.access_token,
        grant.refresh_token.expect("a refresh token"),
        grant.scopes.join(" "),
    );
    Grant::from_json(&json).expect("a grant")
}

/// Signs a user in.
pub(crate) async fn sign_in(fake: &Fake, oauth: &OAuth, user: &str) -> Session {
    let sign_in = oauth.begin_sign_in(&scopes(fake)).expect("a sign-in");
    let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
    oauth.finish_sign_in(user, sign_in.pending, &callback).await.expect("a session")
}

/// A fake, a clock, a store and a signed-in user.
pub(crate) struct World {
    pub(crate) fake: Fake,
    pub(crate) clock: TestClock,
    pub(crate) store: MemoryStore,
    pub(crate) oauth: OAuth,
    pub(crate) session: Session,
}

impl World {
    pub(crate) async fn new() -> Self {
        let fake = Fake::start().await.expect("a fake");
        let clock = TestClock::of(&fake);
        let store = MemoryStore::new();
        let oauth = oauth(&fake, &clock, store.clone());
        let session = sign_in(&fake, &oauth, "ada").await;
        Self { fake, clock, store, oauth, session }
    }

    /// Refreshes that the service carried out.
    pub(crate) fn refreshes(&self) -> usize {
        self.fake.executions(&Endpoint::Refresh)
    }

    /// Whether the service accepts the stored refresh token now.
    pub(crate) async fn is_alive_in_store(&self) -> bool {
        is_alive_in_store(&self.fake, &self.store, self.session.key()).await
    }

    /// Asserts that the session returns a token that the service accepts.
    pub(crate) async fn assert_signed_in(&self) {
        assert_signed_in(&self.fake, &self.session).await;
    }
}

pub(crate) async fn assert_signed_in(fake: &Fake, session: &Session) {
    let token = session.access_token().await.expect("a token");
    assert!(fake.is_access_token_valid(token.secret().expose()));
}

pub(crate) async fn is_alive_in_store(fake: &Fake, store: &dyn TokenStore, key: &GrantKey) -> bool {
    let grant = store.load(key).await.expect("a readable store").expect("a grant");
    fake.is_refresh_token_valid(&refresh_token(&grant))
}

/// The refresh token of a grant, from its JSON.
pub(crate) fn refresh_token(grant: &Grant) -> String {
    let json: serde_json::Value = serde_json::from_str(grant.to_json().expose()).expect("JSON");
    json["refresh_token"].as_str().expect("a refresh token").to_owned()
}

/// What a [`ScriptedStore`] does in one call instead of its work.
#[derive(Clone)]
pub(crate) enum Script {
    /// Never responds.
    Hang,
    /// Panics.
    Panic,
    /// Fails.
    Fail(Arc<dyn Fn() -> StoreError + Send + Sync>),
    /// Waits until the test releases it, and does its work then.
    Hold(Arc<Notify>),
}

/// A store in memory whose next calls are scripted. Clones share the grants, not the script: they
/// are the stores of other processes.
pub(crate) struct ScriptedStore {
    pub(crate) inner: MemoryStore,
    pub(crate) scripts: Arc<Mutex<Vec<(&'static str, Script)>>>,
}

impl ScriptedStore {
    pub(crate) fn new(inner: &MemoryStore) -> Self {
        Self { inner: inner.clone(), scripts: Arc::default() }
    }

    /// Scripts the next call of an operation.
    pub(crate) fn script(scripts: &Mutex<Vec<(&'static str, Script)>>, operation: &'static str, script: Script) {
        scripts.lock().expect("a lock").push((operation, script));
    }

    async fn play(&self, operation: &'static str) -> Result<(), StoreError> {
        let script = {
            let mut scripts = self.scripts.lock().expect("a lock");
            let position = scripts.iter().position(|(scripted, _)| *scripted == operation);
            position.map(|position| scripts.remove(position).1)
        };
        match script {
            None => {}
            Some(Script::Hang) => std::future::pending().await,
            Some(Script::Panic) => std::panic::resume_unwind(Box::new("a panic of the store")),
            Some(Script::Fail(error)) => return Err(error()),
            Some(Script::Hold(gate)) => gate.notified().await,
        }
        Ok(())
    }
}

impl fmt::Debug for ScriptedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptedStore")
    }
}

impl TokenStore for ScriptedStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(async move {
            self.play("load").await?;
            self.inner.load(key).await
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.play("save").await?;
            self.inner.save(key, grant, expected).await
        })
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            self.play("lock").await?;
            self.inner.lock(key).await
        })
    }

    /// Like a call that another thread carries out, it completes even if the future is dropped.
    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        let (store, key) = (Self { inner: self.inner.clone(), scripts: Arc::clone(&self.scripts) }, key.clone());
        let deletion = tokio::spawn(async move {
            store.play("delete").await?;
            store.inner.delete(&key).await
        });
        Box::pin(async move { deletion.await.map_err(StoreError::other)? })
    }
}

/// Creates the error of a failing store.
type Failure = fn() -> StoreError;

/// A store in memory that fails on demand and counts its saves.
#[derive(Clone, Default)]
pub(crate) struct FailingStore {
    pub(crate) inner: MemoryStore,
    failures: Arc<Mutex<Failures>>,
    pub(crate) saves: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Failures {
    load: Option<Failure>,
    save: Option<Failure>,
    lock: Option<Failure>,
}

pub(crate) fn full_disk() -> StoreError {
    StoreError::other(std::io::Error::from(std::io::ErrorKind::StorageFull))
}

pub(crate) fn read_only() -> StoreError {
    StoreError::other(std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem))
}

impl FailingStore {
    /// The store of another process over the same grants.
    pub(crate) fn over(inner: &MemoryStore) -> Self {
        Self { inner: inner.clone(), ..Self::default() }
    }

    pub(crate) fn fail_saves(&self, failure: Option<Failure>) {
        self.failures.lock().expect("a lock").save = failure;
    }

    pub(crate) fn fail_locks(&self, failure: Option<Failure>) {
        self.failures.lock().expect("a lock").lock = failure;
    }

    pub(crate) fn fail_loads(&self, failure: Option<Failure>) {
        self.failures.lock().expect("a lock").load = failure;
    }

    fn fail_if(&self, which: fn(&Failures) -> Option<Failure>) -> Result<(), StoreError> {
        which(&self.failures.lock().expect("a lock")).map_or(Ok(()), |failure| Err(failure()))
    }
}

impl fmt::Debug for FailingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FailingStore")
    }
}

impl TokenStore for FailingStore {
    fn load<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<Option<Grant>, StoreError>> {
        Box::pin(async move {
            self.fail_if(|failures| failures.load)?;
            self.inner.load(key).await
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a GrantKey,
        grant: &'a Grant,
        expected: Option<Generation>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.saves.fetch_add(1, Ordering::SeqCst);
            self.fail_if(|failures| failures.save)?;
            self.inner.save(key, grant, expected).await
        })
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            self.fail_if(|failures| failures.lock)?;
            self.inner.lock(key).await
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.delete(key)
    }
}
