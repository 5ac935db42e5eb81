//! Futures that are dropped at random points, while tokens expire and refreshes fail.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use fastrand::Rng;
use jsm_ops::{Client, FileStore, MemoryStore, OAuth, TokenStore};
use jsm_ops_fake::{Endpoint, Fake, Fault, HoldPoint};
use tokio::{task::JoinHandle, time::timeout};

use crate::{
    Result,
    fake_access::{FakeAccess, LoadClock, refresh_token, user},
    garbage::Garbage as _,
    markdown::{Table, thousands},
    report::Report,
    sides::http_client,
};

/// How many futures are dropped by default.
pub const DROPS: usize = 10_000;

/// Lifetime of tokens by the injected clock, which advances 100 ms in each millisecond of real
/// time.
const LIFETIME: Duration = Duration::from_secs(120);
const TICK: Duration = Duration::from_millis(100);

/// An act that takes longer in real time counts as stuck.
const STUCK: Duration = Duration::from_secs(20);

/// The wait of a caller after a failed call, by the injected clock.
const BACKOFF: Duration = Duration::from_secs(5);

/// More polls than most calls need, so that some futures end before they are dropped.
const MAX_POLLS: usize = 14;

/// The futures that are dropped.
#[derive(Debug, Clone, Copy)]
enum DroppedFuture {
    Token,
    Get,
    Stream,
    Write,
    Wait,
    Sites,
    SignIn,
}

const FUTURES: [DroppedFuture; 12] = [
    DroppedFuture::Token,
    DroppedFuture::Token,
    DroppedFuture::Token,
    DroppedFuture::Get,
    DroppedFuture::Get,
    DroppedFuture::Get,
    DroppedFuture::Stream,
    DroppedFuture::Write,
    DroppedFuture::Write,
    DroppedFuture::Wait,
    DroppedFuture::Sites,
    DroppedFuture::SignIn,
];

/// Drops futures, one or several at once, and checks after each round that the client works.
///
/// # Errors
/// The run could not start.
pub async fn run(drops: usize, seed: u64) -> Result<Report> {
    let directory = tempfile::tempdir()?;
    let mut rng = Rng::with_seed(seed);
    let mut table =
        Table::new(&["store", "futures dropped", "ended before", "refreshes", "sign-ins", "slowest check ms", "s"]);
    let mut wrong = Vec::new();
    // Fewer drops with files, which are slower: only their locks and background saves differ.
    let of_files = drops / 10;
    let stores: [(&str, usize, Arc<dyn Shareable>); 2] = [
        ("in memory", drops - of_files, Arc::new(MemoryStore::new())),
        ("in files", of_files, Arc::new(FileStore::directory(directory.path()))),
    ];
    for (name, drops, store) in stores {
        let start = Instant::now();
        let mut run = Run::new(store, rng.fork()).await?;
        while run.dropped < drops && run.wrong.len() < 5 {
            run.round(drops).await?;
        }
        run.finish().await?;
        let figures = [run.dropped, run.ended, run.fake.executions(&Endpoint::Refresh), run.sign_ins];
        let times = [format!("{:.1}", run.slowest.as_secs_f64() * 1e3), format!("{:.1}", start.elapsed().as_secs_f64())];
        table.row(std::iter::once(name.to_owned()).chain(figures.map(thousands)).chain(times));
        wrong.append(&mut run.wrong);
    }
    Ok(Report { table, wrong })
}

/// A store that an `OAuth` can own while the test reads it.
trait Shareable: TokenStore {
    fn oauth(&self, access: &FakeAccess, clock: &LoadClock) -> Result<OAuth>;
}

impl<S: TokenStore + Clone + 'static> Shareable for S {
    fn oauth(&self, access: &FakeAccess, clock: &LoadClock) -> Result<OAuth> {
        access.oauth(self.clone(), clock)
    }
}

struct Run {
    fake: Fake,
    clock: LoadClock,
    ticker: JoinHandle<()>,
    store: Arc<dyn Shareable>,
    oauth: OAuth,
    client: Client,
    alert: String,
    rng: Rng,
    dropped: usize,
    ended: usize,
    sign_ins: usize,
    slowest: Duration,
    wrong: Vec<String>,
}

impl Run {
    async fn new(store: Arc<dyn Shareable>, mut rng: Rng) -> Result<Self> {
        let fake = Fake::builder().access_lifetime(LIFETIME).keep_requests(100).start().await?;
        let access = FakeAccess::of(&fake, 1, LIFETIME);
        let clock = LoadClock::default();
        let oauth = store.oauth(&access, &clock)?;
        access.save_grants(&oauth, &*store).await?;
        let client = access.client(&oauth, 0, &http_client()?)?.build().await?;
        fake.seed_alerts(300);
        let id = fake.alerts().first().and_then(|alert| alert["id"].as_str().map(str::to_owned)).ok_or("no alert")?;
        let hold_point = HoldPoint::new();
        let faults = [Fault::DropAfter, Fault::DropBefore, Fault::HoldAfter(hold_point.clone()), Fault::CutBody];
        fake.add_random_faults(Endpoint::Refresh, 8, rng.u64(..), faults.to_vec());
        fake.add_random_faults(
            Endpoint::Gateway,
            30,
            rng.u64(..),
            vec![Fault::HoldBody(hold_point.clone()), Fault::DropBefore],
        );
        let ticker = tokio::spawn(tick(fake.clock(), clock.clone(), hold_point));
        Ok(Self {
            fake,
            clock,
            ticker,
            store,
            oauth,
            client,
            alert: id,
            rng,
            dropped: 0,
            ended: 0,
            sign_ins: 0,
            slowest: Duration::ZERO,
            wrong: Vec::new(),
        })
    }

