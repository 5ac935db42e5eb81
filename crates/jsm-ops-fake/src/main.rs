//! The fake Atlassian as a program. It prints its URLs, the environment that points the examples at
//! it, and then every request.

use std::{env, error::Error, process::ExitCode, time::Duration};

use jsm_ops_fake::{Fake, FakeApp, RecordedRequest};

const USAGE: &str = "\
Usage: jsm-ops-fake [OPTIONS]

Simulates Atlassian on 127.0.0.1: consent, tokens, sites, and the operations of Jira Service Management.

Options:
  --port PORT          Listens on this port [default: 8790; 0 selects a free port]
  --redirect-uri URI   Registers another callback URL; can be repeated
  --alerts COUNT       Starts with this number of open alerts [default: 5]
  --minutes MINUTES    Sets the lifetime of access tokens [default: 60]
  -h, --help           Prints this help";

/// The options of the command line.
struct CommandLine {
    port: u16,
    redirect_uris: Vec<String>,
    alerts: usize,
    minutes: u64,
}

fn main() -> ExitCode {
    match parse(env::args().skip(1)) {
        Ok(None) => println!("{USAGE}"),
        Ok(Some(options)) => {
            if let Err(error) = run(&options) {
                eprintln!("the fake Atlassian could not start: {error}");
                return ExitCode::FAILURE;
            }
        }
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Parses the command line. `None` means that the user asks for help.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<CommandLine>, String> {
    let mut options = CommandLine { port: 8790, redirect_uris: Vec::new(), alerts: 5, minutes: 60 };
    while let Some(name) = arguments.next() {
        if ["-h", "--help"].contains(&name.as_str()) {
            return Ok(None);
        }
        let mut value = || arguments.next().ok_or(format!("the option {name} needs a value"));
        let not_a_number = |_| format!("the value of {name} is not a valid number");
        match name.as_str() {
            "--port" => options.port = value()?.parse().map_err(not_a_number)?,
            "--redirect-uri" => options.redirect_uris.push(value()?),
            "--alerts" => options.alerts = value()?.parse().map_err(not_a_number)?,
            "--minutes" => options.minutes = value()?.parse().map_err(not_a_number)?,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(Some(options))
}

fn run(options: &CommandLine) -> Result<(), Box<dyn Error>> {
    let mut app = FakeApp::default();
    app.redirect_uris.extend(options.redirect_uris.iter().cloned());
    let lifetime = Duration::from_secs(options.minutes.saturating_mul(60));
    let builder = Fake::builder().port(options.port).app(app).access_lifetime(lifetime).real_clock();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let fake = runtime.block_on(builder.on_request(print_request).start())?;
    fake.seed_alerts(options.alerts);
    print_environment(&fake);
    // The server has its own thread, so this one only keeps the program alive.
    loop {
        std::thread::park();
    }
}

fn print_environment(fake: &Fake) {
    let (url, app, site, api_token) = (fake.url(), fake.app(), fake.site(), fake.api_token());
    println!("# The fake Atlassian listens on {url}");
    println!("#   consent page  {}", fake.authorize_url());
    println!("#   tokens        {}", fake.token_url());
    println!("#   sites         {}", fake.resources_url());
    println!("#   operations    {} (3LO)", fake.oauth_base_url(&site.id));
    println!("#                 {} (API token)", fake.basic_base_url(&site.id));
    println!("# The site is {} ({}). The API token of {} is {}.", site.name, site.url, api_token.email, api_token.token);
    println!("# The environment for the examples:");
    println!("export JSM_OPS_AUTH_URL={url}");
    println!("export JSM_OPS_GATEWAY_URL={url}");
    println!("export JSM_OPS_CLIENT_ID={}", app.client_id);
    println!("export JSM_OPS_CLIENT_SECRET={}", app.client_secret);
    for (index, redirect_uri) in app.redirect_uris.iter().enumerate().rev() {
        // The last callback URL of the command line wins. The others are comments.
        let used = index + 1 == app.redirect_uris.len();
        println!("{}JSM_OPS_REDIRECT_URI={redirect_uri}", if used { "export " } else { "# or " });
    }
}

fn print_request(request: &RecordedRequest) {
    let status = request.status.map_or("no response".to_owned(), |status| status.to_string());
    println!("# {} {} {status} ({})", request.method, request.path, request.endpoint);
}
