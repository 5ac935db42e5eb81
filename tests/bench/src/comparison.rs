//! Compares two sides in alternating rounds of calls, so that other load on the machine affects
//! both.

use std::time::{Duration, Instant};

use crate::{
    Result,
    measure::{median, processor_time, quantile},
    sides::{Side, Sides},
};

/// How a comparison is made.
#[derive(Debug, Clone, Copy)]
pub struct RoundPlan {
    /// Tasks that call concurrently.
    pub callers: usize,
    /// Calls of one side in one round, over all tasks.
    pub calls: usize,
    /// Rounds of each side.
    pub rounds: usize,
    /// Whether a call lists a page instead of one alert.
    pub pages: bool,
}

/// Figures of one side in one round.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// Median latency in microseconds.
    pub latency: f64,
    /// 99th percentile of the latency in microseconds.
    pub latency_99: f64,
    /// Processor time of one call in microseconds.
    pub processor: f64,
    /// Calls per second.
    pub throughput: f64,
}

/// Both sides over all rounds.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Pairs of successive rounds: the client's, and the bare one.
    pub pairs: Vec<(Round, Round)>,
}

impl Comparison {
    /// Medians over all rounds: of a figure of each side, and of its ratio within each pair.
    pub fn of(&self, figure: fn(&Round) -> f64) -> (f64, f64, f64) {
        let over = |of: &dyn Fn(&(Round, Round)) -> f64| median(&mut self.pairs.iter().map(of).collect::<Vec<_>>());
        (
            over(&|(client, _)| figure(client)),
            over(&|(_, bare)| figure(bare)),
            over(&|(client, bare)| figure(client) / figure(bare)),
        )
    }

    /// First and third quartile of the ratios.
    pub fn spread(&self, figure: fn(&Round) -> f64) -> (f64, f64) {
        let mut ratios: Vec<f64> = self.pairs.iter().map(|(client, bare)| figure(client) / figure(bare)).collect();
        (quantile(&mut ratios, 0.25), quantile(&mut ratios, 0.75))
    }
}

/// Compares the two sides.
///
/// # Errors
/// A failed call.
pub async fn compare(sides: &Sides, plan: RoundPlan) -> Result<Comparison> {
    // Warms up connections, branch predictors and the allocator.
    for side in [Side::Bare, Side::Client] {
        round(sides, plan, side).await?;
    }
    let mut pairs = Vec::with_capacity(plan.rounds);
    for number in 0..plan.rounds {
        // A B, B A, A B: a change in the course of the run affects both sides alike.
        let pair = if number % 2 == 0 {
            let client = round(sides, plan, Side::Client).await?;
            (client, round(sides, plan, Side::Bare).await?)
        } else {
            let bare = round(sides, plan, Side::Bare).await?;
            (round(sides, plan, Side::Client).await?, bare)
        };
        pairs.push(pair);
    }
    Ok(Comparison { pairs })
}

async fn round(sides: &Sides, plan: RoundPlan, side: Side) -> Result<Round> {
    let each = plan.calls / plan.callers;
    let (processor, start) = (processor_time(), Instant::now());
    let mut latencies = Vec::with_capacity(each * plan.callers);
    if plan.callers == 1 {
        // Without a task, so that the figures are those of the call alone.
        call(sides, plan, side, each, &mut latencies).await?;
    } else {
        let tasks: Vec<_> = (0..plan.callers)
            .map(|_| {
                let sides = sides.clone();
                tokio::spawn(async move {
                    let mut latencies = Vec::with_capacity(each);
                    call(&sides, plan, side, each, &mut latencies).await.map(|()| latencies)
                })
            })
            .collect();
        for task in tasks {
            latencies.append(&mut task.await??);
        }
    }
    let (took, processor) = (start.elapsed(), processor_time() - processor);
    let calls = latencies.len() as f64;
    Ok(Round {
        latency: median(&mut latencies),
        latency_99: quantile(&mut latencies, 0.99),
        processor: micros(processor) / calls,
        throughput: calls / took.as_secs_f64(),
    })
}

async fn call(sides: &Sides, plan: RoundPlan, side: Side, calls: usize, latencies: &mut Vec<f64>) -> Result<()> {
    for _ in 0..calls {
        let start = Instant::now();
        if plan.pages {
            std::hint::black_box(sides.list(side).await?);
        } else {
            std::hint::black_box(sides.get(side).await?);
        }
        latencies.push(micros(start.elapsed()));
    }
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
