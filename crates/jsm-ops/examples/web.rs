//! A web service with many users. Each signs in with an Atlassian account and sees its open alerts.
//!
//! ```console
//! cargo run -p jsm-ops --example web -- --fake
//! ```
//!
//! `--fake` starts a fake Atlassian; open the printed URL. Without it, set `JSM_OPS_CLIENT_ID`,
//! `JSM_OPS_CLIENT_SECRET` and `JSM_OPS_REDIRECT_URI`. This example needs an `http` redirect URI on
//! the loopback interface with a port.
//!
//! A real service also needs sessions that expire, a store that keeps grants encrypted, and https.

use std::{
    collections::HashMap,
    env,
    error::Error,
    iter,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use jsm_ops::{App, Client, Endpoints, MemoryStore, OAuth, PendingSignIn, Scopes};
use jsm_ops_fake::Fake;

/// The state that all requests share.
#[derive(Clone)]
struct Service {
    oauth: OAuth,
    /// The pending sign-in of every browser, by the id in its cookie.
    pending: Arc<Mutex<HashMap<String, PendingSignIn>>>,
}

/// An error page: what the user can do, without internal details.
struct Problem(jsm_ops::Error);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(error) = self;
        eprintln!("{error}");
        let (status, message) = if error.is_consent_needed() {
            (StatusCode::UNAUTHORIZED, "You are not signed in.".to_owned())
        } else if let Some(callback) = error.callback_error() {
            (StatusCode::BAD_REQUEST, format!("The sign-in failed: {callback}."))
        } else if error.is_site_unresolved() {
            (StatusCode::CONFLICT, error.to_string())
        } else if error.is_transient() {
            (StatusCode::SERVICE_UNAVAILABLE, "Atlassian is unavailable; retry in a moment.".to_owned())
        } else {
            (StatusCode::INTERNAL_SERVER_ERROR, "This service has an internal error.".to_owned())
        };
        (status, page(&format!("<p>{}</p><p><a href=/sign-in>Sign in</a></p>", escape(&message)))).into_response()
    }
}

impl From<jsm_ops::Error> for Problem {
    fn from(error: jsm_ops::Error) -> Self {
        Self(error)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run().await else { return ExitCode::SUCCESS };
    // An error does not repeat its source, so the whole chain is one line.
    let chain = iter::successors(Some(&*error), |&error| error.source()).map(ToString::to_string);
    eprintln!("error: {}", chain.collect::<Vec<_>>().join(": "));
    ExitCode::FAILURE
}

async fn run() -> Result<(), Box<dyn Error>> {
    let fake = if env::args().any(|argument| argument == "--fake") {
        Some(Fake::builder().real_clock().start().await?)
    } else {
        None
    };
    let (app, endpoints) = match &fake {
        None => (App::from_env()?, Endpoints::from_env()?),
        Some(fake) => {
            fake.seed_alerts(5);
            let registered = fake.app();
            let app = App::new(registered.client_id, registered.client_secret, registered.redirect_uris[0].as_str())?;
            (app, Endpoints::at(&fake.url(), &fake.url())?)
        }
    };
    let address = app.redirect_uri().trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let oauth = OAuth::builder(app, MemoryStore::new()).endpoints(endpoints).build()?;
    let service = Service { oauth, pending: Arc::default() };
    let router = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/sign-out", get(sign_out))
        .with_state(service);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("Open http://{address}/");
    axum::serve(listener, router).await?;
    Ok(())
}

/// Shows the open alerts of the signed-in user.
async fn home(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(user) = cookie(&headers) else {
        return Ok(page("<p><a href=/sign-in>Sign in with Atlassian</a></p>").into_response());
    };
    let session = service.oauth.session(&user);
    let client = Client::builder().session(session).build().await?;
    let alerts = match client.alerts().list().query("status: open").send().await {
        Ok(alerts) => alerts.values,
        Err(error) => match jsm_ops::Error::from_call_error(&error) {
            Some(reason) => return Err(Problem(reason.clone())),
            None => return Ok((StatusCode::BAD_GATEWAY, page(&escape(&error.to_string()))).into_response()),
        },
    };
    let items: String =
        alerts.iter().map(|alert| format!("<li>{}", escape(alert.message.as_deref().unwrap_or("?")))).collect();
    Ok(page(&format!("<p>Open alerts:</p><ul>{items}</ul><p><a href=/sign-out>Sign out</a></p>")).into_response())
}

/// Begins a sign-in and ties it to this browser with a cookie.
async fn sign_in(State(service): State<Service>) -> Result<Response, Problem> {
    let sign_in = service.oauth.begin_sign_in(&Scopes::parse("read:ops-alert:jira-service-management"))?;
    // Always a new id: others may know the one that the browser sent.
    let id = random_id();
    service.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), sign_in.pending);
    let cookie = format!("id={id}; HttpOnly; SameSite=Lax; Path=/");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(sign_in.url.as_str())).into_response())
}

/// Finishes the sign-in of this browser. It accepts one callback.
async fn callback(State(service): State<Service>, headers: HeaderMap, uri: Uri) -> Result<Redirect, Problem> {
    let user = cookie(&headers).unwrap_or_default();
    let pending = service.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&user);
    if let Some(pending) = pending {
        service.oauth.finish_sign_in(&user, pending, &uri.to_string()).await?;
    }
    Ok(Redirect::to("/"))
}

async fn sign_out(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(user) = cookie(&headers) {
        service.oauth.session(&user).sign_out().await?;
    }
    Ok(([(header::SET_COOKIE, "id=; Max-Age=0; Path=/")], Redirect::to("/")).into_response())
}

/// The id in the cookie. This service uses it as the name of the user.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let id = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("id="))?;
    Some(id.to_owned()).filter(|id| !id.is_empty())
}

fn random_id() -> String {
    let mut bytes = [0; 32];
    // Without random bytes the id is empty, which is not a session. A predictable id would be
    // worse.
    getrandom::fill(&mut bytes).map_or_else(|_| String::new(), |()| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn page(body: &str) -> Html<String> {
    Html(format!("<!doctype html><meta charset=utf-8><title>Alerts</title><h1>Alerts</h1>{body}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
