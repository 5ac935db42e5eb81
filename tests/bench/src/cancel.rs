//! Futures that are dropped at random points, while tokens end and refreshes fail.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use jsm_ops::{Client, FileStore, MemoryStore, OAuth, TokenStore};
use jsm_ops_fake::{Endpoint, Fake, Fault, HoldPoint};
use tokio::{task::JoinHandle, time::timeout};

use crate::{
    Outcome,
    chance::Chance,
    report::Report,
    sides::http_client,
    table::{Table, thousands},
    world::{LoadClock, Place, refresh_token, user},
};

/// How many futures are dropped unless somebody says otherwise.
pub const DROPS: usize = 10_000;

/// How long tokens live, by the injected clock, of which a hundred milliseconds pass in each one of the machine.
const LIFETIME: Duration = Duration::from_secs(120);
const TICK: Duration = Duration::from_millis(100);

/// What does not come about within so long, by the time of the machine, hangs.
const HANGS: Duration = Duration::from_secs(20);

/// The pause of a caller whose call failed, by the injected clock.
const PAUSE: Duration = Duration::from_secs(5);

/// More polls than most calls take, so that some are not dropped but end.
const POLLS: usize = 14;

/// What is dropped.
#[derive(Debug, Clone, Copy)]
enum What {
    Token,
    Get,
    Stream,
    Write,
    Wait,
    Sites,
    SignIn,
}

const KINDS: [What; 12] = [
    What::Token,
    What::Token,
    What::Token,
    What::Get,
    What::Get,
    What::Get,
    What::Stream,
    What::Write,
    What::Write,
    What::Wait,
    What::Sites,
    What::SignIn,
];

