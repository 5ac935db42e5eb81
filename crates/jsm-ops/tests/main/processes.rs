//! Several processes over one store: this test binary runs itself.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, mpsc},
    time::Duration,
};

use jsm_ops::{App, FileStore, OAuth, TokenStore};
use jsm_ops_fake::{Endpoint, Fake};

use crate::support::{HOUR, TestClock, ToldClock, endpoints, oauth, sign_in};

const PROCESSES: usize = 8;
const ROUNDS: usize = 50;

/// Variables that make a child of a test.
const URL: &str = "JSM_OPS_TEST_URL";
const DIRECTORY: &str = "JSM_OPS_TEST_DIRECTORY";

/// Begins the lines of a child that are none of the test harness.
const SIGN: &str = "@@ ";

/// A process that does what a child test does, and its lines.
pub(crate) struct Process {
    pub(crate) child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<String>,
}

impl Process {
    /// Runs the test of this binary with the given name as a child.
    pub(crate) fn start(test: &str, url: &str, directory: &Path, variables: &[(&str, &str)]) -> Self {
        Self::run(Command::new(std::env::current_exe().expect("this binary")), test, url, directory, variables)
    }

    /// The same in a shell that lets no file grow: for a process like this the disk is full.
    #[cfg(unix)]
    fn start_on_a_full_disk(test: &str, url: &str, directory: &Path) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().expect("this binary"));
        Self::run(command, test, url, directory, &[])
    }

    fn run(mut command: Command, test: &str, url: &str, directory: &Path, variables: &[(&str, &str)]) -> Self {
        // What the person who runs the tests has set is not for the children.
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
                // The harness writes the name of the test and no end of line before it.
                if let Some((_, line)) = line.split_once(SIGN) {
                    let _ = send.send(line.to_owned());
                }
            }
        });
        Self { child, input, lines }
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("a line");
    }

    pub(crate) fn hear(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(60)).expect("a line of the child")
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
    }
}

/// What a child needs; nothing in a process that is none.
pub(crate) fn child<S: TokenStore + 'static>(store: impl FnOnce(FileStore) -> S) -> Option<(OAuth, ToldClock)> {
    let (url, directory) = (std::env::var(URL).ok()?, std::env::var_os(DIRECTORY)?);
    let clock = ToldClock::default();
    let app = App::new("fake-client-id", "fake-client-secret", "http://127.0.0.1:8765/callback").expect("an app");
    let builder = OAuth::builder(app, store(FileStore::directory(directory)));
    let oauth = builder.endpoints(endpoints(&url)).clock(Arc::new(clock.clone())).build().expect("an OAuth");
    Some((oauth, clock))
}

pub(crate) fn tell(line: &str) {
    println!("{SIGN}{line}");
}

/// The lines of the parent, each the time in milliseconds.
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
        tell(&token.map_or_else(|error| error.to_string(), |token| token.secret().expose().to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_processes_cause_one_refresh_a_round() {
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
        processes.iter_mut().for_each(|process| process.say(&now));
        let mut tokens: Vec<_> = processes.iter().map(Process::hear).collect();
        assert!(tokens.iter().all(|token| fake.is_access_token_valid(token)), "round {round}: {tokens:?}");
        tokens.dedup();
        assert_eq!((tokens.len(), fake.count(&Endpoint::Refresh)), (1, round));
    }
    processes.into_iter().for_each(Process::kill);
    println!("{PROCESSES} processes, {ROUNDS} rounds, {} refreshes", fake.executions(&Endpoint::Refresh));
    fake.assert_no_violations();
}

/// Real files and a real error of the operating system, which only another process can have.
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
    // The lock file is there, as it is after any refresh.
    drop(FileStore::directory(directory.path()).lock(session.key()).await.expect("a lock"));
    clock.advance(HOUR);
    let mut process = Process::start_on_a_full_disk("processes::child_of_rounds", &fake.url(), directory.path());
    for _ in 0..3 {
        process.say(&fake.clock().since_epoch().as_millis().to_string());
        let told = process.hear();
        assert!(told.contains("cannot write beside"), "{told}");
    }
    process.kill();
    assert_eq!(fake.count(&Endpoint::Refresh), 0);
    assert_eq!(std::fs::read(&path).expect("a file"), before);
    assert!(session.access_token().await.is_ok());
}

/// Tells what it finds in its environment.
#[test]
fn child_of_an_environment() {
    if std::env::var_os(DIRECTORY).is_none() {
        return;
    }
    let shown = |outcome: Result<String, jsm_ops::Error>| outcome.unwrap_or_else(|error| format!("{error:?} {error}"));
    tell(&shown(App::from_env().map(|app| format!("{} {}", app.client_id(), app.redirect_uri()))));
    tell(&shown(jsm_ops::Endpoints::from_env().map(|endpoints| format!("{} {}", endpoints.token(), endpoints.gateway()))));
}

#[test]
fn the_environment_describes_apps_and_endpoints() {
    let directory = tempfile::tempdir().expect("a directory");
    let told = |variables: &[(&str, &str)]| {
        let process = Process::start("processes::child_of_an_environment", "", directory.path(), variables);
        let told = [process.hear(), process.hear()];
        process.kill();
        told
    };
    let app = [
        ("JSM_OPS_CLIENT_ID", "an-id"),
        ("JSM_OPS_CLIENT_SECRET", "a-secret"),
        ("JSM_OPS_REDIRECT_URI", "http://127.0.0.1:8391/callback"),
    ];
    let [both, atlassian] = told(&app);
    assert_eq!(both, "an-id http://127.0.0.1:8391/callback");
    assert_eq!(atlassian, "https://auth.atlassian.com/oauth/token https://api.atlassian.com");
    let auth = ("JSM_OPS_AUTH_URL", "https://auth.example");
    let gateway = ("JSM_OPS_GATEWAY_URL", "https://api.example");
    let [missing, other] = told(&[app[0], app[1], auth, gateway]);
    assert!(missing.contains("JSM_OPS_REDIRECT_URI") && !missing.contains("a-secret"), "{missing}");
    assert_eq!(other, "https://auth.example/oauth/token https://api.example");
    let [_, half] = told(&[auth]);
    assert!(half.contains("lacks JSM_OPS_GATEWAY_URL"), "{half}");
    let [_, half] = told(&[gateway]);
    assert!(half.contains("lacks JSM_OPS_AUTH_URL"), "{half}");
}
