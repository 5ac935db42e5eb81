//! The login on this machine.

use std::{net::TcpListener as StdListener, sync::Arc, time::Duration};

use jsm_ops::{App, LoopbackLogin, MemoryStore, OAuth};
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
        let clock = TestClock::of(&fake).patient();
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

    fn login(&self) -> (LoopbackLogin<'_>, oneshot::Receiver<String>) {
        let (send, receive) = oneshot::channel();
        let mut send = Some(send);
        let login = LoopbackLogin::new(&self.oauth).without_browser().show(move |url| {
            let _ = send.take().map(|send| send.send(url.to_string()));
        });
        (login, receive)
    }

    fn address(&self) -> String {
        self.redirect.trim_start_matches("http://").trim_end_matches("/callback").to_owned()
    }
}

async fn get(url: &str) -> (u16, String) {
    let answer = crate::support::browser().get(url).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

#[tokio::test]
async fn a_person_signs_in_through_the_browser() {
    let local = Local::new().await;
    let (login, shown) = local.login();
    let wanted = scopes(&local.fake);
    let browse = async {
        let url = shown.await.expect("an address");
        // A connection that says nothing keeps nobody waiting.
        let _silent = TcpStream::connect(local.address()).await.expect("a connection");
        assert_eq!(get(&local.redirect.replace("callback", "favicon.ico")).await.0, 404);
        let (status, page) = get(&format!("{}?code=c&state=guessed", local.redirect)).await;
        assert!(status == 400 && page.contains("Another sign-in"), "{page}");
        let callback = local.fake.approve(&url).await.expect("consent");
        get(&callback).await
    };
    let (session, (status, page)) = tokio::join!(login.run("ada", &wanted), browse);
    assert!(status == 200 && page.contains("Signed in"), "{page}");
    assert_signed_in(&local.fake, &session.expect("a session")).await;
    assert!(TcpStream::connect(local.address()).await.is_err(), "nobody listens any more");
    local.fake.assert_no_violations();
}

#[tokio::test]
async fn a_person_who_declines_is_told_so() {
    let local = Local::new().await;
    let (login, shown) = local.login();
    let wanted = scopes(&local.fake);
    let browse = async { get(&local.fake.deny(&shown.await.expect("an address")).await.expect("a callback")).await };
    let (session, (status, page)) = tokio::join!(login.run("ada", &wanted), browse);
    assert!(session.expect_err("declined").is_callback());
    assert!(status == 400 && page.contains("declined"), "{page}");
}

#[tokio::test]
async fn nobody_who_consents_ends_it_in_time_and_a_taken_port_at_once() {
    let local = Local::new().await;
    let (login, shown) = local.login();
    let wanted = scopes(&local.fake);
    let wait = async {
        shown.await.expect("an address");
        // The port is taken by the login that waits.
        let (second, _) = local.login();
        let error = second.run("ada", &wanted).await.expect_err("taken");
        assert!(error.to_string().contains("using the port"), "{error}");
        loop {
            local.clock.advance(HOUR);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let error = tokio::select! {
        outcome = login.timeout(HOUR).run("ada", &wanted) => outcome.expect_err("nobody"),
        () = wait => unreachable!("it waits for ever"),
    };
    assert!(error.to_string().contains("3600 seconds"), "{error}");
}

#[tokio::test]
async fn a_redirect_uri_elsewhere_is_none_to_listen_at() {
    let fake = Fake::start().await.expect("a fake");
    let app = App::new("id", "secret", "https://ops.example/callback").expect("an app");
    let oauth = OAuth::builder(app, MemoryStore::new()).endpoints(endpoints(&fake.url())).build().expect("an OAuth");
    let error = LoopbackLogin::new(&oauth).without_browser().run("ada", &scopes(&fake)).await.expect_err("elsewhere");
    assert!(error.to_string().contains("loopback"), "{error}");
}
