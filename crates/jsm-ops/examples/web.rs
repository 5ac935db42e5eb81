//! A web service with many users: each signs in with their own Atlassian account, and sees their own open alerts.
//!
//! ```console
//! cargo run -p jsm-ops --example web -- --fake
//! ```
//!
//! With `--fake` it brings a fake Atlassian along; open the address that it prints. Without it, set `JSM_OPS_CLIENT_ID`,
//! `JSM_OPS_CLIENT_SECRET` and `JSM_OPS_REDIRECT_URI`, here an `http` address on the loopback interface with a port.
//!
//! What a real service does better: sessions that end, a store for grants that is encrypted, and https.

use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use jsm_ops::{App, Client, Endpoints, FileStore, OAuth, PendingLogin, Scopes};
use jsm_ops_fake::Fake;

/// What all requests share.
#[derive(Clone)]
struct Service {
    oauth: OAuth,
    /// The pending login of every browser that is on its way, by the id in its cookie.
    pending: Arc<Mutex<HashMap<String, PendingLogin>>>,
}

/// An error as a page: what the person can do about it, and nothing that is not theirs.
struct Problem(jsm_ops::Error);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(error) = self;
        eprintln!("{error}");
        let (status, words) = if error.is_consent_needed() {
            (StatusCode::UNAUTHORIZED, "You are not signed in.".to_owned())
        } else if let Some(callback) = error.callback() {
            (StatusCode::BAD_REQUEST, format!("That sign-in did not succeed: {callback}."))
        } else if error.is_site() {
            (StatusCode::CONFLICT, error.to_string())
        } else if error.is_transient() {
            (StatusCode::SERVICE_UNAVAILABLE, "Atlassian cannot be reached; try again in a moment.".to_owned())
        } else {
            (StatusCode::INTERNAL_SERVER_ERROR, "Something is wrong with this service.".to_owned())
        };
        (status, page(&format!("<p>{}</p><p><a href=/login>Sign in</a></p>", escape(&words)))).into_response()
    }
}

impl From<jsm_ops::Error> for Problem {
    fn from(error: jsm_ops::Error) -> Self {
        Self(error)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let fake = if env::args().any(|argument| argument == "--fake") {
        Some(Fake::builder().real_clock().start().await?)
    } else {
        None
    };
    let (app, endpoints) = match &fake {
        None => (App::from_env()?, Endpoints::from_env()?),
        Some(fake) => {
            fake.seed_alerts(5);
            let known = fake.app();
            let app = App::new(known.client_id, known.client_secret, known.redirect_uris[0].as_str())?;
            (app, Endpoints::at(&fake.url(), &fake.url())?)
        }
    };
    let address = app.redirect_uri().trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let store = FileStore::directory(env::temp_dir().join(format!("jsm-ops-web-{}", std::process::id())));
    let service = Service { oauth: OAuth::builder(app, store).endpoints(endpoints).build()?, pending: Arc::default() };
    let router = Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/callback", get(callback))
        .route("/logout", get(logout))
        .with_state(service);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("Open http://{address}/");
    axum::serve(listener, router).await?;
    Ok(())
}

/// The open alerts of whoever is signed in.
async fn home(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(user) = cookie(&headers) else {
        return Ok(page("<p><a href=/login>Sign in with Atlassian</a></p>").into_response());
    };
    let session = service.oauth.session(&user);
    let client = Client::builder().session(session).build().await?;
    let alerts = match client.alerts().list().query("status: open").send().await {
        Ok(alerts) => alerts.values,
        Err(error) => match jsm_ops::Error::of_call(&error) {
            Some(reason) => return Err(Problem(reason.clone())),
            None => return Ok((StatusCode::BAD_GATEWAY, page(&escape(&error.to_string()))).into_response()),
        },
    };
    let items: String =
        alerts.iter().map(|alert| format!("<li>{}", escape(alert.message.as_deref().unwrap_or("?")))).collect();
    Ok(page(&format!("<p>Open alerts:</p><ul>{items}</ul><p><a href=/logout>Sign out</a></p>")).into_response())
}

/// Begins a login, tied to this browser by its cookie.
async fn login(State(service): State<Service>) -> Result<Response, Problem> {
    let login = service.oauth.begin(&Scopes::parse("read:ops-alert:jira-service-management"))?;
    // Always a new id: one that the browser brought along may be known to somebody else.
    let id = random_id();
    service.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), login.pending);
    let cookie = format!("id={id}; HttpOnly; SameSite=Lax; Path=/");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(login.url.as_str())).into_response())
}

/// Finishes the login of this browser, which is good for one callback.
async fn callback(State(service): State<Service>, headers: HeaderMap, uri: Uri) -> Result<Redirect, Problem> {
    let user = cookie(&headers).unwrap_or_default();
    let pending = service.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&user);
    if let Some(pending) = pending {
        service.oauth.finish(&user, pending, &uri.to_string()).await?;
    }
    Ok(Redirect::to("/"))
}

async fn logout(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(user) = cookie(&headers) {
        service.oauth.session(&user).sign_out().await?;
    }
    Ok(([(header::SET_COOKIE, "id=; Max-Age=0; Path=/")], Redirect::to("/")).into_response())
}

/// The id in the cookie, which is the user of this service.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let id = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("id="))?;
    Some(id.to_owned()).filter(|id| !id.is_empty())
}

fn random_id() -> String {
    let mut bytes = [0; 32];
    // Without randomness there are no sessions to be had; an id that can be guessed is worse than none.
    getrandom::fill(&mut bytes).map_or_else(|_| String::new(), |()| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn page(body: &str) -> Html<String> {
    Html(format!("<!doctype html><meta charset=utf-8><title>Alerts</title><h1>Alerts</h1>{body}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