    /// Polls up to four futures at once, drops them, and checks the client.
    async fn round(&mut self, drops: usize) -> Result<()> {
        if self.rng.one_in(3) {
            // The token expires on both sides: the next caller refreshes.
            self.fake.clock().advance(LIFETIME);
            self.clock.advance(LIFETIME);
        } else if self.rng.one_in(4) {
            // The token expires at the service only: the next request gets a 401.
            self.fake.expire_access_tokens();
        }
        let mut futures = Vec::new();
        for _ in 0..=self.rng.below(4).min(drops - self.dropped - 1) {
            let dropped = FUTURES[self.rng.below(FUTURES.len())];
            self.sign_ins += usize::from(matches!(dropped, DroppedFuture::SignIn));
            let polls = self.rng.below(MAX_POLLS);
            // Half of them are polled without a wake-up, so that the drop does not follow an event.
            let is_restless = self.rng.one_in(2);
            futures.push(drop_after(polls, is_restless, self.future(dropped).await?));
        }
        for is_ended in futures_util::future::join_all(futures).await {
            if is_ended { self.ended += 1 } else { self.dropped += 1 }
        }
        self.check().await
    }

    async fn future(&self, dropped: DroppedFuture) -> Result<impl Future<Output = ()> + Send + use<>> {
        let (client, alert, oauth) = (self.client.clone(), self.alert.clone(), self.oauth.clone());
        let login = match dropped {
            DroppedFuture::SignIn => {
                let login = oauth.begin_sign_in(&self.fake.app().scopes.into_iter().collect())?;
                Some((self.fake.approve(login.url.as_str()).await?, login.pending))
            }
            _ => None,
        };
        // The result does not matter here: the future may fail, and must leave nothing behind.
        Ok(async move {
            match dropped {
                DroppedFuture::Token => drop(oauth.session(&user(0)).access_token().await),
                DroppedFuture::Get => drop(client.alerts().get(&alert).send().await),
                DroppedFuture::Stream => {
                    let mut items = client.alerts().list().size(100).items();
                    while let Some(Ok(_)) = items.next().await {}
                }
                DroppedFuture::Write => drop(client.alerts().add_note(&alert, "dropped").send().await),
                DroppedFuture::Wait => {
                    if let Ok(receipt) = client.alerts().acknowledge(&alert).send().await {
                        let _ = receipt.wait().await;
                    }
                }
                DroppedFuture::Sites => drop(oauth.session(&user(0)).sites().await),
                DroppedFuture::SignIn => {
                    if let Some((callback, pending)) = login {
                        let _ = oauth.finish_sign_in(&user(0), pending, &callback).await;
                    }
                }
            }
        })
    }

    /// Checks that a call succeeds, the lock is free, and the stored refresh token is valid.
    async fn check(&mut self) -> Result<()> {
        let start = Instant::now();
        let usable = async {
            let mut last = None;
            // A refresh may have faults three times. A token that the service rejects right after a
            // refresh has a minute of grace; that happens here when all tokens expire during a
            // refresh. A caller would retry, too.
            for _ in 0..24 {
                match self.client.alerts().get(&self.alert).send().await {
                    Ok(_) => return None,
                    Err(error) => last = Some(error.to_string()),
                }
                self.fake.clock().advance(BACKOFF);
                self.clock.advance(BACKOFF);
            }
            last
        };
        match timeout(STUCK, usable).await {
            Ok(None) => {}
            Ok(Some(error)) => self.wrong.push(format!("after {} drops no call succeeds: {error}", self.dropped)),
            Err(_) => self.wrong.push(format!("after {} drops a call is stuck", self.dropped)),
        }
        let key = self.oauth.key(&user(0));
        match timeout(STUCK, self.store.lock(&key)).await {
            Ok(Ok(lock)) => {
                // The lock keeps others from saving, so the stored grant is final.
                let stored = self.store.load(&key).await?.ok_or("a store without the grant")?;
                drop(lock);
                if !self.fake.is_refresh_token_valid(&refresh_token(&stored)?) {
                    self.wrong.push(format!("after {} drops the stored token is invalid", self.dropped));
                }
            }
            Ok(Err(error)) => self.wrong.push(format!("after {} drops the lock fails: {error}", self.dropped)),
            Err(_) => self.wrong.push(format!("after {} drops the lock is stuck", self.dropped)),
        }
        self.slowest = self.slowest.max(start.elapsed());
        Ok(())
    }

    async fn finish(&mut self) -> Result<()> {
        match timeout(STUCK, self.oauth.session(&user(0)).flush()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.wrong.push(format!("at the end a grant is not saved: {error}")),
            Err(_) => self.wrong.push("at the end a refresh is stuck".to_owned()),
        }
        self.check().await?;
        self.ticker.abort();
        let unexpected = self.fake.check_violations().err().map(|unexpected| unexpected.lines).unwrap_or_default();
        self.wrong.extend(unexpected.into_iter().map(|line| format!("the fake did not expect {line}")));
        Ok(())
    }
}

/// Advances the time of both sides, and releases held responses.
async fn tick(fakes: jsm_ops_fake::FakeClock, clock: LoadClock, hold_point: HoldPoint) {
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        fakes.advance(TICK);
        clock.advance(TICK);
        hold_point.release_waiting();
    }
}

/// Polls a future a number of times and drops it. Returns whether it ended before.
async fn drop_after(polls: usize, is_restless: bool, future: impl Future<Output = ()>) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        if future.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        if is_restless || left == 0 {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}
