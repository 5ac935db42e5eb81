//! The sign-in on this machine.

use std::{net::TcpListener as StdListener, sync::Arc, time::Duration};

use jsm_ops::{App, LoopbackSignIn, MemoryStore, OAuth};
use jsm_ops_fake::Fake;
use tokio::{net::TcpStream, sync::oneshot};

use crate::support::{HOUR, TestClock, assert_signed_in, endpoints, scopes};

struct Local {
    fake: Fake,
    clock: TestClock,
    oauth: OAuth,
    redirect: String,
}

impl Local {
    async fn new() -> Self {
        let fake = Fake::start().await.expect("a fake");
        let clock = TestClock::of(&fake).manual();
        // A port that was free a moment ago.
        let port = StdListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let redirect = format!("http://127.0.0.1:{port}/callback");
        fake.register_redirect_uri(&redirect);
        let app = App::new(fake.app().client_id, fake.app().client_secret, redirect.as_str()).expect("an app");
        let oauth = OAuth::builder(app, MemoryStore::new())
            .endpoints(endpoints(&fake.url()))
            .clock(Arc::new(clock.clone()))
            .build()
            .expect("an OAuth");
        Self { fake, clock, oauth, redirect }
    }

    fn sign_in(&self) -> (LoopbackSignIn<'_>, oneshot::Receiver<String>) {
        let (send, receive) = oneshot::channel();
        let mut send = Some(send);
        let sign_in = LoopbackSignIn::new(&self.oauth).without_browser().show(move |url| {
            let _ = send.take().map(|send| send.send(url.to_string()));
        });
        (sign_in, receive)
    }

    fn address(&self) -> String {
        self.redirect.trim_start_matches("http://").trim_end_matches("/callback").to_owned()
    }
}

async fn get(url: &str) -> (u16, String) {
    let response = crate::support::browser().get(url).send().await.expect("a response");
    (response.status().as_u16(), response.text().await.expect("a page"))
}

#[tokio::test]
async fn a_user_signs_in_through_the_browser() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async {
        let url = shown.await.expect("a URL");
        // A silent connection does not block the others.
        let _silent = TcpStream::connect(local.address()).await.expect("a connection");
        assert_eq!(get(&local.redirect.replace("callback", "favicon.ico")).await.0, 404);
        let (status, page) = get(&format!("{}?code=c&state=guessed", local.redirect)).await;
        assert!(status == 400 && page.contains("Another sign-in"), "{page}");
        let callback = local.fake.approve(&url).await.expect("consent");
        get(&callback).await
    };
    let (session, (status, page)) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(status == 200 && page.contains("Signed in"), "{page}");
    assert_signed_in(&local.fake, &session.expect("a session")).await;
    assert!(TcpStream::connect(local.address()).await.is_err(), "the listener is closed");
    local.fake.assert_no_violations();
}

#[tokio::test]
async fn a_user_who_declines_sees_the_reason() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async { get(&local.fake.deny(&shown.await.expect("a URL")).await.expect("a callback")).await };
    let (session, (status, page)) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(session.expect_err("declined").is_callback_rejected());
    assert!(status == 400 && page.contains("declined"), "{page}");
}

#[tokio::test]
async fn a_missing_consent_times_out_and_a_used_port_fails_at_once() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let wait = async {
        shown.await.expect("a URL");
        // The waiting sign-in uses the port.
        let (second, _) = local.sign_in();
        let error = second.run("ada", &wanted).await.expect_err("taken");
        assert!(error.to_string().contains("using the port"), "{error}");
        loop {
            local.clock.advance(HOUR);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let error = tokio::select! {
        outcome = sign_in.timeout(HOUR).run("ada", &wanted) => outcome.expect_err("no consent"),
        () = wait => unreachable!("the sign-in ended"),
    };
    assert!(error.to_string().contains("3600 seconds"), "{error}");
}

#[tokio::test]
async fn a_redirect_uri_of_another_host_is_an_error() {
    let fake = Fake::start().await.expect("a fake");
    let app = App::new("id", "secret", "https://ops.example/callback").expect("an app");
    let oauth = OAuth::builder(app, MemoryStore::new()).endpoints(endpoints(&fake.url())).build().expect("an OAuth");
    let error = LoopbackSignIn::new(&oauth).without_browser().run("ada", &scopes(&fake)).await.expect_err("elsewhere");
    assert!(error.to_string().contains("loopback"), "{error}");
}
