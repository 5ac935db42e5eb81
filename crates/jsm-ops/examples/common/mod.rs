//! What the examples on the command line share: signing in, at Atlassian or at a fake.

use std::{env, error::Error, path::PathBuf};

use jsm_ops::{App, Client, Endpoints, FileStore, LoopbackLogin, OAuth, Scopes, Session, SiteChoice};
use jsm_ops_fake::Fake;

/// A signed-in client, and what has to live as long as it.
pub struct SignedIn {
    pub client: Client,
    pub session: Session,
    /// The fake that was brought along, if one was asked for.
    pub fake: Option<Fake>,
}

/// Signs in as the arguments of the program say.
pub async fn sign_in(scopes: &Scopes) -> Result<SignedIn, Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let fake = if has("--fake") || has("--yes") { Some(Fake::builder().real_clock().start().await?) } else { None };

    let oauth = match &fake {
        None => OAuth::builder(App::from_env()?, FileStore::file(grants()?)).endpoints(Endpoints::from_env()?).build()?,
        Some(fake) => {
            let known = fake.app();
            let app = App::new(known.client_id, known.client_secret, known.redirect_uris[0].as_str())?;
            let endpoints = Endpoints::at(&fake.url(), &fake.url())?;
            let grants = env::temp_dir().join(format!("jsm-ops-example-{}/grants.json", std::process::id()));
            OAuth::builder(app, FileStore::file(grants)).endpoints(endpoints).build()?
        }
    };

    let mut session = oauth.session("me");
    match session.access_token().await {
        Ok(_) => println!("Signed in from an earlier run."),
        Err(error) if error.is_consent_needed() => {
            session = match &fake {
                Some(fake) if has("--yes") => consent_by_itself(&oauth, scopes, fake).await?,
                _ => LoopbackLogin::new(&oauth).run("me", scopes).await?,
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
    Ok(SignedIn { client, session, fake })
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
