//! Consent, exchange, refresh: what goes over the wire, and what comes of it.

use jsm_ops::{CallbackError, ConsentReason, MemoryStore, PendingLogin, TokenStore as _};
use jsm_ops_fake::{Consent, Endpoint, Fake, FakeResponse, FakeSite, Fault, RejectedGrant};

use crate::support::{HOUR, TestClock, World, app, oauth, refresh_token, scopes, sign_in};

#[tokio::test]
async fn the_wire_form_of_the_whole_flow() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let store = MemoryStore::new();
    let oauth = oauth(&fake, &clock, store.clone());

    let login = oauth.begin(&scopes(&fake)).expect("a login");
    // What a web server keeps between two requests.
    let kept = serde_json::to_string(&login.pending).expect("JSON");
    let secrets: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
    let (state, verifier) = (secrets["state"].as_str().expect("a state"), secrets["verifier"].as_str().expect("a verifier"));
    let challenge = {
        use sha2::Digest as _;
        base64_url(&sha2::Sha256::digest(verifier))
    };
    let names = "delete%3Aops-alert%3Ajira-service-management%20delete%3Aops-config%3Ajira-service-management\
                 %20read%3Ajira-user%20read%3Aops-alert%3Ajira-service-management%20read%3Aops-config%3Ajira-service-management\
                 %20write%3Aops-alert%3Ajira-service-management%20write%3Aops-config%3Ajira-service-management%20offline_access";
    assert_eq!(
        login.url.as_str(),
        format!(
            "{}?audience=api.atlassian.com&client_id=fake-client-id&scope={names}\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback&state={state}&response_type=code&prompt=consent\
             &code_challenge={challenge}&code_challenge_method=S256",
            fake.authorize_url()
        )
    );

    let callback = fake.approve(login.url.as_str()).await.expect("consent");
    let code = callback.split_once("code=").expect("a code").1.split('&').next().expect("a code");
    let pending: PendingLogin = serde_json::from_str(&kept).expect("a pending login");
    let session = oauth.finish("ada", pending, &callback).await.expect("a session");
    let exchange = &fake.requests_to(&Endpoint::Exchange)[0];
    assert_eq!((exchange.method.as_str(), exchange.path.as_str(), exchange.query.as_str()), ("POST", "/oauth/token", ""));
    assert_eq!((exchange.header("content-type"), exchange.header("accept")), ("application/json", "application/json"));
    assert_eq!(exchange.header("authorization"), "");
    assert_eq!(
        exchange.text(),
        format!(
            r#"{{"grant_type":"authorization_code","client_id":"fake-client-id","client_secret":"fake-client-secret","code":"{code}","redirect_uri":"http://127.0.0.1:8765/callback","code_verifier":"{verifier}"}}"#
        )
    );

    let first = store.load(session.key()).await.expect("a store").expect("a grant");
    clock.advance(HOUR);
    let token = session.access_token().await.expect("a token");
    let refresh = &fake.requests_to(&Endpoint::Refresh)[0];
    assert_eq!((refresh.method.as_str(), refresh.path.as_str(), refresh.query.as_str()), ("POST", "/oauth/token", ""));
    assert_eq!(refresh.header("content-type"), "application/json");
    assert_eq!(
        refresh.text(),
        format!(
            r#"{{"grant_type":"refresh_token","client_id":"fake-client-id","client_secret":"fake-client-secret","refresh_token":"{}"}}"#,
            refresh_token(&first)
        )
    );
    // What is used is in the store.
    let second = store.load(session.key()).await.expect("a store").expect("a grant");
    assert_eq!(second.generation(), token.generation());
    assert!(fake.is_access_token_valid(token.secret().expose()));
    assert_ne!(refresh_token(&first), refresh_token(&second));
    fake.assert_no_violations();
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn without_offline_access_the_grant_ends_with_its_token() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let oauth = oauth(&fake, &clock, MemoryStore::new());
    let login = oauth.begin_without_refresh(&scopes(&fake)).expect("a login");
    assert!(!login.url.as_str().contains("offline_access"));
    let callback = fake.approve(login.url.as_str()).await.expect("consent");
    let session = oauth.finish("ada", login.pending, &callback).await.expect("a session");
    let grant = session.grant().await.expect("a store").expect("a grant");
    assert_eq!(grant.consent_needed_at(), grant.access_expires_at());
    clock.advance(HOUR);
    let error = session.access_token().await.expect_err("no token");
    assert_eq!(error.consent_reason(), Some(&ConsentReason::NoRefreshToken));
    assert_eq!(fake.count(&Endpoint::Refresh), 0);
}

