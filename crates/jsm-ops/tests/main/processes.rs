//! Several processes with one store. The test binary runs itself.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, mpsc},
    time::Duration,
};

use jsm_ops::{App, FileStore, OAuth, TokenStore};
use jsm_ops_fake::{Endpoint, Fake};

use crate::support::{FixedClock, HOUR, TestClock, endpoints, oauth, sign_in};

const PROCESSES: usize = 8;
const ROUNDS: usize = 50;

/// Environment variables of a child process.
const URL: &str = "JSM_OPS_TEST_URL";
const DIRECTORY: &str = "JSM_OPS_TEST_DIRECTORY";

/// The prefix of a child's own lines, among those of the test harness.
const PREFIX: &str = "@@ ";

/// A child process that runs one test, and its lines.
pub(crate) struct Process {
    pub(crate) child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<String>,
}

impl Process {
    /// Runs the test with this name in a child process.
    pub(crate) fn start(test: &str, url: &str, directory: &Path, variables: &[(&str, &str)]) -> Self {
        Self::run(Command::new(std::env::current_exe().expect("this binary")), test, url, directory, variables)
    }

    /// The same with a file size limit of zero: the disk seems full.
    #[cfg(unix)]
    fn start_on_a_full_disk(test: &str, url: &str, directory: &Path) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().expect("this binary"));
        Self::run(command, test, url, directory, &[])
    }

    pub(crate) fn run(mut command: Command, test: &str, url: &str, directory: &Path, variables: &[(&str, &str)]) -> Self {
        // Children must not use the settings of the developer.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("JSM_OPS_")) {
            command.env_remove(name);
        }
        let mut child = command
            .args(["--exact", test, "--nocapture", "--test-threads", "1"])
            .env(URL, url)
            .env(DIRECTORY, directory)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let (input, output) = (child.stdin.take().expect("input"), child.stdout.take().expect("output"));
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The harness writes the name of the test before it, on the same line.
                if let Some((_, line)) = line.split_once(PREFIX) {
                    let _ = send.send(line.to_owned());
                }
            }
        });
        Self { child, input, lines }
    }

    pub(crate) fn write_line(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("a line");
    }

    pub(crate) fn read_line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(60)).expect("a line of the child")
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
    }
}

/// The setup of a child. `None` in the parent.
pub(crate) fn child<S: TokenStore + 'static>(store: impl FnOnce(FileStore) -> S) -> Option<(OAuth, FixedClock)> {
    let (url, directory) = (std::env::var(URL).ok()?, std::env::var_os(DIRECTORY)?);
    let clock = FixedClock::default();
    let app = App::new("fake-client-id", "fake-client-secret", "http://127.0.0.1:8765/callback").expect("an app");
    let builder = OAuth::builder(app, store(FileStore::directory(directory)));
    let oauth = builder.endpoints(endpoints(&url)).clock(Arc::new(clock.clone())).build().expect("an OAuth");
    Some((oauth, clock))
}

pub(crate) fn report(line: &str) {
    println!("{PREFIX}{line}");
}

/// The times in milliseconds that the parent sends, one per line.
pub(crate) fn times() -> impl Iterator<Item = Duration> {
    std::io::stdin().lines().map_while(Result::ok).map(|line| Duration::from_millis(line.parse().expect("a time")))
}

