//! A sign-in at a standard OAuth 2.0 server that others wrote. `tests/oidc/run.sh` starts it.

use std::{collections::BTreeMap, env};

use jsm_ops::{
    App, ClientAuthentication, Endpoints, MemoryStore, OAuth, Scopes, TokenRequestFormat,
    reqwest::{self, Url, header, redirect::Policy},
};

use crate::support::refresh_token;

/// Follows redirects with cookies, as a browser does, up to the redirect URI.
async fn browse(start: &Url, redirect: &str) -> String {
    let _ = crate::support::browser();
    let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
    let mut cookies = BTreeMap::new();
    let mut url = start.clone();
    for _ in 0..20 {
        if url.as_str().starts_with(redirect) {
            return url.into();
        }
        let cookie = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let response = http.get(url.clone()).header(header::COOKIE, cookie).send().await.expect("a response");
        for set in response.headers().get_all(header::SET_COOKIE) {
            let pair = set.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = response.status();
        let Some(location) = response.headers().get(header::LOCATION) else {
            unreachable!("{url}: {status} {}", response.text().await.unwrap_or_default());
        };
        url = url.join(location.to_str().expect("text")).expect("a URL");
    }
    unreachable!("the redirects do not end")
}

#[tokio::test]
async fn a_standard_server_signs_in_refreshes_and_rejects() {
    let (Ok(server), Ok(redirect)) = (env::var("JSM_OPS_OIDC"), env::var("JSM_OPS_OIDC_REDIRECT")) else {
        println!("skipped: tests/oidc/run.sh starts the server");
        return;
    };
    let (mut sign_ins, mut refreshes, mut rejections) = (0, 0, 0);
    for (authentication, name) in
        [(ClientAuthentication::Basic, "client_secret_basic"), (ClientAuthentication::RequestBody, "client_secret_post")]
    {
        let endpoints = Endpoints::builder()
            .authorize(format!("{server}/connect/authorize"))
            .token(format!("{server}/connect/token"))
            .accessible_resources(format!("{server}/sites"))
            .gateway(server.as_str())
            .token_request_format(TokenRequestFormat::Form)
            .client_authentication(authentication)
            .build()
            .expect("endpoints");
        let token_endpoint = endpoints.token().clone();
        let app = App::new(format!("tool:{name}"), "a secret: 100% & more+", redirect.as_str()).expect("an app");
        let oauth = OAuth::builder(app, MemoryStore::new()).endpoints(endpoints).build().expect("an OAuth");

        let sign_in = oauth.begin_sign_in(&Scopes::parse("openid")).expect("a sign-in");
        let callback = browse(&sign_in.url, &redirect).await;
        let session = oauth.finish_sign_in("ada", sign_in.pending, &callback).await.expect("a session");
        sign_ins += 1;
        let first = session.grant().await.expect("a store").expect("a grant");
        for _ in 0..2 {
            let before = session.access_token().await.expect("a token");
            session.invalidate(before.generation());
            let after = session.access_token().await.expect("a token");
            assert_ne!(before.secret().expose(), after.secret().expose());
            refreshes += 1;
        }

        // The first refresh token is used again, as by a thief: the server ends the grant.
        let spent = crate::support::browser()
            .post(token_endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!(
                "grant_type=refresh_token&client_id=tool%3A{name}&client_secret=a%20secret%3A%20100%25%20%26%20more%2B\
                 &refresh_token={}",
                refresh_token(&first)
            ));
        let spent = match authentication {
            ClientAuthentication::Basic => spent
                .body(format!("grant_type=refresh_token&refresh_token={}", refresh_token(&first)))
                .basic_auth(format!("tool%3A{name}"), Some("a%20secret%3A%20100%25%20%26%20more%2B")),
            _ => spent,
        };
        let spent = spent.send().await.expect("a response");
        assert_eq!(spent.status().as_u16(), 400, "{}", spent.text().await.unwrap_or_default());
        session.invalidate(session.access_token().await.expect("a token").generation());
        let error = session.access_token().await.expect_err("rejected");
        assert!(error.is_consent_needed(), "{error}");
        rejections += 1;

        // A code works once.
        let sign_in = oauth.begin_sign_in(&Scopes::parse("openid")).expect("a sign-in");
        let callback = browse(&sign_in.url, &redirect).await;
        oauth.finish_sign_in("bob", sign_in.pending.clone(), &callback).await.expect("a session");
        let error = oauth.finish_sign_in("bob", sign_in.pending, &callback).await.expect_err("spent");
        assert!(error.is_code_rejected() && !error.is_consent_needed(), "{error}");
        rejections += 1;
    }
    println!("oidc-provider: {sign_ins} sign-ins, {refreshes} refreshes, {rejections} rejections");
}
