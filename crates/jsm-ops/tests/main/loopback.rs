//! The sign-in on this machine.

use std::{
    net::TcpListener as StdListener,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jsm_ops::{
    App, LoopbackSignIn, MemoryStore, OAuth,
    reqwest::{Client, Method, Response, Url, redirect::Policy},
};
use jsm_ops_fake::{Endpoint, Fake};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
};

use crate::support::{HOUR, TestClock, assert_signed_in, endpoints, scopes, soon};

struct Local {
    fake: Fake,
    clock: TestClock,
    oauth: OAuth,
    redirect: String,
}

impl Local {
    async fn new() -> Self {
        Self::at("/callback").await
    }

    async fn at(path: &str) -> Self {
        let fake = Fake::start().await.expect("a fake");
        let clock = TestClock::of(&fake).manual();
        // A port that was free a moment ago.
        let port = StdListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let redirect = format!("http://127.0.0.1:{port}{path}");
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

    /// Opens the start page and returns the URL for consent.
    async fn start(&self, start: &str) -> String {
        assert!(start.starts_with(&self.redirect.replace("/callback", "/start?")), "{start}");
        let response = send(Method::GET, start, &[]).await;
        assert_eq!(response.status().as_u16(), 303);
        let location = response.headers()["location"].to_str().expect("a URL").to_owned();
        assert!(location.starts_with(self.fake.authorize_url().as_str()), "{location}");
        location
    }

    /// Does what a browser and its user do. Returns the callback.
    async fn consent(&self, start: &str) -> String {
        self.fake.approve(&self.start(start).await).await.expect("consent")
    }

    fn address(&self) -> String {
        self.redirect.trim_start_matches("http://").trim_end_matches("/callback").to_owned()
    }
}

/// Sends one request and follows no redirect.
async fn send(method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
    let _ = crate::support::browser();
    let browser = Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0).build().expect("a client");
    let request = browser.request(method, url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("a response")
}

async fn get(url: &str) -> (u16, String) {
    let response = send(Method::GET, url, &[]).await;
    (response.status().as_u16(), response.text().await.expect("a page"))
}

/// All bytes of the response to HEAD.
async fn head_on_the_wire(url: &str) -> String {
    let url = Url::parse(url).expect("a URL");
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let mut stream = TcpStream::connect(&*url.socket_addrs(|| None).expect("an address")).await.expect("a connection");
    stream.write_all(format!("HEAD {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await.expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("a response");
    response
}

/// Waits until the listener is closed.
async fn closed(address: &str) {
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    soon("the listener closes", closed).await;
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
        get(&local.consent(&url).await).await
    };
    let (session, (status, page)) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(status == 200 && page.contains("You are signed in"), "{page}");
    // The user notices another account by its sites.
    assert!(page.contains(&local.fake.site().name), "{page}");
    assert_signed_in(&local.fake, &session.expect("a session")).await;
    local.clock.advance(HOUR);
    closed(&local.address()).await;
    local.fake.assert_no_violations();
}

#[tokio::test]
async fn a_user_who_declines_sees_the_reason() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async {
        let url = local.start(&shown.await.expect("a URL")).await;
        get(&local.fake.deny(&url).await.expect("a callback")).await
    };
    let (session, (status, page)) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(session.expect_err("declined").is_callback_rejected());
    assert!(status == 400 && page.contains("Access was declined"), "{page}");
    assert!(page.contains("start a new sign-in"), "the page says what to do next: {page}");
}

#[tokio::test]
async fn the_start_page_works_once() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async {
        let start = shown.await.expect("a URL");
        // Neither a prefetch nor a HEAD request is a visit.
        for (method, headers) in [(Method::GET, &[("sec-purpose", "prefetch")][..]), (Method::HEAD, &[])] {
            assert!(send(method, &start, headers).await.headers().get("location").is_none());
        }
        let (guessed, _) = get(&format!("{}x", start)).await;
        let url = local.start(&start).await;
        let (status, page) = get(&start).await;
        assert_eq!((guessed, status), (404, 410));
        assert!(page.contains("works once") && !page.contains("code_challenge"), "{page}");
        get(&local.fake.approve(&url).await.expect("consent")).await
    };
    let (session, _) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert_signed_in(&local.fake, &session.expect("a session")).await;
}

#[tokio::test]
async fn only_a_visit_takes_the_callback_and_a_reload_shows_the_result() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async {
        let start = shown.await.expect("a URL");
        let callback = local.consent(&start).await;
        for header in ["sec-purpose", "purpose"] {
            assert_eq!(send(Method::GET, &callback, &[(header, "prefetch")]).await.status().as_u16(), 503);
        }
        let head = send(Method::HEAD, &callback, &[]).await;
        assert!(head.status().as_u16() == 200 && head.headers()["content-length"] != "0", "{head:?}");
        assert!(head_on_the_wire(&callback).await.ends_with("\r\n\r\n"), "a response to HEAD has no body");
        let post = send(Method::POST, &callback, &[("content-length", "0")]).await;
        assert_eq!((post.status().as_u16(), post.headers()["allow"].to_str().expect("text")), (405, "GET, HEAD"));
        assert!(post.text().await.expect("a page").contains("<html lang=\"en\">"));
        assert_eq!(local.fake.count(&Endpoint::Exchange), 0, "no request was a visit");
        // A double click: both windows receive the result.
        let (one, other) = tokio::join!(get(&callback), get(&callback));
        assert_eq!((one.0, &one.1), (200, &other.1));
        (start, callback)
    };
    let (session, (start, callback)) = tokio::join!(sign_in.run("ada", &wanted), browse);
    session.expect("a session");
    let (status, page) = get(&callback).await;
    assert!(status == 200 && page.contains("You are signed in"), "{page}");
    assert_eq!(local.fake.count(&Endpoint::Exchange), 1, "a reload does not use the code again");
    // The start page works once, and says how the sign-in ended.
    let (status, page) = get(&start).await;
    assert!(status == 200 && page.contains("You are signed in"), "{page}");

    // The next sign-in at the port does not wait for the end of the last one.
    let (again, shown) = local.sign_in();
    let browse = async { get(&local.consent(&shown.await.expect("a URL")).await).await.0 };
    let (session, status) = tokio::join!(again.run("ada", &wanted), browse);
    assert!(session.is_ok() && status == 200);
}

