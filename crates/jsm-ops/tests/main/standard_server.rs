//! A standard OAuth 2.0 server: other paths, forms, HTTP Basic. The requests are compared byte for
//! byte; a real server is asked by `tests/oidc/run.sh`.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use jsm_ops::{App, ClientAuthentication, Endpoints, MemoryStore, OAuth, Scopes, TokenRequestFormat};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A client id and a secret with every character that RFC 6749, section 2.3.1, has to encode.
const CLIENT_ID: &str = "tool:a b";
const CLIENT_SECRET: &str = "s3c:r%t+&=é";

/// Sends the queued JSON bodies, one a request, and records the requests.
#[derive(Clone, Default)]
struct StandardServer {
    responses: Arc<Mutex<VecDeque<(u16, String)>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StandardServer {
    async fn start(responses: &[(u16, &str)]) -> (Self, String) {
        let server = Self::default();
        let queued = responses.iter().map(|(status, body)| (*status, (*body).to_owned()));
        server.responses.lock().unwrap_or_else(PoisonError::into_inner).extend(queued);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("a port"));
        let running = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                running.respond(stream).await;
            }
        });
        (server, url)
    }

    async fn respond(&self, mut stream: TcpStream) {
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !is_complete(&request) {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
                _ => return,
            }
        }
        let request = String::from_utf8(request).expect("text");
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let next = self.responses.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let (status, body) = next.expect("a response");
        let response = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(response.as_bytes()).await.expect("sent");
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse::<usize>().expect("a length"));
    body.len() >= length
}

fn oauth(url: &str, format: TokenRequestFormat, authentication: ClientAuthentication) -> OAuth {
    let _ = crate::support::browser();
    let endpoints = Endpoints::builder()
        .authorize(format!("{url}/connect/auth?policy=1"))
        .token(format!("{url}/connect/token/"))
        .accessible_resources(format!("{url}/sites"))
        .gateway(url)
        .token_request_format(format)
        .client_authentication(authentication)
        .build()
        .expect("endpoints");
    let app = App::new(CLIENT_ID, CLIENT_SECRET, "https://ops.example/callback?a=1").expect("an app");
    OAuth::builder(app, MemoryStore::new()).endpoints(endpoints).build().expect("an OAuth")
}

/// The value of a parameter of a query or form, still encoded.
fn parameter<'a>(query: &'a str, name: &str) -> &'a str {
    let pair = query.split(['?', '&']).find_map(|pair| pair.split_once('=').filter(|(other, _)| *other == name));
    pair.expect("a parameter").1
}

#[tokio::test]
async fn codes_and_refresh_tokens_are_sent_as_rfc_6749_says() {
    for authentication in [ClientAuthentication::Basic, ClientAuthentication::RequestBody] {
        let (server, url) = StandardServer::start(&[
            (200, r#"{"access_token":"a1","token_type":"Bearer","expires_in":300,"refresh_token":"r1"}"#),
            (200, r#"{"access_token":"a2","token_type":"Bearer","expires_in":300,"refresh_token":"r+/2"}"#),
            (400, r#"{"error":"invalid_request","error_description":"r%2B%2F2 r+/2 s3c%3Ar%25t%2B%26%3D%C3%A9 no"}"#),
        ])
        .await;
        let oauth = oauth(&url, TokenRequestFormat::Form, authentication);
        let sign_in = oauth.begin_sign_in(&Scopes::parse("openid")).expect("a sign-in");
        // The query of the endpoint stays, and no audience is sent that RFC 6749 does not know.
        assert!(sign_in.url.as_str().starts_with(&format!("{url}/connect/auth?policy=1&client_id=tool%3Aa%20b&")));
        assert!(!sign_in.url.as_str().contains("audience"), "{}", sign_in.url);
        let state = parameter(sign_in.url.as_str(), "state").to_owned();
        let callback = format!("/callback?a=1&code=c%2B%2F%3D&state={state}");
        let session = oauth.finish_sign_in("ada", sign_in.pending, &callback).await.expect("a session");
        session.invalidate(session.access_token().await.expect("a token").generation());
        assert_eq!(session.access_token().await.expect("a token").secret().expose(), "a2");
        session.invalidate(session.access_token().await.expect("a token").generation());
        let error = session.access_token().await.expect_err("an error");
        for secret in ["r+/2", "r%2B%2F2", "s3c"] {
            assert!(!format!("{error} {error:?}").contains(secret), "{error}");
        }

        let (in_body, header) = match authentication {
            ClientAuthentication::Basic => ("", "dG9vbCUzQWElMjBiOnMzYyUzQXIlMjV0JTJCJTI2JTNEJUMzJUE5"),
            _ => ("&client_id=tool%3Aa%20b&client_secret=s3c%3Ar%25t%2B%26%3D%C3%A9", ""),
        };
        let requests = server.requests();
        let verifier = parameter(&requests[0], "code_verifier");
        let bodies = [
            format!(
                "grant_type=authorization_code{in_body}&code=c%2B%2F%3D\
                 &redirect_uri=https%3A%2F%2Fops.example%2Fcallback%3Fa%3D1&code_verifier={verifier}"
            ),
            format!("grant_type=refresh_token{in_body}&refresh_token=r1"),
            format!("grant_type=refresh_token{in_body}&refresh_token=r%2B%2F2"),
        ];
        let host = url.trim_start_matches("http://");
        let authorization = if header.is_empty() { String::new() } else { format!("authorization: Basic {header}\r\n") };
        let version = env!("CARGO_PKG_VERSION");
        for (request, body) in requests.iter().zip(&bodies) {
            let expected = format!(
                "POST /connect/token/ HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\naccept: application/json\r\n\
                 {authorization}user-agent: jsm-ops/{version}\r\nhost: {host}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            assert_eq!(*request, expected);
        }
        assert_eq!(requests.len(), bodies.len());
    }
}

#[tokio::test]
async fn json_with_http_basic_has_no_secret_in_the_body() {
    let (server, url) = StandardServer::start(&[(400, r#"{"error":"invalid_grant"}"#)]).await;
    let oauth = oauth(&url, TokenRequestFormat::Json, ClientAuthentication::Basic);
    let sign_in = oauth.begin_sign_in(&Scopes::parse("openid")).expect("a sign-in");
    let callback = format!("/callback?a=1&code=c0de&state={}", parameter(sign_in.url.as_str(), "state"));
    let error = oauth.finish_sign_in("ada", sign_in.pending, &callback).await.expect_err("rejected");
    assert!(error.is_code_rejected(), "{error}");
    let request = &server.requests()[0];
    assert!(request.contains("\r\nauthorization: Basic "), "{request}");
    assert!(request.contains(r#"{"grant_type":"authorization_code","code":"c0de","redirect_uri":"#), "{request}");
    assert!(!request.contains("client_secret"), "{request}");
}
