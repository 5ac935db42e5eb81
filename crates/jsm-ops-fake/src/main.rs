//! The fake Atlassian as a program, to play with: prints where it is and the environment that points the examples at it, and then
//! every request, until it is stopped.

use std::{env, error::Error, process::ExitCode, time::Duration};

use jsm_ops_fake::{App, Fake, Seen};

const USAGE: &str = "\
Usage: jsm-ops-fake [OPTIONS]

Plays Atlassian on 127.0.0.1: consent, tokens, sites, and the operations of Jira Service Management.

Options:
  --port PORT          Listens on this port [default: 8790; 0 for a free one]
  --redirect-uri URI   Registers one more callback URL; can be repeated
  --alerts COUNT       Begins with so many open alerts [default: 5]
  --minutes MINUTES    Lets access tokens live for so long [default: 60]
  -h, --help           Prints this";

/// What the command line says.
struct Options {
    port: u16,
    redirect_uris: Vec<String>,
    alerts: usize,
    minutes: u64,
}

fn main() -> ExitCode {
    match options(env::args().skip(1)) {
        Ok(None) => println!("{USAGE}"),
        Ok(Some(options)) => {
            if let Err(error) = run(&options) {
                eprintln!("the fake Atlassian cannot run: {error}");
                return ExitCode::FAILURE;
            }
        }
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// `None` where help is asked for.
fn options(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options { port: 8790, redirect_uris: Vec::new(), alerts: 5, minutes: 60 };
    while let Some(name) = arguments.next() {
        if ["-h", "--help"].contains(&name.as_str()) {
            return Ok(None);
        }
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        let no_number = |_| format!("{name} needs a number");
        match name.as_str() {
            "--port" => options.port = value()?.parse().map_err(no_number)?,
            "--redirect-uri" => options.redirect_uris.push(value()?),
            "--alerts" => options.alerts = value()?.parse().map_err(no_number)?,
            "--minutes" => options.minutes = value()?.parse().map_err(no_number)?,
            _ => return Err(format!("nobody knows {name}")),
        }
    }
    Ok(Some(options))
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut app = App::default();
    app.redirect_uris.extend(options.redirect_uris.iter().cloned());
    let lifetime = Duration::from_secs(options.minutes.saturating_mul(60));
    let fake = Fake::builder().port(options.port).app(app).access_lifetime(lifetime).real_clock().on_request(print);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let fake = runtime.block_on(fake.start())?;
    fake.seed_alerts(options.alerts);
    greet(&fake);
    // The server has a thread of its own; this one has nothing left to do.
    loop {
        std::thread::park();
    }
}

fn greet(fake: &Fake) {
    let (url, app, site, api_token) = (fake.url(), fake.app(), fake.site(), fake.api_token());
    println!("# A fake Atlassian is at {url}");
    println!("#   consent page  {}", fake.authorize_url());
    println!("#   tokens        {}", fake.token_url());
    println!("#   sites         {}", fake.resources_url());
    println!("#   operations    {} (3LO)", fake.gateway_url(&site.id));
    println!("#                 {} (API token)", fake.classic_url(&site.id));
    println!("# The site is {} ({}), an API token of {} is {}.", site.name, site.url, api_token.email, api_token.token);
    println!("# What points the examples at it:");
    println!("export JSM_OPS_AUTH_URL={url}");
    println!("export JSM_OPS_GATEWAY_URL={url}");
    println!("export JSM_OPS_CLIENT_ID={}", app.client_id);
    println!("export JSM_OPS_CLIENT_SECRET={}", app.client_secret);
    for (index, redirect_uri) in app.redirect_uris.iter().enumerate().rev() {
        // The last one that was asked for is the one that is meant.
        let used = index + 1 == app.redirect_uris.len();
        println!("{}JSM_OPS_REDIRECT_URI={redirect_uri}", if used { "export " } else { "# or " });
    }
}

fn print(seen: &Seen) {
    let status = seen.status.map_or("no answer".to_owned(), |status| status.to_string());
    println!("# {} {} {status} ({})", seen.method, seen.path, seen.endpoint);
}
