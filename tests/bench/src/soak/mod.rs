//! Many calls from many tasks against a fake that breaks, with tokens that live for two minutes.
//!
//! The fake is a process of its own, so that what it remembers is not taken for memory of the client. Time is injected on both sides:
//! it passes with the calls that end, forty of them a second, so a run of minutes sees hours and thousands of refreshes.

mod calls;
mod faults;
mod other;
mod verdict;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use jsm_ops::{Client, FileStore, TokenStore as _};

use crate::{
    Outcome,
    chance::Chance,
    measure,
    sides::http_client,
    world::{LoadClock, Place, refresh_token, user},
};
use calls::{Call, Ending};
use other::Other;
pub use other::serve_if_asked;
pub use verdict::Verdict;

/// How long access tokens live, by the injected clock.
pub const LIFETIME: Duration = Duration::from_secs(120);

/// How many users, each with a grant of their own.
const USERS: usize = 16;

/// How much time passes with each call that ends, and at least with each step of the clock.
const PER_CALL: Duration = Duration::from_millis(25);
const PER_STEP: Duration = Duration::from_millis(20);

/// How often the clock makes a step, by the time of the machine.
const STEP: Duration = Duration::from_millis(5);

/// A run that makes no progress for so long, by the time of the machine, hangs.
const HANGS: Duration = Duration::from_secs(60);

/// A run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Calls of all tasks together.
    pub calls: usize,
    /// Tasks.
    pub tasks: usize,
    /// What everything random comes from.
    pub seed: u64,
    /// How often a request meets a fault: one in so many. 0 for never.
    pub one_in: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { calls: 200_000, tasks: 256, seed: 1, one_in: 20 }
    }
}

/// How the calls of one kind ended, and how often.
pub(crate) type Endings = BTreeMap<(Call, Ending), usize>;

/// What all tasks share.
struct Shared {
    clients: Vec<Client>,
    place: other::Hello,
    begun: AtomicUsize,
    ended: AtomicUsize,
    endings: Mutex<Endings>,
    /// What should not have been, in words. The first few are enough to find the rest.
    wrong: Mutex<Vec<String>>,
}

impl Shared {
    fn complain(&self, line: String) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() < 20 {
            wrong.push(line);
        }
    }
}

/// What a run found.
pub(crate) struct Found {
    pub(crate) endings: Endings,
    pub(crate) wrong: Vec<String>,
    pub(crate) report: other::Report,
    /// Whether the fake takes the refresh token that each user's store has in the end.
    pub(crate) stored: Vec<bool>,
    /// Bytes alive, sample by sample.
    pub(crate) live: Vec<f64>,
    /// Bytes still alive once all clients were dropped, beyond those before.
    pub(crate) left: usize,
    pub(crate) took: Duration,
    pub(crate) passed: Duration,
    pub(crate) processor: Duration,
}

/// Makes a run, and judges it.
///
/// # Errors
/// A run that could not be made, or that hangs.
pub async fn run(settings: Settings) -> Outcome<Verdict> {
    let directory = tempfile::tempdir()?;
    let store = FileStore::directory(directory.path());
    let clock = LoadClock::default();
    let mut other = Other::start(settings, USERS).await?;
    let place: &Place = &other.hello().place;
    let oauth = place.oauth(store.clone(), &clock)?;
    place.keep_grants(&oauth, &store).await?;
    let before = measure::live_bytes();
    let http = http_client()?;
    let mut clients = Vec::with_capacity(USERS);
    for number in 0..USERS {
        clients.push(place.client(&oauth, number, &http)?.max_body(faults::MAX_BODY).build().await?);
    }
    let shared = Arc::new(Shared {
        clients,
        place: other.hello().clone(),
        begun: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
        endings: Mutex::default(),
        wrong: Mutex::default(),
    });
    let (start, processor) = (Instant::now(), measure::processor_time());
    let mut chance = Chance::new(settings.seed);
    let tasks: Vec<_> =
        (0..settings.tasks).map(|task| tokio::spawn(work(Arc::clone(&shared), settings, task, chance.fork()))).collect();
    let live = drive(&shared, settings, &clock, &mut other).await?;
    for task in tasks {
        task.await?;
    }
    let (took, processor) = (start.elapsed(), measure::processor_time() - processor);
    for client in &shared.clients {
        if let Some(Err(error)) = settle(client).await {
            shared.complain(format!("a pair that could not be saved: {error}"));
        }
    }
    let mut tokens = Vec::with_capacity(USERS);
    for number in 0..USERS {
        let grant = store.load(&oauth.key(&user(number))).await?.ok_or("a store without the grant of a user")?;
        tokens.push(refresh_token(&grant)?);
    }
    let (report, stored) = other.report(&tokens).await?;
    let endings = shared.endings.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let wrong = shared.wrong.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // Without clients and connections there is nothing left of all these calls.
    drop((shared, http));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let left = measure::live_bytes().saturating_sub(before);
    let found = Found { endings, wrong, report, stored, live, left, took, passed: clock.passed(), processor };
    Ok(Verdict::of(settings, &found))
}

async fn settle(client: &Client) -> Option<Result<(), jsm_ops::Error>> {
    Some(client.session()?.flush().await)
}

/// One task: a call after the other, until enough were begun.
async fn work(shared: Arc<Shared>, settings: Settings, task: usize, mut chance: Chance) {
    let mut mine = Endings::new();
    loop {
        let number = shared.begun.fetch_add(1, Ordering::Relaxed);
        if number >= settings.calls {
            break;
        }
        // Tasks of the same user share a session.
        let client = &shared.clients[(task + chance.below(2)) % shared.clients.len()];
        let call = Call::draw(&mut chance);
        let outcome = call.make(client, &shared.place, number, &mut chance).await;
        let ending = match Ending::of(call, &outcome) {
            Ok(ending) => ending,
            Err(wrong) => {
                shared.complain(wrong);
                Ending::Wrong
            }
        };
        *mine.entry((call, ending)).or_default() += 1;
        shared.ended.fetch_add(1, Ordering::Relaxed);
    }
    let mut endings = shared.endings.lock().unwrap_or_else(PoisonError::into_inner);
    mine.into_iter().for_each(|(key, times)| *endings.entry(key).or_default() += times);
}

/// Lets time pass as calls end, and looks at the memory, until all calls have ended.
async fn drive(shared: &Shared, settings: Settings, clock: &LoadClock, other: &mut Other) -> Outcome<Vec<f64>> {
    let (mut before, mut progress, mut live) = (0, Instant::now(), Vec::new());
    for step in 0_u64.. {
        tokio::time::sleep(STEP).await;
        let ended = shared.ended.load(Ordering::Relaxed);
        let calls = u32::try_from(ended - before).unwrap_or(u32::MAX);
        let by = PER_CALL.saturating_mul(calls).max(PER_STEP);
        // The fake first: its tokens may end before the client thinks so, which is what clocks of two machines do.
        other.advance(by).await?;
        clock.advance(by);
        if step % 4 == 0 {
            other.let_through().await?;
        }
        live.push(measure::live_bytes() as f64);
        if ended != before {
            (before, progress) = (ended, Instant::now());
        } else if progress.elapsed() > HANGS {
            return Err(format!("{ended} of {} calls have ended, and no other one for a minute", settings.calls).into());
        }
        if ended >= settings.calls {
            break;
        }
    }
    Ok(live)
}