#[tokio::test]
async fn silent_connections_are_bounded_in_number_and_time() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async {
        let start = shown.await.expect("a URL");
        let mut silent = Vec::new();
        for _ in 0..40 {
            silent.push(TcpStream::connect(local.address()).await.expect("a connection"));
        }
        // The oldest ones made room, and a browser is not kept out.
        assert_eq!(get(&local.redirect.replace("callback", "favicon.ico")).await.0, 404);
        let mut buffer = [0; 1];
        let oldest = silent.remove(0);
        assert_eq!(soon("the oldest ends", ended(oldest, &mut buffer)).await, 0);
        let newest = silent.pop().expect("a connection");
        // Neither is bounded by the time of the sign-in only.
        let late = async {
            loop {
                local.clock.advance(Duration::from_secs(11));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            read = ended(newest, &mut buffer) => assert_eq!(read, 0),
            () = late => unreachable!("the connection ended"),
        }
        get(&local.consent(&start).await).await
    };
    let (session, _) = tokio::join!(sign_in.timeout(1000 * HOUR).run("ada", &wanted), browse);
    session.expect("a session");
}

/// Reads until the server closes the connection.
async fn ended(mut stream: TcpStream, buffer: &mut [u8]) -> usize {
    stream.read(buffer).await.unwrap_or_default()
}

#[tokio::test]
async fn a_callback_can_be_pasted_and_a_wrong_paste_is_explained() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let (mut terminal, input) = tokio::io::duplex(64 * 1024);
    let remarks = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&remarks);
    let sign_in = sign_in
        .ask_for_callback_in(tokio::io::BufReader::new(input))
        .tell(move |text| told.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned()));
    let user = async {
        // A browser elsewhere cannot reach the start page, so this is the URL for consent.
        let url = shown.await.expect("a URL");
        let callback = local.fake.approve(&url).await.expect("consent");
        let code = callback.split_once("code=").expect("a code").1.split('&').next().expect("a code").to_owned();
        let stale = callback.replace("state=", "state=x");
        for line in ["", "hello", url.as_str(), stale.as_str(), "https://other.example/?code=1", callback.as_str()] {
            terminal.write_all(format!("  {line}\r\n").as_bytes()).await.expect("typed");
        }
        code
    };
    let (session, code) = tokio::join!(sign_in.run("ada", &wanted), user);
    assert_signed_in(&local.fake, &session.expect("a session")).await;
    let remarks = remarks.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert_eq!(remarks.len(), 5, "{remarks:?}");
    for (remark, part) in
        remarks.iter().zip(["another sign-in", "consent there first", "another sign-in", "another URL", "Signed in"])
    {
        assert!(remark.contains(part) && !remark.contains(&code), "{remark:?} has {part:?}");
    }
    assert!(remarks[4].contains(&local.fake.site().name), "{remarks:?}");
}

#[tokio::test]
async fn the_listener_wins_if_the_input_ends() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let sign_in = sign_in.ask_for_callback_in(tokio::io::empty()).tell(|_| {});
    let browse = async {
        let callback = local.fake.approve(&shown.await.expect("a URL")).await.expect("consent");
        get(&callback).await.0
    };
    let (session, status) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(session.is_ok() && status == 200);
}

// Other systems have one loopback address only.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_container_listens_at_another_address_and_pages_have_the_name_of_the_app() {
    let local = Local::new().await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let sign_in = sign_in.bind(std::net::IpAddr::from([127, 0, 0, 2])).app_name("Acme <On-Call>").tell(|_| {});
    let browse = async {
        let start = shown.await.expect("a URL");
        assert!(TcpStream::connect(local.address()).await.is_err(), "nothing listens at the redirect URI itself");
        // What a published port does.
        let inside = |url: &str| url.replacen("127.0.0.1", "127.0.0.2", 1);
        let response = send(Method::GET, &inside(&start), &[]).await;
        let url = response.headers()["location"].to_str().expect("a URL");
        get(&inside(&local.fake.approve(url).await.expect("consent"))).await
    };
    let (session, (status, page)) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(session.is_ok() && status == 200);
    assert!(page.contains("Acme &lt;On-Call&gt;") && !page.contains("Acme <"), "{page}");
}

#[tokio::test]
async fn the_start_page_is_not_the_redirect_uri() {
    let local = Local::at("/start").await;
    let (sign_in, shown) = local.sign_in();
    let wanted = scopes(&local.fake);
    let browse = async {
        let start = shown.await.expect("a URL");
        assert!(start.contains("/begin?"), "{start}");
        let response = send(Method::GET, &start, &[]).await;
        let url = response.headers()["location"].to_str().expect("a URL");
        get(&local.fake.approve(url).await.expect("consent")).await.0
    };
    let (session, status) = tokio::join!(sign_in.run("ada", &wanted), browse);
    assert!(session.is_ok() && status == 200);
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
