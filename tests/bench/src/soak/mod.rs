//! Many calls from many tasks against a fake with faults, with tokens that expire after two
//! minutes.
//!
//! The fake is a process of its own, so that its memory does not count as the client's. Both sides
//! have an injected clock that advances by a second for forty ended calls. A run of minutes covers
//! hours and thousands of refreshes.

mod calls;
mod fake_process;
mod faults;
mod settings;
mod verdict;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;
use jsm_ops::{Client, FileStore, TokenStore as _};

use crate::{
    Result,
    fake_access::{FakeAccess, LoadClock, refresh_token, user},
    garbage::Garbage as _,
    measure,
    sides::http_client,
};
use calls::{Call, Ending};
use fake_process::FakeProcess;
pub use fake_process::serve_if_asked;
pub use settings::Settings;
pub use verdict::Verdict;
use verdict::{Endings, Found};

/// How many users, each with a grant.
const USERS: usize = 16;

/// How far the clock advances with each ended call, and at least with each step.
const PER_CALL: Duration = Duration::from_millis(25);
const PER_STEP: Duration = Duration::from_millis(20);

/// The time between two steps of the clock, in real time.
const STEP: Duration = Duration::from_millis(5);

/// A run without progress for so long, in real time, is stuck.
const STUCK: Duration = Duration::from_secs(60);

/// State of all tasks.
struct Shared {
    clients: Vec<Client>,
    setup: fake_process::Setup,
    begun: AtomicUsize,
    ended: AtomicUsize,
    endings: Mutex<Endings>,
    /// The first errors.
    wrong: Mutex<Vec<String>>,
}

impl Shared {
    fn report_error(&self, line: String) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() < 20 {
            wrong.push(line);
        }
    }
}

/// Runs and checks the calls.
///
/// # Errors
/// The run could not start, or is stuck.
pub async fn run(settings: Settings) -> Result<Verdict> {
    let directory = tempfile::tempdir()?;
    let store = FileStore::directory(directory.path());
    let clock = LoadClock::default();
    let mut fake = FakeProcess::start(settings, USERS).await?;
    let access: &FakeAccess = &fake.setup().access;
    let oauth = access.oauth(store.clone(), &clock)?;
    access.save_grants(&oauth, &store).await?;
    let before = measure::live_bytes();
    let http = http_client()?;
    let mut clients = Vec::with_capacity(USERS);
    for number in 0..USERS {
        clients.push(access.client(&oauth, number, &http)?.max_body(faults::MAX_BODY).build().await?);
    }
    let shared = Arc::new(Shared {
        clients,
        setup: fake.setup().clone(),
        begun: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
        endings: Mutex::default(),
        wrong: Mutex::default(),
    });
    let (start, processor) = (Instant::now(), measure::processor_time());
    let mut rng = Rng::with_seed(settings.seed);
    let tasks: Vec<_> =
        (0..settings.tasks).map(|task| tokio::spawn(work(Arc::clone(&shared), settings, task, rng.fork()))).collect();
    let live = drive(&shared, settings, &clock, &mut fake).await?;
    for task in tasks {
        task.await?;
    }
    let (took, processor) = (start.elapsed(), measure::processor_time() - processor);
    for client in &shared.clients {
        if let Some(Err(error)) = settle(client).await {
            shared.report_error(format!("a grant was not saved: {error}"));
        }
    }
    let mut tokens = Vec::with_capacity(USERS);
    for number in 0..USERS {
        let grant = store.load(&oauth.key(&user(number))).await?.ok_or("a store without the grant of a user")?;
        tokens.push(refresh_token(&grant)?);
    }
    let (report, stored) = fake.report(&tokens).await?;
    let endings = shared.endings.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let wrong = shared.wrong.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // Drops clients and connections. After that, nothing of the calls may be left.
    drop((shared, http));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let left = measure::live_bytes().saturating_sub(before);
    let found = Found { endings, wrong, report, stored, live, left, took, passed: clock.passed(), processor };
    Ok(Verdict::of(settings, &found))
}

async fn settle(client: &Client) -> Option<Result<(), jsm_ops::Error>> {
    Some(client.session()?.flush().await)
}

/// One task: calls in sequence, until enough have started.
async fn work(shared: Arc<Shared>, settings: Settings, task: usize, mut rng: Rng) {
    let mut mine = Endings::new();
    loop {
        let number = shared.begun.fetch_add(1, Ordering::Relaxed);
        if number >= settings.calls {
            break;
        }
        // Tasks of the same user share a session.
        let client = &shared.clients[(task + rng.below(2)) % shared.clients.len()];
        let call = Call::draw(&mut rng);
        let outcome = call.make(client, &shared.setup, number, &mut rng).await;
        let ending = match Ending::of(call, &outcome) {
            Ok(ending) => ending,
            Err(wrong) => {
                shared.report_error(wrong);
                Ending::Wrong
            }
        };
        *mine.entry((call, ending)).or_default() += 1;
        shared.ended.fetch_add(1, Ordering::Relaxed);
    }
    let mut endings = shared.endings.lock().unwrap_or_else(PoisonError::into_inner);
    mine.into_iter().for_each(|(key, times)| *endings.entry(key).or_default() += times);
}

/// Advances the clocks as calls end and samples the memory, until all calls have ended.
async fn drive(shared: &Shared, settings: Settings, clock: &LoadClock, fake: &mut FakeProcess) -> Result<Vec<f64>> {
    let (mut before, mut progress, mut live) = (0, Instant::now(), Vec::new());
    for step in 0_u64.. {
        tokio::time::sleep(STEP).await;
        let ended = shared.ended.load(Ordering::Relaxed);
        let calls = u32::try_from(ended - before).unwrap_or(u32::MAX);
        let by = PER_CALL.saturating_mul(calls).max(PER_STEP);
        // The fake's clock is ahead, as clocks of two machines differ: tokens may expire early for
        // the client.
        fake.advance(by).await?;
        clock.advance(by);
        if step % 4 == 0 {
            fake.release_held().await?;
        }
        live.push(measure::live_bytes() as f64);
        if ended != before {
            (before, progress) = (ended, Instant::now());
        } else if progress.elapsed() > STUCK {
            return Err(format!("{ended} of {} calls have ended, and no other one for a minute", settings.calls).into());
        }
        if ended >= settings.calls {
            break;
        }
    }
    Ok(live)
}
