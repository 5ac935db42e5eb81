//! What idle sessions and token look-ups cost, with a hundred thousand sessions in one process.

#![allow(clippy::print_stdout)]

use std::{alloc::System, time::Instant};

use chrono::{DateTime, Utc};
use jsm_ops::{
    App, BoxFuture, Generation, Grant, GrantKey, OAuth, Session, StoreError, StoreLock, TokenStore, core::SystemClock,
};
use jsm_ops_bench::{
    Result,
    markdown::{Table, thousands},
    measure::{COUNTING, live_bytes, median},
};
use stats_alloc::StatsAlloc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = COUNTING;

const SESSIONS: usize = 100_000;

/// Look-ups per round, and rounds.
const LOOKUPS: usize = 200_000;
const ROUNDS: usize = 11;

/// Most bytes of an idle session with its grant, without the bytes of its two tokens.
const MAX_BYTES: usize = 2048;

/// Tokens are as long as those of the fake.
const ACCESS: &str = "access-0123456789abcdef0123456789abcdef";
const REFRESH: &str = "refresh-0123456789abcdef0123456789abcdef";

/// A store that parses a grant whenever it is loaded, like one over files or a database.
#[derive(Debug)]
struct ParsingStore {
    now: DateTime<Utc>,
}

impl TokenStore for ParsingStore {
    fn load<'a>(&'a self, _: &'a GrantKey) -> BoxFuture<'a, std::result::Result<Option<Grant>, StoreError>> {
        Box::pin(async move {
            let (now, expires) = (self.now.to_rfc3339(), (self.now + chrono::TimeDelta::hours(12)).to_rfc3339());
            let json = format!(
                r#"{{"generation":"1-00000000000000aa","access_token":"{ACCESS}","access_expires_at":"{expires}",
                    "refresh_token":"{REFRESH}","scopes":"read:ops-alert:jira-service-management offline_access",
                    "consented_at":"{now}","refreshed_at":"{now}"}}"#
            );
            Grant::from_json(&json).map(Some).map_err(|error| StoreError::damaged("the benchmark", error))
        })
    }

    fn save<'a>(
        &'a self,
        _: &'a GrantKey,
        _: &'a Grant,
        _: Option<Generation>,
    ) -> BoxFuture<'a, std::result::Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn lock<'a>(&'a self, _: &'a GrantKey) -> BoxFuture<'a, std::result::Result<StoreLock, StoreError>> {
        Box::pin(async { Ok(StoreLock::new(())) })
    }

    fn delete<'a>(&'a self, _: &'a GrantKey) -> BoxFuture<'a, std::result::Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::new("a-client-id", "a-secret", "http://127.0.0.1:8391/callback")?;
        let store = ParsingStore { now: Utc::now() };
        let oauth = OAuth::builder(app, store).clock(std::sync::Arc::new(SystemClock)).build()?;
        // The first refresh sets up what is shared.
        oauth.session("warm-up").access_token().await?;
        let before = live_bytes();
        let mut sessions: Vec<Session> = Vec::with_capacity(SESSIONS);
        for user in 0..SESSIONS {
            let session = oauth.session(&format!("user-{user:08}"));
            session.access_token().await?;
            sessions.push(session);
        }
        let bytes = live_bytes().saturating_sub(before) / SESSIONS;
        let one = look_up(&sessions[..1]).await?;
        let spread = look_up(&sessions).await?;
        let mut table = Table::new(&[&format!("{} idle sessions", thousands(SESSIONS)), "each"]);
        table.row(["memory of a session with its grant", &format!("{} bytes", thousands(bytes))]);
        table.row(["look-up of a token, always the same session", &format!("{one:.0} ns")]);
        table.row(["look-up of a token, a random session", &format!("{spread:.0} ns")]);
        println!("{table}");
        if bytes > MAX_BYTES {
            return Err(format!("a session has {bytes} bytes, more than {MAX_BYTES}").into());
        }
        Ok(())
    })
}

/// The median over rounds of the nanoseconds of one look-up.
async fn look_up(sessions: &[Session]) -> Result<f64> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..LOOKUPS {
            let session = &sessions[random.usize(..sessions.len())];
            std::hint::black_box(session.access_token().await?);
        }
        rounds.push(started.elapsed().as_nanos() as f64 / LOOKUPS as f64);
    }
    Ok(median(&mut rounds))
}
