//! Allocations of the client: for a call, for a page, and over ten thousand alerts.

#![allow(clippy::print_stdout)]

use std::{alloc::System, time::Instant};

use jsm_ops::{
    Operation,
    api::types::ListAlertResponse,
    core::{Response, decode},
    reqwest::{StatusCode, header::HeaderMap},
};
use jsm_ops_bench::{
    Result,
    alert_server::{self, ALERTS, AlertServer, page},
    markdown::{Table, kib, thousands},
    measure::{Allocations, COUNTING, Peak, live_bytes, median},
    sides::{Side, Sides},
};
use serde::Deserialize;
use stats_alloc::StatsAlloc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = COUNTING;

/// Most bytes that a stream of all alerts may keep beyond a stream of a tenth of them.
const FLAT: usize = 64 * 1024;

const CALLS: usize = 2_000;

fn main() -> Result<()> {
    if alert_server::serve_if_asked()? {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let echo = AlertServer::start().await?;
        let sides = Sides::new(echo.url()).await?;
        calls(&sides).await?;
        decoding()?;
        stream(&sides).await
    })
}

async fn calls(sides: &Sides) -> Result<()> {
    let mut table = Table::new(&["one call", "allocations", "bare", "ratio", "bytes", "bare", "ratio"]);
    for (name, pages) in [("one alert", false), ("a page of 100 alerts", true)] {
        let client = allocated(sides, Side::Client, pages).await?;
        let bare = allocated(sides, Side::Bare, pages).await?;
        let cells = |of: fn(&(f64, f64)) -> f64| {
            [format!("{:.1}", of(&client)), format!("{:.1}", of(&bare)), format!("**{:.3}**", of(&client) / of(&bare))]
        };
        table.row([name.to_owned()].into_iter().chain(cells(|found| found.0)).chain(cells(|found| found.1)));
    }
    println!("{table}");
    Ok(())
}

/// Average allocations and bytes of one call.
async fn allocated(sides: &Sides, side: Side, pages: bool) -> Result<(f64, f64)> {
    let calls = if pages { CALLS / 10 } else { CALLS };
    let call = || async { if pages { sides.list(side).await.map(drop) } else { sides.get(side).await.map(drop) } };
    for _ in 0..20 {
        call().await?;
    }
    let before = Allocations::now();
    for _ in 0..calls {
        call().await?;
    }
    let found = Allocations::now().since(before);
    Ok((found.count as f64 / calls as f64, found.bytes as f64 / calls as f64))
}

/// The fewest fields that a program would read of a page.
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Minimal {
    values: Vec<MinimalAlert>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct MinimalAlert {
    id: String,
    message: String,
    status: String,
    priority: String,
}

fn decoding() -> Result<()> {
    static LIST: Operation = Operation::custom("GET", "/v1/alerts", "operations");
    let body = page(0, 100);
    let response = Response::new(StatusCode::OK, HeaderMap::new(), body.clone().into());
    let client = || decode::response::<ListAlertResponse>(&LIST, &response).map(|page| page.values.len());
    let same = || serde_json::from_str::<ListAlertResponse>(&body).map(|page| page.values.len());
    let minimal = || serde_json::from_str::<Minimal>(&body).map(|page| page.values.len());
    let (mut times, mut counts) = ([Vec::new(), Vec::new(), Vec::new()], [0; 3]);
    for _ in 0..2_000 {
        // The three alternate, so that other load on the machine affects all of them.
        let mut one = |place: usize, decode: &dyn Fn() -> Result<usize>| -> Result<()> {
            let (allocations, start) = (Allocations::now(), Instant::now());
            std::hint::black_box(decode()?);
            times[place].push(start.elapsed().as_secs_f64() * 1e6);
            counts[place] = Allocations::now().since(allocations).count;
            Ok(())
        };
        one(0, &|| Ok(client()?))?;
        one(1, &|| Ok(same()?))?;
        one(2, &|| Ok(minimal()?))?;
    }
    let times = times.map(|mut times| median(&mut times));
    let head = ["a page of 100 alerts decoded", "µs", "ratio to the minimal struct", "allocations"];
    let mut table = Table::new(&head);
    let names = [
        "by the client, all fields, dates and enums read",
        "by serde_json into the same type",
        "into a struct of four strings",
    ];
    for ((name, time), count) in names.into_iter().zip(times).zip(counts) {
        table.row([name.to_owned(), format!("{time:.0}"), format!("**{:.2}**", time / times[2]), thousands(count)]);
    }
    println!("{table}\nThe page has {}.", kib(body.len()));
    Ok(())
}

/// Streams so many alerts, and returns the most bytes in use beyond those before.
async fn walk(sides: &Sides, alerts: usize) -> Result<usize> {
    let before = live_bytes();
    let peak = Peak::watch()?;
    let mut items = sides.client().alerts().list().size(100).items();
    let mut seen = 0;
    while let Some(item) = items.next().await {
        std::hint::black_box(item?);
        seen += 1;
        if seen == alerts {
            break;
        }
    }
    if seen != alerts {
        return Err(format!("the stream ended after {seen} alerts").into());
    }
    Ok(peak.bytes().saturating_sub(before))
}

async fn stream(sides: &Sides) -> Result<()> {
    walk(sides, 200).await?;
    let (tenth, all) = (walk(sides, ALERTS / 10).await?, walk(sides, ALERTS).await?);
    let mut table = Table::new(&["a stream of alerts, 100 a page", "most bytes in use"]);
    table.row(["over 1,000".to_owned(), kib(tenth)]).row([format!("over {}", thousands(ALERTS)), kib(all)]);
    let verdict = if all <= tenth + FLAT { "Memory is flat." } else { "missed: memory grows with the stream." };
    println!("\n{table}\n{verdict}");
    Ok(())
}
