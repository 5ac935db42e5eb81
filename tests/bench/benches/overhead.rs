//! Cost of a call through the client over the same call by bare `reqwest`: latency, processor time,
//! throughput.

#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use jsm_ops::{Client, MemoryStore};
use jsm_ops_bench::{
    Result,
    alert_server::{self, AlertServer},
    comparison::{Comparison, Round, RoundPlan, compare},
    fake_access::{FakeAccess, LoadClock},
    markdown::{Table, thousands},
    measure::{self, median},
    sides::{Sides, http_client},
};
use jsm_ops_fake::{Endpoint, Fake};

/// The highest ratios that meet the targets.
const LATENCY: f64 = 1.10;
const PROCESSOR: f64 = 1.15;

/// Lifetime of the fake's tokens, and how often all callers need a new one at once.
const HOUR: Duration = Duration::from_secs(3600);
const WAVES: usize = 20;

const PLANS: [(&str, RoundPlan); 4] = [
    ("1 caller, one alert", RoundPlan { callers: 1, calls: 2_000, rounds: 60, pages: false }),
    ("64 callers, one alert", RoundPlan { callers: 64, calls: 6_400, rounds: 40, pages: false }),
    ("1,024 callers, one alert", RoundPlan { callers: 1_024, calls: 10_240, rounds: 20, pages: false }),
    ("1 caller, a page of 100 alerts", RoundPlan { callers: 1, calls: 300, rounds: 30, pages: true }),
];

fn main() -> Result<()> {
    if alert_server::serve_if_asked()? {
        return Ok(());
    }
    measure::allow_many_connections();
    // One thread for the client and one process for the server, so that a second core hides no
    // cost.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Result<()> {
    let echo = AlertServer::start().await?;
    let sides = Sides::new(echo.url()).await?;
    let head = ["call", "calls each", "latency µs", "bare", "ratio", "CPU µs", "bare", "ratio", "calls/s", "bare", "ratio"];
    let mut table = Table::new(&head);
    let mut missed = Vec::new();
    for (name, plan) in PLANS {
        let found = compare(&sides, plan).await?;
        let mut cells = vec![name.to_owned(), thousands(plan.calls * plan.rounds)];
        for (figure, digits) in FIGURES {
            let (client, bare, ratio) = found.of(figure);
            cells.extend([format!("{client:.digits$}"), format!("{bare:.digits$}"), format!("**{ratio:.3}**")]);
        }
        table.row(cells);
        explain(name, &found);
        if plan.callers <= 64 && !plan.pages {
            missed.extend(miss(name, "latency", found.of(|round| round.latency).2, LATENCY));
            missed.extend(miss(name, "CPU", found.of(|round| round.processor).2, PROCESSOR));
        }
    }
    println!("\n{table}");
    println!("Ratios are medians over pairs of rounds; the targets are {LATENCY:.2} (latency) and {PROCESSOR:.2} (CPU).");
    missed.iter().for_each(|line| println!("missed: {line}"));
    if missed.is_empty() {
        println!("All targets are met.");
    }
    refresh_among_many().await
}

/// Time of the slowest of many callers when all need a refresh at once, and without a refresh.
async fn refresh_among_many() -> Result<()> {
    let fake = Fake::builder().keep_requests(100).start().await?;
    let access = FakeAccess::of(&fake, 1, HOUR);
    let (store, clock) = (MemoryStore::new(), LoadClock::default());
    let oauth = access.oauth(store.clone(), &clock)?;
    access.save_grants(&oauth, &store).await?;
    fake.seed_alerts(1);
    let id = fake.alerts().first().and_then(|alert| Some(alert["id"].as_str()?.to_owned())).ok_or("no alert")?;
    let client = access.client(&oauth, 0, &http_client()?)?.build().await?;
    wave(&client, &id).await?;
    let (mut quiet, mut refreshing, mut refreshes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..WAVES {
        quiet.push(wave(&client, &id).await?);
        let before = fake.count(&Endpoint::Refresh);
        // The access token expires, and all callers need a new one at once.
        fake.clock().advance(HOUR);
        clock.advance(HOUR);
        refreshing.push(wave(&client, &id).await?);
        refreshes += fake.count(&Endpoint::Refresh) - before;
    }
    let mut table = Table::new(&["a wave of 1,024 callers, against the fake", "slowest call ms", "of the worst wave"]);
    for (name, worst) in [("with a valid token", &mut quiet), ("with a token that has just expired", &mut refreshing)] {
        let most = worst.iter().copied().fold(0.0, f64::max);
        table.row([name.to_owned(), format!("{:.1}", median(worst)), format!("{most:.1}")]);
    }
    println!("\n{table}\n{refreshes} refreshes in {WAVES} waves that needed one.");
    Ok(())
}

/// Runs all callers at once, and returns the time of the slowest one in milliseconds.
async fn wave(client: &Client, id: &str) -> Result<f64> {
    let tasks: Vec<_> = (0..1_024)
        .map(|_| {
            let (client, id) = (client.clone(), id.to_owned());
            tokio::spawn(async move {
                let start = Instant::now();
                client.alerts().get(&id).send().await.map(|_| start.elapsed())
            })
        })
        .collect();
    let mut worst = Duration::ZERO;
    for task in tasks {
        worst = worst.max(task.await??);
    }
    Ok(worst.as_secs_f64() * 1e3)
}

type Figure = fn(&Round) -> f64;

const FIGURES: [(Figure, usize); 3] =
    [(|round| round.latency, 1), (|round| round.processor, 1), (|round| round.throughput, 0)];

fn explain(name: &str, found: &Comparison) {
    let (latency, processor) = (found.spread(|round| round.latency), found.spread(|round| round.processor));
    let late = found.of(|round| round.latency_99);
    println!(
        "{name}: half of the ratios lie within {:.3} to {:.3} (latency), {:.3} to {:.3} (CPU); 99 % of calls took up to {:.0} µs, \
         {:.0} µs bare",
        latency.0, latency.1, processor.0, processor.1, late.0, late.1
    );
}

fn miss(name: &str, what: &str, ratio: f64, target: f64) -> Option<String> {
    (ratio > target).then(|| format!("{name}: {what} {ratio:.3} is above the target {target:.2}"))
}
