//! Signs a user in on this machine, picks a site, and lists who is on call.
//!
//! ```console
//! cargo run -p jsm-ops --example sign_in -- --fake
//! ```
//!
//! - `--fake` starts a fake Atlassian, so that no account is needed. The consent page opens in the
//!   browser.
//! - `--yes` starts the fake too and consents without a browser.
//! - Without either, the example signs in at Atlassian with your app. Set `JSM_OPS_CLIENT_ID`,
//!   `JSM_OPS_CLIENT_SECRET` and `JSM_OPS_REDIRECT_URI`. If the user has several sites, choose one:
//!   `-- --site acme.atlassian.net`. A second run uses the saved grant.

use std::{env, error::Error, iter, path::PathBuf, process::ExitCode};

use jsm_ops::{
    App, Client, Endpoints, FileStore, LoopbackSignIn, MemoryStore, OAuth, Scopes, Session, SiteChoice,
    api::types::OnCallResponse,
};
use jsm_ops_fake::Fake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run().await else { return ExitCode::SUCCESS };
    // An error does not repeat its source, so the whole chain is one line.
    let chain = iter::successors(Some(&*error), |&error| error.source()).map(ToString::to_string);
    eprintln!("error: {}", chain.collect::<Vec<_>>().join(": "));
    ExitCode::FAILURE
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut site = env::args().skip_while(|argument| argument != "--site");
    let site = match (site.next(), site.next()) {
        (None, _) => SiteChoice::Only,
        (_, Some(url)) if !url.starts_with('-') => SiteChoice::Url(url),
        _ => return Err("`--site` needs a value, as in `--site acme.atlassian.net`".into()),
    };
    let scopes = Scopes::parse("read:ops-alert:jira-service-management read:ops-config:jira-service-management");
    let fake = if has("--fake") || has("--yes") { Some(Fake::builder().real_clock().start().await?) } else { None };
    let oauth = match &fake {
        Some(fake) => oauth_at_fake(fake)?,
        None => {
            OAuth::builder(App::from_env()?, FileStore::file(grants_file()?)).endpoints(Endpoints::from_env()?).build()?
        }
    };

    let mut session = oauth.session("me");
    let signed_in = match session.access_token().await {
        // A grant of an earlier sign-in may lack scopes, and a refresh does not add them.
        Ok(token) => token.scopes().is_none_or(|granted| scopes.iter().all(|scope| granted.contains(scope))),
        Err(error) if error.is_consent_needed() => false,
        Err(error) => return Err(error.into()),
    };
    if signed_in {
        println!("Signed in with the saved grant.");
    } else {
        session = match &fake {
            Some(fake) if has("--yes") => sign_in_without_browser(&oauth, &scopes, fake).await?,
            _ => {
                let sign_in = LoopbackSignIn::new(&oauth).app_name("the example sign_in");
                // In a remote shell, the browser of the user cannot reach this machine.
                let sign_in = if LoopbackSignIn::is_browser_here() { sign_in } else { sign_in.ask_for_callback() };
                sign_in.run("me", &scopes).await?
            }
        };
    }
    if let Some(grant) = session.grant().await? {
        println!("Consent is needed again on {}.", grant.consent_needed_at().date_naive());
    }

    let client = Client::builder().session(session.clone()).site(site).build().await?;
    println!("The site is {}.", client.cloud_id());
    list_on_calls(&client).await?;
    // Waits for a running refresh and saves its tokens.
    session.flush().await?;
    Ok(())
}

async fn list_on_calls(client: &Client) -> Result<(), Box<dyn Error>> {
    println!("Schedules and who is on call:");
    for schedule in client.schedules().list().send().await?.values {
        let Some(id) = schedule.id else { continue };
        let on_call = match client.schedules().get_on_calls(&id).flat(true).send().await? {
            OnCallResponse::OnCallUsers(users) => users.on_call_users.join(", "),
            other => format!("{other:?}"),
        };
        println!("  {}: {on_call}", schedule.name.unwrap_or(id));
    }
    Ok(())
}

fn has(argument: &str) -> bool {
    env::args().any(|other| other == argument)
}

/// The file with the grants: below the user's profile on Windows, below the home directory
/// elsewhere.
fn grants_file() -> Result<PathBuf, Box<dyn Error>> {
    let state = env::var_os("LOCALAPPDATA").or_else(|| env::var_os("XDG_STATE_HOME")).map(PathBuf::from);
    let state = state.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")));
    Ok(state.ok_or("HOME is not set")?.join("jsm-ops-example/grants.json"))
}

/// The app and the endpoints of the fake, with a store for this run.
fn oauth_at_fake(fake: &Fake) -> Result<OAuth, Box<dyn Error>> {
    let registered = fake.app();
    let app = App::new(registered.client_id, registered.client_secret, registered.redirect_uris[0].as_str())?;
    Ok(OAuth::builder(app, MemoryStore::new()).endpoints(Endpoints::at(&fake.url(), &fake.url())?).build()?)
}

/// Does what a user and their browser do.
async fn sign_in_without_browser(oauth: &OAuth, scopes: &Scopes, fake: &Fake) -> Result<Session, Box<dyn Error>> {
    let sign_in = oauth.begin_sign_in(scopes)?;
    println!("The consent page is {}", sign_in.url);
    let callback = fake.approve(sign_in.url.as_str()).await?;
    println!("Consented without a browser.");
    Ok(oauth.finish_sign_in("me", sign_in.pending, &callback).await?)
}
