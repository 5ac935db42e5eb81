//! The fake in a process of its own, and the lines that go to and fro.

use std::{
    collections::BTreeMap,
    env,
    io::{self, BufRead as _, Write as _},
    process::Stdio,
    time::Duration,
};

use jsm_ops_fake::{Endpoint, Fake, HoldPoint};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::{LIFETIME, Settings, calls::ENDPOINTS, faults};
use crate::{Outcome, world::Place};

/// What makes a program of this crate the fake and nothing else.
const ROLE: &str = "JSM_OPS_BENCH_FAKE";

/// Requests that the fake remembers in full.
const KEPT: u64 = 1_000;

/// The heartbeat that is pinged.
pub(super) const HEARTBEAT: &str = "soak";

/// Alerts that are there from the beginning.
const ALERTS: usize = 200;

/// What the fake says first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) place: Place,
    pub(crate) alerts: Vec<String>,
    pub(crate) team: String,
    pub(crate) schedule: String,
}

/// What the fake saw, in the end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) requests: usize,
    pub(crate) refreshes: usize,
    /// By operation: how many requests were carried out, and how many met each fault.
    pub(crate) executions: BTreeMap<String, usize>,
    pub(crate) faults: BTreeMap<String, BTreeMap<String, usize>>,
    /// Faults of refreshes, under the names of the faults.
    pub(crate) refresh_faults: usize,
    /// Writes that were carried out twice.
    pub(crate) twice: Vec<String>,
    /// Requests that nobody should make.
    pub(crate) unexpected: Vec<String>,
    /// Grants that are alive, and all of them.
    pub(crate) alive: (usize, usize),
}

/// The fake, as the client's process holds it.
pub(crate) struct Other {
    hello: Hello,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// It ends when this is dropped.
    _child: Child,
}

impl Other {
    /// Starts this very program once more, which has to begin with [`serve_if_asked`].
    pub(crate) async fn start(settings: Settings, users: usize) -> Outcome<Self> {
        let asked = format!("{} {} {users}", settings.one_in, settings.seed);
        let mut child = Command::new(env::current_exe()?)
            .env(ROLE, asked)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err("the fake has no pipes".into()) };
        let mut output = BufReader::new(output).lines();
        let hello = read(&mut output).await?;
        Ok(Self { hello, input, output, _child: child })
    }

    pub(crate) fn hello(&self) -> &Hello {
        &self.hello
    }

    pub(crate) async fn advance(&mut self, by: Duration) -> Outcome<()> {
        self.say(&format!("advance {}", by.as_millis())).await?;
        // It has to have happened before the client's clock moves.
        let _: u64 = read(&mut self.output).await?;
        Ok(())
    }

    /// Lets late answers go.
    pub(crate) async fn let_through(&mut self) -> Outcome<()> {
        self.say("through").await
    }

    /// What it saw, and which of these refresh tokens it would take now.
    pub(crate) async fn report(&mut self, tokens: &[String]) -> Outcome<(Report, Vec<bool>)> {
        self.say(&format!("report {}", tokens.join(" "))).await?;
        read(&mut self.output).await
    }

    async fn say(&mut self, line: &str) -> Outcome<()> {
        Ok(self.input.write_all(format!("{line}\n").as_bytes()).await?)
    }
}

async fn read<T: DeserializeOwned>(output: &mut Lines<BufReader<ChildStdout>>) -> Outcome<T> {
    let line = output.next_line().await?.ok_or("the fake has ended")?;
    Ok(serde_json::from_str(&line)?)
}

/// Is the fake until the standard input ends, if this process was started to be it.
///
/// # Errors
/// No port, or no runtime, or nobody who reads.
pub fn serve_if_asked() -> Outcome<bool> {
    let Ok(asked) = env::var(ROLE) else { return Ok(false) };
    let mut numbers = asked.split(' ').map(str::parse::<u64>);
    let (Some(Ok(one_in)), Some(Ok(seed)), Some(Ok(users))) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Err(format!("{asked:?} does not say which fake").into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let fake = runtime.block_on(Fake::builder().access_lifetime(LIFETIME).keep_requests(KEPT).start())?;
    fake.seed_alerts(ALERTS);
    let team = fake.add_team("Soak");
    fake.add_heartbeat(HEARTBEAT, &team);
    let schedule = fake.add_schedule("Soak", &team, &["712020:user-0"]);
    let ids = fake.alerts().iter().filter_map(|alert| alert["id"].as_str().map(str::to_owned)).collect();
    say(&Hello { place: Place::of(&fake, users as usize, LIFETIME), alerts: ids, team, schedule })?;
    let gate = HoldPoint::new();
    faults::scatter(&fake, one_in, seed, &gate);
    for line in io::stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("advance", ms) => {
                let ms = ms.parse()?;
                fake.clock().advance(Duration::from_millis(ms));
                say(&ms)?;
            }
            ("through", _) => gate.release_waiting(),
            ("report", tokens) => {
                let good: Vec<bool> = tokens.split(' ').map(|token| fake.is_refresh_token_valid(token)).collect();
                say(&(report(&fake), good))?;
            }
            _ => return Err(format!("nobody knows {line:?}").into()),
        }
    }
    Ok(true)
}

fn say(what: &impl Serialize) -> Outcome<()> {
    let line = serde_json::to_string(what)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    Ok(output.flush()?)
}

fn report(fake: &Fake) -> Report {
    let grants = fake.grants();
    let by_operation = |name: &&str| {
        let faults = fake.fault_counts(&Endpoint::operation(name));
        let faults = faults.into_iter().map(|(fault, times)| (fault.to_owned(), times)).collect();
        ((*name).to_owned(), faults)
    };
    let of_refreshes = fake.fault_counts(&Endpoint::Refresh);
    Report {
        requests: fake.count(&Endpoint::Gateway),
        refreshes: fake.executions(&Endpoint::Refresh),
        executions: ENDPOINTS.iter().map(|name| ((*name).to_owned(), fake.executions(&Endpoint::operation(name)))).collect(),
        faults: ENDPOINTS.iter().map(by_operation).collect(),
        refresh_faults: of_refreshes.values().sum(),
        twice: fake.duplicate_writes(&Endpoint::Gateway),
        unexpected: fake.check_violations().err().map(|unexpected| unexpected.lines).unwrap_or_default(),
        alive: (grants.iter().filter(|grant| grant.refreshable).count(), grants.len()),
    }
}
