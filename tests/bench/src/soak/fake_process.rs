//! The fake in a process of its own, and the protocol between the two processes.

use std::{
    collections::BTreeMap,
    env,
    io::{self, BufRead as _, Write as _},
    process::Stdio,
    time::Duration,
};

use jsm_ops::{api::operations, core::Operation};
use jsm_ops_fake::{Endpoint, Fake, HoldPoint};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::{
    faults,
    settings::{LIFETIME, Settings},
};
use crate::{Result, fake_access::FakeAccess};

/// The variable that makes a program of this crate the fake.
const ROLE: &str = "JSM_OPS_BENCH_FAKE";

/// How many requests the fake keeps in full.
const KEPT_REQUESTS: u64 = 1_000;

/// The heartbeat that is pinged.
pub(super) const HEARTBEAT: &str = "soak";

/// How many alerts exist at the start.
const ALERTS: usize = 200;

/// The called operations. Their names in the fake are those of the table.
const OPERATIONS: [&Operation; 11] = [
    &operations::GET_ALERT,
    &operations::LIST_ALERTS,
    &operations::GET_SCHEDULE_ON_CALLS,
    &operations::ACKNOWLEDGE_ALERT,
    &operations::UPDATE_ALERT_PRIORITY,
    &operations::GET_ALERT_REQUEST_STATUS,
    &operations::CREATE_ALERT,
    &operations::ADD_ALERT_NOTE,
    &operations::ESCALATE_ALERT,
    &operations::EXECUTE_ALERT_ACTION,
    &operations::PING_HEARTBEAT,
];

/// The names of the called operations in the fake.
fn names() -> impl Iterator<Item = String> {
    OPERATIONS.iter().map(ToString::to_string)
}

/// The first line of the fake.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) access: FakeAccess,
    pub(crate) alerts: Vec<String>,
    pub(crate) team: String,
    pub(crate) schedule: String,
}

/// What the fake recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) requests: usize,
    pub(crate) refreshes: usize,
    /// By operation: how many requests were executed, and how many had each fault.
    pub(crate) executions: BTreeMap<String, usize>,
    pub(crate) faults: BTreeMap<String, BTreeMap<String, usize>>,
    /// Faults of refreshes.
    pub(crate) refresh_faults: usize,
    /// Writes that were executed twice.
    pub(crate) twice: Vec<String>,
    /// Requests that violate a rule of the service.
    pub(crate) unexpected: Vec<String>,
    /// Valid grants, and all grants.
    pub(crate) valid_grants: (usize, usize),
}

/// The fake's process, seen from the client's process.
pub(crate) struct FakeProcess {
    setup: Setup,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// It ends when this is dropped.
    _child: Child,
}

impl FakeProcess {
    /// Starts this program once more. Its `main` has to begin with [`serve_if_asked`].
    pub(crate) async fn start(settings: Settings, users: usize) -> Result<Self> {
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
        let setup = read(&mut output).await?;
        Ok(Self { setup, input, output, _child: child })
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    pub(crate) async fn advance(&mut self, by: Duration) -> Result<()> {
        self.say(&format!("advance {}", by.as_millis())).await?;
        // The fake's clock must advance before the client's.
        let _: u64 = read(&mut self.output).await?;
        Ok(())
    }

    /// Releases held responses.
    pub(crate) async fn release_held(&mut self) -> Result<()> {
        self.say("release").await
    }

    /// The record of the fake, and which of these refresh tokens are valid.
    pub(crate) async fn report(&mut self, tokens: &[String]) -> Result<(Report, Vec<bool>)> {
        self.say(&format!("report {}", tokens.join(" "))).await?;
        read(&mut self.output).await
    }

    async fn say(&mut self, line: &str) -> Result<()> {
        Ok(self.input.write_all(format!("{line}\n").as_bytes()).await?)
    }
}

async fn read<T: DeserializeOwned>(output: &mut Lines<BufReader<ChildStdout>>) -> Result<T> {
    let line = output.next_line().await?.ok_or("the fake has ended")?;
    Ok(serde_json::from_str(&line)?)
}

/// Runs the fake until the standard input ends, if `FakeProcess::start` started this process.
///
/// # Errors
/// No port, no runtime, or a closed output.
pub fn serve_if_asked() -> Result<bool> {
    let Ok(asked) = env::var(ROLE) else { return Ok(false) };
    let mut numbers = asked.split(' ').map(str::parse::<u64>);
    let (Some(Ok(one_in)), Some(Ok(seed)), Some(Ok(users))) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Err(format!("{asked:?} is not a valid setting of the fake").into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let fake = runtime.block_on(Fake::builder().access_lifetime(LIFETIME).keep_requests(KEPT_REQUESTS).start())?;
    fake.seed_alerts(ALERTS);
    let team = fake.add_team("Soak");
    fake.add_heartbeat(HEARTBEAT, &team);
    let schedule = fake.add_schedule("Soak", &team, &["712020:user-0"]);
    let ids = fake.alerts().iter().filter_map(|alert| alert["id"].as_str().map(str::to_owned)).collect();
    say(&Setup { access: FakeAccess::of(&fake, users as usize, LIFETIME), alerts: ids, team, schedule })?;
    let hold_point = HoldPoint::new();
    faults::add(&fake, one_in, seed, &hold_point);
    for line in io::stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("advance", ms) => {
                let ms = ms.parse()?;
                fake.clock().advance(Duration::from_millis(ms));
                say(&ms)?;
            }
            ("release", _) => hold_point.release_waiting(),
            ("report", tokens) => {
                let valid: Vec<bool> = tokens.split(' ').map(|token| fake.is_refresh_token_valid(token)).collect();
                say(&(report(&fake), valid))?;
            }
            _ => return Err(format!("unknown command {line:?}").into()),
        }
    }
    Ok(true)
}

fn say(what: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(what)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    Ok(output.flush()?)
}

fn report(fake: &Fake) -> Report {
    let grants = fake.grants();
    let by_operation = |name: String| {
        let faults = fake.fault_counts(&Endpoint::operation(&name));
        let faults = faults.into_iter().map(|(fault, times)| (fault.to_owned(), times)).collect();
        (name, faults)
    };
    // All pings are alike.
    let is_ping = |write: &String| write.contains("/heartbeats/ping");
    let twice = fake.duplicate_writes(&Endpoint::Gateway).into_iter().filter(|write| !is_ping(write)).collect();
    let of_refreshes = fake.fault_counts(&Endpoint::Refresh);
    Report {
        requests: fake.count(&Endpoint::Gateway),
        refreshes: fake.executions(&Endpoint::Refresh),
        executions: names().map(|name| (name.clone(), fake.executions(&Endpoint::operation(&name)))).collect(),
        faults: names().map(by_operation).collect(),
        refresh_faults: of_refreshes.values().sum(),
        twice,
        unexpected: fake.check_violations().err().map(|unexpected| unexpected.lines).unwrap_or_default(),
        valid_grants: (grants.iter().filter(|grant| grant.refreshable).count(), grants.len()),
    }
}
