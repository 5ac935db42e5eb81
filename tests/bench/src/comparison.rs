//! Rounds of calls by one side and the other in turn, so that what else the machine does meets both.

use std::time::{Duration, Instant};

use crate::{
    Result,
    measure::{median, processor_time, quantile},
    sides::{Side, Sides},
};

/// How a comparison is made.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Tasks that call at once.
    pub callers: usize,
    /// Calls of one side in one round, all tasks together.
    pub calls: usize,
    /// Rounds of each side.
    pub rounds: usize,
    /// Whether whole pages are listed instead of one alert fetched.
    pub pages: bool,
}

/// What one side took in one round.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// The latency in the middle, in microseconds.
    pub latency: f64,
    /// The latency that one call in a hundred exceeds, in microseconds.
    pub latency_99: f64,
    /// Time of the processor for one call, in microseconds.
    pub processor: f64,
    /// Calls in a second.
    pub throughput: f64,
}

/// Both sides over all rounds.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Pairs of rounds that followed each other: the client's, and the bare one.
    pub pairs: Vec<(Round, Round)>,
}

impl Comparison {
    /// The median over the rounds of a figure of both sides, and of its ratio within each pair.
    pub fn of(&self, figure: fn(&Round) -> f64) -> (f64, f64, f64) {
        let over = |of: &dyn Fn(&(Round, Round)) -> f64| median(&mut self.pairs.iter().map(of).collect::<Vec<_>>());
        (
            over(&|(client, _)| figure(client)),
            over(&|(_, bare)| figure(bare)),
            over(&|(client, bare)| figure(client) / figure(bare)),
        )
    }

    /// The ratios between which half of all pairs lie.
    pub fn spread(&self, figure: fn(&Round) -> f64) -> (f64, f64) {
        let mut ratios: Vec<f64> = self.pairs.iter().map(|(client, bare)| figure(client) / figure(bare)).collect();
        (quantile(&mut ratios, 0.25), quantile(&mut ratios, 0.75))
    }
}

/// Compares the two sides.
///
/// # Errors
/// A call that fails.
pub async fn compare(sides: &Sides, plan: Plan) -> Result<Comparison> {
    // Connections, branch predictors and the allocator are warm before anything counts.
    for side in [Side::Bare, Side::Client] {
        round(sides, plan, side).await?;
    }
    let mut pairs = Vec::with_capacity(plan.rounds);
    for number in 0..plan.rounds {
        // A B, B A, A B: whatever changes in the course of the run meets both alike.
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

async fn round(sides: &Sides, plan: Plan, side: Side) -> Result<Round> {
    let each = plan.calls / plan.callers;
    let (processor, start) = (processor_time(), Instant::now());
    let mut latencies = Vec::with_capacity(each * plan.callers);
    if plan.callers == 1 {
        // No task in between: what is measured is the call and nothing else.
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

async fn call(sides: &Sides, plan: Plan, side: Side, calls: usize, latencies: &mut Vec<f64>) -> Result<()> {
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