#[test]
fn child_of_rounds() {
    let Some((oauth, clock)) = child(|store| store) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let session = oauth.session("ada");
    for time in times() {
        clock.set(time);
        let token = runtime.block_on(session.access_token());
        report(&token.map_or_else(|error| error.to_string(), |token| token.secret().expose().to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_cause_one_refresh_per_round() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let oauth = oauth(&fake, &clock, FileStore::directory(directory.path()));
    sign_in(&fake, &oauth, "ada").await;
    let start = |_| Process::start("processes::child_of_rounds", &fake.url(), directory.path(), &[]);
    let mut processes: Vec<_> = (0..PROCESSES).map(start).collect();
    for round in 1..=ROUNDS {
        clock.advance(HOUR);
        let now = fake.clock().since_epoch().as_millis().to_string();
        processes.iter_mut().for_each(|process| process.write_line(&now));
        let mut tokens: Vec<_> = processes.iter().map(Process::read_line).collect();
        assert!(tokens.iter().all(|token| fake.is_access_token_valid(token)), "round {round}: {tokens:?}");
        tokens.dedup();
        assert_eq!((tokens.len(), fake.count(&Endpoint::Refresh)), (1, round));
    }
    processes.into_iter().for_each(Process::kill);
    println!("{PROCESSES} processes, {ROUNDS} rounds, {} refreshes", fake.executions(&Endpoint::Refresh));
    fake.assert_no_violations();
}

/// This test needs a real error of the operating system, so it runs in another process.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_noticed_before_a_token_is_rotated() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let directory = tempfile::tempdir().expect("a directory");
    let oauth = oauth(&fake, &clock, FileStore::directory(directory.path()));
    let session = sign_in(&fake, &oauth, "ada").await;
    let path = FileStore::directory(directory.path()).path(session.key());
    let before = std::fs::read(&path).expect("a file");
    // The lock file exists, as after any refresh.
    drop(FileStore::directory(directory.path()).lock(session.key()).await.expect("a lock"));
    clock.advance(HOUR);
    let mut process = Process::start_on_a_full_disk("processes::child_of_rounds", &fake.url(), directory.path());
    for _ in 0..3 {
        process.write_line(&fake.clock().since_epoch().as_millis().to_string());
        let reported = process.read_line();
        assert!(reported.contains("cannot write next to"), "{reported}");
    }
    process.kill();
    assert_eq!(fake.count(&Endpoint::Refresh), 0);
    assert_eq!(std::fs::read(&path).expect("a file"), before);
    assert!(session.access_token().await.is_ok());
}

/// Reports the configuration that it reads from its environment.
#[test]
fn child_of_an_environment() {
    if std::env::var_os(DIRECTORY).is_none() {
        return;
    }
    let shown = |outcome: Result<String, jsm_ops::Error>| outcome.unwrap_or_else(|error| format!("{error:?} {error}"));
    report(&shown(App::from_env().map(|app| format!("{} {}", app.client_id(), app.redirect_uri()))));
    report(&shown(jsm_ops::Endpoints::from_env().map(|endpoints| format!("{} {}", endpoints.token(), endpoints.gateway()))));
}

#[test]
fn apps_and_endpoints_are_read_from_the_environment() {
    let directory = tempfile::tempdir().expect("a directory");
    let reported = |variables: &[(&str, &str)]| {
        let process = Process::start("processes::child_of_an_environment", "", directory.path(), variables);
        let reported = [process.read_line(), process.read_line()];
        process.kill();
        reported
    };
    let app = [
        ("JSM_OPS_CLIENT_ID", "an-id"),
        ("JSM_OPS_CLIENT_SECRET", "a-secret"),
        ("JSM_OPS_REDIRECT_URI", "http://127.0.0.1:8391/callback"),
    ];
    let [both, atlassian] = reported(&app);
    assert_eq!(both, "an-id http://127.0.0.1:8391/callback");
    assert_eq!(atlassian, "https://auth.atlassian.com/oauth/token https://api.atlassian.com");
    let auth = ("JSM_OPS_AUTH_URL", "https://auth.example");
    let gateway = ("JSM_OPS_GATEWAY_URL", "https://api.example");
    let [missing, other] = reported(&[app[0], app[1], auth, gateway]);
    assert!(missing.contains("JSM_OPS_REDIRECT_URI") && !missing.contains("a-secret"), "{missing}");
    assert_eq!(other, "https://auth.example/oauth/token https://api.example");
    let [_, half] = reported(&[auth]);
    assert!(half.contains("JSM_OPS_GATEWAY_URL is not set"), "{half}");
    let [_, half] = reported(&[gateway]);
    assert!(half.contains("JSM_OPS_AUTH_URL is not set"), "{half}");
}
