//! What the tests share: a clock under their control, an app that is known to the fake, stores that fail.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
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

/// The clock of the fake, for the client under test. A wait moves it and ends at once, or ends when a test has moved it so far.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<TestTime>);

struct TestTime {
    clock: jsm_ops_fake::FakeClock,
    waits_move: AtomicBool,
    moved: Notify,
    waited_ms: AtomicU64,
    sleeps: watch::Sender<usize>,
}

impl TestClock {
    pub(crate) fn of(fake: &Fake) -> Self {
        Self(Arc::new(TestTime {
            clock: fake.clock(),
            waits_move: AtomicBool::new(true),
            moved: Notify::new(),
            waited_ms: AtomicU64::new(0),
            sleeps: watch::Sender::new(0),
        }))
    }

    /// Waits end when a test moves the clock, and do not move it themselves.
    pub(crate) fn patient(self) -> Self {
        self.0.waits_move.store(false, Ordering::SeqCst);
        self
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.clock.advance(by);
        self.0.moved.notify_waiters();
    }

    /// Waits until so many waits have been begun in all.
    pub(crate) async fn sleepers(&self, sleepers: usize) {
        let mut sleeps = self.0.sleeps.subscribe();
        soon("waits", sleeps.wait_for(|begun| *begun >= sleepers)).await.expect("a clock");
    }

    /// How long was waited in all.
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
            if this.0.waits_move.load(Ordering::SeqCst) {
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

/// What has to happen, or the test fails: nothing that is waited for in a test takes so long by the clock of the machine.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(20), future).await;
    outcome.unwrap_or_else(|_| unreachable!("waited for {what} in vain"))
}

/// A clock that stands at a time that it was told, for processes that do not share the fake's.
#[derive(Debug, Clone, Default)]
pub(crate) struct ToldClock(Arc<AtomicU64>);

impl ToldClock {
    pub(crate) fn set(&self, since_epoch: Duration) {
        self.0.store(u64::try_from(since_epoch.as_millis()).expect("a time"), Ordering::SeqCst);
    }
}

impl Clock for ToldClock {
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
    let builder = OAuth::builder(app(fake), store).endpoints(endpoints(&fake.url())).clock(Arc::new(clock.clone()));
    builder.build().expect("an OAuth")
}

/// An HTTP client for plain http, whatever TLS the build has.
pub(crate) fn browser() -> reqwest::Client {
    // Where the whole workspace is built, reqwest has a TLS without a provider and asks for one even now.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Begins a client with the API token of a fake, whose host has this name.
pub(crate) fn classic(fake: &Fake, clock: &TestClock, host: &str) -> ClientBuilder {
    classic_with(fake, clock, host, browser())
}

/// The same with an HTTP client that is there: to make one takes as long as many calls.
pub(crate) fn classic_with(fake: &Fake, clock: &TestClock, host: &str, http: reqwest::Client) -> ClientBuilder {
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

/// No randomness at all.
#[derive(Debug)]
pub(crate) struct Always(pub(crate) f64);

impl Random for Always {
    fn part(&self) -> f64 {
        self.0
    }
}

/// All scopes of the fake's app.
pub(crate) fn scopes(fake: &Fake) -> Scopes {
    fake.app().scopes.into_iter().collect()
}

/// A grant as the service would have given it, in the form in which stores keep it.
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

/// Signs a user in through the whole flow.
pub(crate) async fn sign_in(fake: &Fake, oauth: &OAuth, user: &str) -> Session {
    let login = oauth.begin(&scopes(fake)).expect("a login");
    let callback = fake.approve(login.url.as_str()).await.expect("consent");
    oauth.finish(user, login.pending, &callback).await.expect("a session")
}

/// A fake, a clock, a store and a user who is signed in.
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

    /// Whether the stored refresh token would be taken now, whatever is in memory.
    pub(crate) async fn is_alive_in_store(&self) -> bool {
        is_alive_in_store(&self.fake, &self.store, self.session.key()).await
    }

    /// Asserts that a token comes out, and that the service takes it.
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

/// The refresh token of a grant, which only its JSON tells.
pub(crate) fn refresh_token(grant: &Grant) -> String {
    let json: serde_json::Value = serde_json::from_str(grant.to_json().expose()).expect("JSON");
    json["refresh_token"].as_str().expect("a refresh token").to_owned()
}

/// Makes a future an error or nothing, on demand.
type Trouble = fn() -> StoreError;

/// A store in memory that fails when it is told to, and counts.
#[derive(Clone, Default)]
pub(crate) struct FailingStore {
    pub(crate) inner: MemoryStore,
    trouble: Arc<Mutex<Troubles>>,
    pub(crate) saves: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Troubles {
    load: Option<Trouble>,
    save: Option<Trouble>,
    lock: Option<Trouble>,
}

pub(crate) fn full_disk() -> StoreError {
    StoreError::other(std::io::Error::from(std::io::ErrorKind::StorageFull))
}

pub(crate) fn read_only() -> StoreError {
    StoreError::other(std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem))
}

impl FailingStore {
    pub(crate) fn fail_saves(&self, trouble: Option<Trouble>) {
        self.trouble.lock().expect("a lock").save = trouble;
    }

    pub(crate) fn fail_locks(&self, trouble: Option<Trouble>) {
        self.trouble.lock().expect("a lock").lock = trouble;
    }

    pub(crate) fn fail_loads(&self, trouble: Option<Trouble>) {
        self.trouble.lock().expect("a lock").load = trouble;
    }

    fn meet(&self, which: fn(&Troubles) -> Option<Trouble>) -> Result<(), StoreError> {
        which(&self.trouble.lock().expect("a lock")).map_or(Ok(()), |trouble| Err(trouble()))
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
            self.meet(|troubles| troubles.load)?;
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
            self.meet(|troubles| troubles.save)?;
            self.inner.save(key, grant, expected).await
        })
    }

    fn lock<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            self.meet(|troubles| troubles.lock)?;
            self.inner.lock(key).await
        })
    }

    fn delete<'a>(&'a self, key: &'a GrantKey) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.delete(key)
    }
}
