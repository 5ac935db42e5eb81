//! The program: its output and its command line.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use crate::http_client::client;

/// A child process that is killed when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test]
async fn the_program_prints_the_environment_and_each_request() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsm-ops-fake"));
    let arguments = ["--port", "0", "--redirect-uri", "http://127.0.0.1:1/callback", "--alerts", "2"];
    let mut program = Running(command.args(arguments).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut exported = Vec::new();
    while exported.len() < 5 {
        exported.extend(lines.next().unwrap().strip_prefix("export ").map(str::to_owned));
    }
    let value = |name: &str| {
        let line = exported.iter().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap().to_owned()
    };
    assert_eq!(value("JSM_OPS_AUTH_URL"), value("JSM_OPS_GATEWAY_URL"));
    assert_eq!(value("JSM_OPS_REDIRECT_URI"), "http://127.0.0.1:1/callback");
    assert_eq!(
        (value("JSM_OPS_CLIENT_ID"), value("JSM_OPS_CLIENT_SECRET")),
        ("fake-client-id".into(), "fake-client-secret".into())
    );
    let url = format!("{}/oauth/token/accessible-resources", value("JSM_OPS_GATEWAY_URL"));
    assert_eq!(client().get(url).send().await.unwrap().status(), 401);
    let request = lines.find(|line| line.contains("accessible-resources 401"));
    assert_eq!(request.as_deref(), Some("# GET /oauth/token/accessible-resources 401 (Resources)"));
}

#[test]
fn an_invalid_command_line_prints_the_usage() {
    let run = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_jsm-ops-fake")).args(arguments).output().unwrap();
    for invalid in [&["--prot", "1"][..], &["--port"], &["--port", "many"]] {
        let output = run(invalid);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("Usage:"), "{invalid:?}");
    }
    assert!(run(&["--help"]).status.success());
}
