//! Signs a person in on this machine, picks their site, and lists who is on call.
//!
//! ```console
//! cargo run -p jsm-ops --example login -- --fake
//! ```
//!
//! With `--fake` it brings a fake Atlassian along, so that the whole flow can be seen without an account; the consent page opens
//! in the browser. With `--yes` nobody has to click on it. Without either it is an app of yours that signs in at Atlassian:
//! set `JSM_OPS_CLIENT_ID`, `JSM_OPS_CLIENT_SECRET` and `JSM_OPS_REDIRECT_URI`, and name a site if there are several:
//! `-- --site acme.atlassian.net`. A second run asks for no consent.

use std::{env, error::Error, path::PathBuf};

use jsm_ops::{
    App, Client, Endpoints, FileStore, LoopbackLogin, OAuth, Scopes, Session, SiteChoice, api::types::OnCallResponse,
};
use jsm_ops_fake::Fake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let fake = if has("--fake") || has("--yes") { Some(Fake::builder().real_clock().start().await?) } else { None };

    let oauth = match &fake {
        None => OAuth::builder(App::from_env()?, FileStore::file(grants()?)).endpoints(Endpoints::from_env()?).build()?,
        Some(fake) => {
            let known = fake.app();
            let app = App::new(known.client_id, known.client_secret, known.redirect_uris[0].as_str())?;
            let endpoints = Endpoints::at(&fake.url(), &fake.url())?;
            OAuth::builder(
                app,
                FileStore::file(env::temp_dir().join(format!("jsm-ops-login-{}/grants.json", std::process::id()))),
            )
            .endpoints(endpoints)
            .build()?
        }
    };
    let scopes = Scopes::parse("read:ops-alert:jira-service-management read:ops-config:jira-service-management");

    let mut session = oauth.session("me");
    match session.access_token().await {
        Ok(_) => println!("Signed in from an earlier run."),
        Err(error) if error.is_consent_needed() => {
            session = match &fake {
                Some(fake) if has("--yes") => consent_by_itself(&oauth, &scopes, fake).await?,
                _ => LoopbackLogin::new(&oauth).run("me", &scopes).await?,
            };
        }
        Err(error) => return Err(error.into()),
    }
    if let Some(grant) = session.grant().await? {
        println!("Consent will be needed again on {}.", grant.consent_needed_at().date_naive());
    }

    let site = arguments.iter().skip_while(|argument| *argument != "--site").nth(1).cloned();
    let choice = site.map_or(SiteChoice::Only, SiteChoice::Url);
    let client = Client::builder().session(session.clone()).site(choice).build().await?;
    println!("The site is {}.", client.cloud_id());
    list_on_calls(&client).await?;
    session.settle().await?;
    Ok(())
}

async fn list_on_calls(client: &Client) -> Result<(), Box<dyn Error>> {
    let schedules = client.schedules().list().send().await?.values;
    println!("There are {} schedules.", schedules.len());
    for schedule in schedules {
        let (Some(id), Some(name)) = (schedule.id, schedule.name) else { continue };
        let on_call = match client.schedules().get_on_calls(&id).flat(true).send().await? {
            OnCallResponse::OnCallUsers(users) => users.on_call_users.join(", "),
            other => format!("{other:?}"),
        };
        println!("  {name}: {on_call}");
    }
    Ok(())
}

/// What a person and their browser do.
async fn consent_by_itself(oauth: &OAuth, scopes: &Scopes, fake: &Fake) -> Result<Session, Box<dyn Error>> {
    let login = oauth.begin(scopes)?;
    println!("The consent page is {}", login.url);
    let callback = fake.approve(login.url.as_str()).await?;
    Ok(oauth.finish("me", login.pending, &callback).await?)
}

/// Where a tool keeps what is the user's: below their profile on Windows, below their home elsewhere.
fn grants() -> Result<PathBuf, Box<dyn Error>> {
    let home = env::var_os("LOCALAPPDATA").or_else(|| env::var_os("XDG_STATE_HOME")).map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")));
    Ok(home.ok_or("there is no HOME to keep grants in")?.join("jsm-ops-example/grants.json"))
}