/// Drops so many futures, one after the other and several at once, and looks after each whether everything is still usable.
///
/// # Errors
/// A run that could not be made.
pub async fn run(drops: usize, seed: u64) -> Outcome<Report> {
    let directory = tempfile::tempdir()?;
    let mut chance = Chance::new(seed);
    let mut table =
        Table::new(&["store", "futures dropped", "ended before", "refreshes", "sign-ins", "slowest check ms", "s"]);
    let mut wrong = Vec::new();
    // Files cost more, and what they have of their own is little: their locks, and saves on a thread that nobody waits for.
    let of_files = drops / 10;
    let stores: [(&str, usize, Arc<dyn Shareable>); 2] = [
        ("in memory", drops - of_files, Arc::new(MemoryStore::new())),
        ("in files", of_files, Arc::new(FileStore::directory(directory.path()))),
    ];
    for (name, drops, store) in stores {
        let start = Instant::now();
        let mut run = Run::new(store, chance.fork()).await?;
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

/// A store that can be handed to an `OAuth` and be looked into all the same.
trait Shareable: TokenStore {
    fn oauth(&self, place: &Place, clock: &LoadClock) -> Outcome<OAuth>;
}

impl<S: TokenStore + Clone + 'static> Shareable for S {
    fn oauth(&self, place: &Place, clock: &LoadClock) -> Outcome<OAuth> {
        place.oauth(self.clone(), clock)
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
    chance: Chance,
    dropped: usize,
    ended: usize,
    sign_ins: usize,
    slowest: Duration,
    wrong: Vec<String>,
}

impl Run {
    async fn new(store: Arc<dyn Shareable>, mut chance: Chance) -> Outcome<Self> {
        let fake = Fake::builder().access_lifetime(LIFETIME).keep_requests(100).start().await?;
        let place = Place::of(&fake, 1, LIFETIME);
        let clock = LoadClock::default();
        let oauth = store.oauth(&place, &clock)?;
        place.keep_grants(&oauth, &*store).await?;
        let client = place.client(&oauth, 0, &http_client()?)?.build().await?;
        fake.seed_alerts(300);
        let id = fake.alerts().first().and_then(|alert| alert["id"].as_str().map(str::to_owned)).ok_or("no alert")?;
        let gate = HoldPoint::new();
        let faults = [Fault::DropAfter, Fault::DropBefore, Fault::HoldAfter(gate.clone()), Fault::CutBody];
        fake.add_random_faults(Endpoint::Refresh, 8, chance.number(), faults.to_vec());
        fake.add_random_faults(
            Endpoint::Gateway,
            30,
            chance.number(),
            vec![Fault::HoldBody(gate.clone()), Fault::DropBefore],
        );
        let ticker = tokio::spawn(tick(fake.clock(), clock.clone(), gate));
        Ok(Self {
            fake,
            clock,
            ticker,
            store,
            oauth,
            client,
            alert: id,
            chance,
            dropped: 0,
            ended: 0,
            sign_ins: 0,
            slowest: Duration::ZERO,
            wrong: Vec::new(),
        })
    }

    /// Up to four futures at once, each polled so often and then dropped, and a look at what they left.
    async fn round(&mut self, drops: usize) -> Outcome<()> {
        if self.chance.one_in(3) {
            // The token is over: whoever comes next refreshes.
            self.fake.clock().advance(LIFETIME);
            self.clock.advance(LIFETIME);
        } else if self.chance.one_in(4) {
            // The service alone knows: whoever comes next is refused.
            self.fake.expire_access_tokens();
        }
        let mut futures = Vec::new();
        for _ in 0..=self.chance.below(4).min(drops - self.dropped - 1) {
            let what = KINDS[self.chance.below(KINDS.len())];
            self.sign_ins += usize::from(matches!(what, What::SignIn));
            let polls = self.chance.below(POLLS);
            // Half of them are polled without a reason, so that the point is another one than where something happened.
            let is_restless = self.chance.one_in(2);
            futures.push(drop_after(polls, is_restless, self.future(what).await?));
        }
        for is_ended in futures_util::future::join_all(futures).await {
            if is_ended { self.ended += 1 } else { self.dropped += 1 }
        }
        self.check().await
    }

    async fn future(&self, what: What) -> Outcome<impl Future<Output = ()> + Send + use<>> {
        let (client, alert, oauth) = (self.client.clone(), self.alert.clone(), self.oauth.clone());
        let login = match what {
            What::SignIn => {
                let login = oauth.begin_sign_in(&self.fake.app().scopes.into_iter().collect())?;
                Some((self.fake.approve(login.url.as_str()).await?, login.pending))
            }
            _ => None,
        };
        // What comes of it is nobody's concern here: it may fail, and must leave nothing behind.
        Ok(async move {
            match what {
                What::Token => drop(oauth.session(&user(0)).access_token().await),
                What::Get => drop(client.alerts().get(&alert).send().await),
                What::Stream => {
                    let mut items = client.alerts().list().size(100).items();
                    while let Some(Ok(_)) = items.next().await {}
                }
                What::Write => drop(client.alerts().add_note(&alert, "dropped").send().await),
                What::Wait => {
                    if let Ok(receipt) = client.alerts().acknowledge(&alert).send().await {
                        let _ = receipt.wait().await;
                    }
                }
                What::Sites => drop(oauth.session(&user(0)).sites().await),
                What::SignIn => {
                    if let Some((callback, pending)) = login {
                        let _ = oauth.finish_sign_in(&user(0), pending, &callback).await;
                    }
                }
            }
        })
    }

    /// A call succeeds, the lock can be had, and what the store has is good.
    async fn check(&mut self) -> Outcome<()> {
        let start = Instant::now();
        let usable = async {
            let mut last = None;
            // A refresh may meet faults three times, and a token that is refused right after a refresh, as happens here where one was
            // on its way when all tokens ended, is given a minute. A caller would try again, too.
            for _ in 0..24 {
                match self.client.alerts().get(&self.alert).send().await {
                    Ok(_) => return None,
                    Err(error) => last = Some(error.to_string()),
                }
                self.fake.clock().advance(PAUSE);
                self.clock.advance(PAUSE);
            }
            last
        };
        match timeout(HANGS, usable).await {
            Ok(None) => {}
            Ok(Some(error)) => self.wrong.push(format!("after {} drops no call succeeds: {error}", self.dropped)),
            Err(_) => self.wrong.push(format!("after {} drops a call hangs", self.dropped)),
        }
        let key = self.oauth.key(&user(0));
        match timeout(HANGS, self.store.lock(&key)).await {
            Ok(Ok(lock)) => {
                // Nobody saves while this holds the lock, so what is there is there to stay.
                let stored = self.store.load(&key).await?.ok_or("a store without the grant")?;
                drop(lock);
                if !self.fake.is_refresh_token_valid(&refresh_token(&stored)?) {
                    self.wrong.push(format!("after {} drops the stored token is good no more", self.dropped));
                }
            }
            Ok(Err(error)) => self.wrong.push(format!("after {} drops the lock fails: {error}", self.dropped)),
            Err(_) => self.wrong.push(format!("after {} drops the lock is stuck", self.dropped)),
        }
        self.slowest = self.slowest.max(start.elapsed());
        Ok(())
    }

    async fn finish(&mut self) -> Outcome<()> {
        match timeout(HANGS, self.oauth.session(&user(0)).flush()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.wrong.push(format!("in the end a pair is not saved: {error}")),
            Err(_) => self.wrong.push("in the end a refresh hangs".to_owned()),
        }
        self.check().await?;
        self.ticker.abort();
        let unexpected = self.fake.check_violations().err().map(|unexpected| unexpected.lines).unwrap_or_default();
        self.wrong.extend(unexpected.into_iter().map(|line| format!("the fake did not expect {line}")));
        Ok(())
    }
}

/// Lets time pass on both sides, and late answers go.
async fn tick(fakes: jsm_ops_fake::FakeClock, clock: LoadClock, gate: HoldPoint) {
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        fakes.advance(TICK);
        clock.advance(TICK);
        gate.release_waiting();
    }
}

/// Polls a future so often, and drops it; `true` where it ended before.
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
