//! Consent, code exchange and refresh on the wire.

use jsm_ops::{CallbackError, ConsentReason, MemoryStore, PendingSignIn, TokenStore as _};
use jsm_ops_fake::{Consent, Endpoint, Fake, FakeResponse, FakeSite, Fault, RejectedGrant};

use crate::support::{HOUR, TestClock, World, app, oauth, refresh_token, scopes, sign_in};

#[tokio::test]
async fn a_sign_in_and_a_refresh_send_the_documented_requests() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let store = MemoryStore::new();
    let oauth = oauth(&fake, &clock, store.clone());

    let sign_in = oauth.begin_sign_in(&scopes(&fake)).expect("a sign-in");
    // A web server keeps this between two requests.
    let stored = serde_json::to_string(&sign_in.pending).expect("JSON");
    let secrets: serde_json::Value = serde_json::from_str(&stored).expect("JSON");
    let (state, verifier) = (secrets["state"].as_str().expect("a state"), secrets["verifier"].as_str().expect("a verifier"));
    let challenge = {
        use sha2::Digest as _;
        base64_url(&sha2::Sha256::digest(verifier))
    };
    let names = "delete%3Aops-alert%3Ajira-service-management%20delete%3Aops-config%3Ajira-service-management\
                 %20read%3Ajira-user%20read%3Aops-alert%3Ajira-service-management%20read%3Aops-config%3Ajira-service-management\
                 %20write%3Aops-alert%3Ajira-service-management%20write%3Aops-config%3Ajira-service-management%20offline_access";
    assert_eq!(
        sign_in.url.as_str(),
        format!(
            "{}?audience=api.atlassian.com&client_id=fake-client-id&scope={names}\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback&state={state}&response_type=code&prompt=consent\
             &code_challenge={challenge}&code_challenge_method=S256",
            fake.authorize_url()
        )
    );

    let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
    let code = callback.split_once("code=").expect("a code").1.split('&').next().expect("a code");
    let pending: PendingSignIn = serde_json::from_str(&stored).expect("a pending sign-in");
    let session = oauth.finish_sign_in("ada", pending, &callback).await.expect("a session");
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
    // The current grant is in the store.
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
async fn without_offline_access_the_grant_ends_with_its_access_token() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let oauth = oauth(&fake, &clock, MemoryStore::new());
    let sign_in = oauth.begin_sign_in_without_refresh(&scopes(&fake)).expect("a sign-in");
    assert!(!sign_in.url.as_str().contains("offline_access"));
    let callback = fake.approve(sign_in.url.as_str()).await.expect("consent");
    let session = oauth.finish_sign_in("ada", sign_in.pending, &callback).await.expect("a session");
    let grant = session.grant().await.expect("a store").expect("a grant");
    assert_eq!(grant.consent_needed_at(), grant.access_expires_at());
    clock.advance(HOUR);
    let error = session.access_token().await.expect_err("no token");
    assert_eq!(error.consent_reason(), Some(&ConsentReason::NoRefreshToken));
    assert_eq!(fake.count(&Endpoint::Refresh), 0);
}

#[tokio::test]
async fn callbacks_without_consent_have_distinct_errors() {
    let fake = Fake::start().await.expect("a fake");
    let clock = TestClock::of(&fake);
    let oauth = oauth(&fake, &clock, MemoryStore::new());
    let begin = || oauth.begin_sign_in(&scopes(&fake)).expect("a sign-in");

    let sign_in = begin();
    let declined = fake.deny(sign_in.url.as_str()).await.expect("a callback");
    let error = oauth.finish_sign_in("ada", sign_in.pending, &declined).await.expect_err("declined");
    assert!(matches!(error.callback_error(), Some(CallbackError::Declined { .. })), "{error}");

    let (one, other) = (begin(), begin());
    let callback = fake.approve(one.url.as_str()).await.expect("consent");
    let error = oauth.finish_sign_in("ada", other.pending, &callback).await.expect_err("another sign-in's");
    assert_eq!(error.callback_error(), Some(&CallbackError::StateMismatch));

    let elsewhere = callback.replace("/callback", "/other");
    let error = oauth.finish_sign_in("ada", one.pending.clone(), &elsewhere).await.expect_err("another URL");
    assert!(matches!(error.callback_error(), Some(CallbackError::OtherRedirectUri { .. })), "{error}");
    // None of these callbacks spent the code.
    assert_eq!(fake.count(&Endpoint::Exchange), 0);

    oauth.finish_sign_in("ada", one.pending.clone(), &callback).await.expect("a session");
    let error = oauth.finish_sign_in("ada", one.pending, &callback).await.expect_err("a spent code");
    // "Consent is needed" would send the user to a sign-in that they have just finished.
    assert!(error.is_code_rejected() && !error.is_consent_needed() && !error.is_transient(), "{error}");
    assert!(error.to_string().contains("was used already") && error.to_string().contains("redirect URI"), "{error}");
    // The grant of the first exchange is unchanged.
    assert!(oauth.session("ada").access_token().await.is_ok());
}