#[tokio::test]
async fn callbacks_that_bring_no_consent_are_told_apart() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let oauth = oauth(&fake, &clock, MemoryStore::new());
    let begin = || oauth.begin(&scopes(&fake)).expect("a login");

    let login = begin();
    let declined = fake.deny(login.url.as_str()).await.expect("a callback");
    let error = oauth.finish("ada", login.pending, &declined).await.expect_err("declined");
    assert!(matches!(error.callback(), Some(CallbackError::Declined { .. })), "{error}");

    let (one, other) = (begin(), begin());
    let callback = fake.approve(one.url.as_str()).await.expect("consent");
    let error = oauth.finish("ada", other.pending, &callback).await.expect_err("another login's");
    assert_eq!(error.callback(), Some(&CallbackError::StateMismatch));

    let elsewhere = callback.replace("/callback", "/other");
    let error = oauth.finish("ada", one.pending.clone(), &elsewhere).await.expect_err("another address");
    assert!(matches!(error.callback(), Some(CallbackError::OtherRedirectUri { .. })), "{error}");
    // None of these spent the code.
    assert_eq!(fake.count(&Endpoint::Exchange), 0);

    oauth.finish("ada", one.pending.clone(), &callback).await.expect("a session");
    let error = oauth.finish("ada", one.pending, &callback).await.expect_err("a spent code");
    assert!(error.is_consent_needed() && !error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_wrong_secret_is_configuration_and_no_reason_to_consent() {
    let world = World::new().await;
    let fake_app = world.fake.app();
    let wrong = jsm_ops::App::new(fake_app.client_id, "wrong-secret", app(&world.fake).redirect_uri()).expect("an app");
    let oauth = jsm_ops::OAuth::builder(wrong, world.store.clone())
        .endpoints(crate::support::endpoints(&world.fake.url()))
        .clock(std::sync::Arc::new(world.clock.clone()))
        .build()
        .expect("an OAuth");
    world.clock.advance(HOUR);
    let error = oauth.session("ada").access_token().await.expect_err("refused");
    assert!(error.is_configuration() && !error.is_consent_needed() && !error.is_transient(), "{error}");
    // Whoever has the right secret is signed in as before.
    world.assert_signed_in().await;
}

#[tokio::test]
async fn both_spellings_of_a_dead_grant_ask_for_consent_and_new_consent_mends_it() {
    for spelling in [RejectedGrant::InvalidGrant, RejectedGrant::UnauthorizedClient] {
        let world = World::new().await;
        world.fake.set_rejected_grant(spelling);
        world.fake.change_password("712020:operator");
        world.clock.advance(HOUR);
        for _ in 0..3 {
            let error = world.session.access_token().await.expect_err("no token");
            assert!(matches!(error.consent_reason(), Some(ConsentReason::Refused { .. })), "{error}");
        }
        assert_eq!(world.fake.count(&Endpoint::Refresh), 1, "the service is asked once");
        // Another process learns of it from the store.
        let other = oauth(&world.fake, &world.clock, world.store.clone());
        assert!(other.session("ada").access_token().await.expect_err("no token").is_consent_needed());
        assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
        assert!(world.session.grant().await.expect("a store").expect("a grant").is_refused());
        // And of the new consent, too.
        sign_in(&world.fake, &other, "ada").await;
        world.assert_signed_in().await;
    }
}

#[tokio::test]
async fn grants_of_several_users_and_signing_out() {
    let world = World::new().await;
    let login = world.oauth.begin(&scopes(&world.fake)).expect("a login");
    let callback = world.fake.approve_as(login.url.as_str(), &Consent::of("712020:grace")).await.expect("consent");
    let grace = world.oauth.finish("grace", login.pending, &callback).await.expect("a session");
    let tokens = [&world.session, &grace].map(|session| session.clone());
    let (ada, other) = (tokens[0].access_token().await.expect("a token"), tokens[1].access_token().await.expect("a token"));
    assert_ne!(ada.secret().expose(), other.secret().expose());
    world.session.sign_out().await.expect("signed out");
    let error = world.session.access_token().await.expect_err("no token");
    assert_eq!(error.consent_reason(), Some(&ConsentReason::NoGrant));
    assert!(grace.access_token().await.is_ok());
}

#[tokio::test]
async fn sites_are_merged_and_read_with_one_refresh_at_most() {
    let fake = Fake::builder()
        .site(FakeSite::new("c-1", "one").listed_twice())
        .site(FakeSite::new("c-2", "two"))
        .start()
        .await
        .expect("a fake");
    let clock = TestClock::of(&fake);
    let oauth = oauth(&fake, &clock, MemoryStore::new());
    let session = sign_in(&fake, &oauth, "ada").await;
    let sites = session.sites().await.expect("sites");
    assert_eq!(sites.iter().map(|site| site.cloud_id().as_str()).collect::<Vec<_>>(), ["c-1", "c-2"]);
    assert_eq!(sites[0].scopes().len(), sites[1].scopes().len());
    let seen = &fake.requests_to(&Endpoint::Resources)[0];
    assert!(seen.header("authorization").starts_with("Bearer "));

    fake.expire_access_tokens();
    session.sites().await.expect("sites");
    assert_eq!(fake.count(&Endpoint::Refresh), 1);

    let refusal = serde_json::json!({ "code": 401, "message": "Unauthorized; scope does not match" });
    fake.queue_fault(Endpoint::Resources, Fault::Respond(FakeResponse::json(401, &refusal)));
    let error = session.sites().await.expect_err("no scope");
    assert!(error.to_string().contains("scope does not match"), "{error}");
    assert_eq!(fake.count(&Endpoint::Refresh), 1);
    fake.assert_no_violations();
}