#[tokio::test]
async fn a_wrong_secret_is_a_configuration_error() {
    let world = World::new().await;
    let fake_app = world.fake.app();
    let wrong = jsm_ops::App::new(fake_app.client_id, "wrong-secret", app(&world.fake).redirect_uri()).expect("an app");
    let oauth = jsm_ops::OAuth::builder(wrong, world.store.clone())
        .endpoints(crate::support::endpoints(&world.fake.url()))
        .clock(std::sync::Arc::new(world.clock.clone()))
        .build()
        .expect("an OAuth");
    world.clock.advance(HOUR);
    let error = oauth.session("ada").access_token().await.expect_err("rejected");
    assert!(error.is_misconfigured() && !error.is_consent_needed() && !error.is_transient(), "{error}");
    // The session with the right secret still works.
    world.assert_signed_in().await;
}

#[tokio::test]
async fn both_errors_of_a_rejected_grant_need_new_consent() {
    for spelling in [RejectedGrant::InvalidGrant, RejectedGrant::UnauthorizedClient] {
        let world = World::new().await;
        world.fake.set_rejected_grant(spelling);
        world.fake.change_password("712020:operator");
        world.clock.advance(HOUR);
        for _ in 0..3 {
            let error = world.session.access_token().await.expect_err("no token");
            assert!(matches!(error.consent_reason(), Some(ConsentReason::Rejected { .. })), "{error}");
        }
        assert_eq!(world.fake.count(&Endpoint::Refresh), 1, "the service rejects once");
        // Another process finds the rejection in the store.
        let other = oauth(&world.fake, &world.clock, world.store.clone());
        assert!(other.session("ada").access_token().await.expect_err("no token").is_consent_needed());
        assert_eq!(world.fake.count(&Endpoint::Refresh), 1);
        assert!(world.session.grant().await.expect("a store").expect("a grant").is_rejected());
        // It also finds the grant of the new consent.
        sign_in(&world.fake, &other, "ada").await;
        world.assert_signed_in().await;
    }
}

#[tokio::test]
async fn users_have_separate_grants_and_sign_out_alone() {
    let world = World::new().await;
    let sign_in = world.oauth.begin_sign_in(&scopes(&world.fake)).expect("a sign-in");
    let callback = world.fake.approve_as(sign_in.url.as_str(), &Consent::of("712020:grace")).await.expect("consent");
    let grace = world.oauth.finish_sign_in("grace", sign_in.pending, &callback).await.expect("a session");
    let tokens = [&world.session, &grace].map(|session| session.clone());
    let (ada, other) = (tokens[0].access_token().await.expect("a token"), tokens[1].access_token().await.expect("a token"));
    assert_ne!(ada.secret().expose(), other.secret().expose());
    world.session.sign_out().await.expect("signed out");
    let error = world.session.access_token().await.expect_err("no token");
    assert_eq!(error.consent_reason(), Some(&ConsentReason::NoGrant));
    assert!(grace.access_token().await.is_ok());
}

#[tokio::test]
async fn sites_are_merged_and_listed_with_one_refresh_at_most() {
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

    let rejection = serde_json::json!({ "code": 401, "message": "Unauthorized; scope does not match" });
    fake.queue_fault(Endpoint::Resources, Fault::Respond(FakeResponse::json(401, &rejection)));
    let error = session.sites().await.expect_err("no scope");
    assert!(error.to_string().contains("scope does not match"), "{error}");
    assert_eq!(fake.count(&Endpoint::Refresh), 1);
    fake.assert_no_violations();
}
