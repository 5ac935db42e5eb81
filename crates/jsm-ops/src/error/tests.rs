//! Messages and chains of every kind of error.

use std::io;

use jsm_ops_core::{CloudId, Scopes};
use reqwest::StatusCode;

use super::*;
use crate::{grant::invalid::InvalidGrant, http_client};

fn io_error() -> io::Error {
    io::Error::from(io::ErrorKind::StorageFull)
}

/// An error of reqwest with a chain of its own.
async fn connect_error() -> reqwest::Error {
    let http = http_client::for_calls(None, None).expect("a client");
    http.get("http://127.0.0.1:1/").send().await.expect_err("a closed port")
}

fn store_errors() -> Vec<StoreError> {
    let json = serde_json::from_str::<bool>("{").expect_err("not a boolean");
    vec![
        StoreError::conflict(),
        StoreError::busy("/grants.json.lock"),
        StoreError::damaged("/grants.json", InvalidGrant::from_json_error(&json)),
        StoreError::damaged("an entry", InvalidGrant::new("one of its parts is missing")),
        StoreError::io("write", "/grants.json", io_error()),
        StoreError::creation("write next to", "/grants.json", io_error()),
        StoreError::creation("write next to", "/grants.json", io::ErrorKind::PermissionDenied.into()),
        StoreError::replacement("/grants.json", io_error()),
        StoreError::replacement("/grants.json", io::ErrorKind::ResourceBusy.into()),
        StoreError::lock_unsupported("/grants.json.lock", io_error()),
        StoreError::unusable("/grants.json", "it is a directory; choose the path of a file"),
        StoreError::newer_version("/grants.json", 2, 1),
        StoreError::other(io_error()),
        StoreError::other(Error::from(ErrorKind::Loopback { reason: "r".to_owned(), source: Some(io_error()) })),
    ]
}

fn callback_errors() -> Vec<CallbackError> {
    let (code, description) = ("invalid_scope".to_owned(), "what the service says".to_owned());
    vec![
        CallbackError::Declined { description: description.clone() },
        CallbackError::OAuthError { code, description },
        CallbackError::StateMismatch,
        CallbackError::OtherRedirectUri { expected: "https://ops.example".to_owned() },
        CallbackError::OtherApp { client_id: "id".to_owned(), redirect_uri: "https://ops.example".to_owned() },
        CallbackError::Expired { minutes: 60 },
        CallbackError::Malformed { reason: "it is too long" },
    ]
}

fn site() -> Site {
    let cloud_id = CloudId::new("c-1").expect("an id");
    Site { cloud_id, name: "One".to_owned(), url: "https://one.example".to_owned(), scopes: Scopes::default() }
}

/// One error of every kind. The position in the list is [`index`].
async fn every_kind() -> Vec<Vec<ErrorKind>> {
    let (endpoint, text) = ("the token endpoint", || "text".to_owned());
    let unavailable = |source| ErrorKind::Unavailable { endpoint, reason: text(), retry_after: None, source };
    vec![
        vec![ErrorKind::Invalid { what: "the redirect URI", reason: text() }],
        vec![ErrorKind::Randomness(getrandom::Error::UNSUPPORTED)],
        vec![ErrorKind::HttpClient(connect_error().await)],
        callback_errors().into_iter().map(ErrorKind::Callback).collect(),
        vec![
            ErrorKind::Consent(ConsentReason::NoGrant),
            ErrorKind::Consent(ConsentReason::Rejected { code: text(), description: text(), retry_at: None }),
            ErrorKind::Consent(ConsentReason::NoRefreshToken),
        ],
        vec![ErrorKind::Configuration { endpoint, code: text(), description: text() }],
        vec![ErrorKind::Unexpected { endpoint, status: StatusCode::GONE, code: text(), description: text() }],
        vec![ErrorKind::Redirect { endpoint }],
        vec![unavailable(None), unavailable(Some(connect_error().await))],
        store_errors().into_iter().map(ErrorKind::Store).collect(),
        vec![ErrorKind::Interrupted],
        vec![
            ErrorKind::Site { problem: text(), choices: Vec::new() },
            ErrorKind::Site { problem: text(), choices: vec![site()] },
        ],
        vec![ErrorKind::Scope(MissingScopes { operation: text(), required: Scopes::default(), granted: None })],
        vec![ErrorKind::ApiTokenRequired { operation: text() }],
        vec![ErrorKind::TokenRejected],
        vec![ErrorKind::ForeignHost { host: text() }],
        vec![
            ErrorKind::Loopback { reason: text(), source: None },
            ErrorKind::Loopback { reason: text(), source: Some(io_error()) },
        ],
        vec![ErrorKind::Timeout { timeout: Duration::from_secs(90), reason: "r" }],
        vec![ErrorKind::NoRuntime],
        vec![
            ErrorKind::Remembered { error: Arc::new(unavailable(None)), retry_in: Duration::from_secs(1) },
            ErrorKind::Remembered { error: Arc::new(ErrorKind::Interrupted), retry_in: Duration::ZERO },
        ],
        vec![
            ErrorKind::CodeRejected { status: StatusCode::FORBIDDEN, code: text(), description: text() },
            ErrorKind::CodeRejected { status: StatusCode::FORBIDDEN, code: text(), description: String::new() },
        ],
        #[cfg(feature = "rustls")]
        vec![ErrorKind::Tls(rustls::Error::General("no certificates".to_owned()))],
    ]
}

/// The compiler asks for a new kind here, and the test then asks for it in [`every_kind`].
fn index(kind: &ErrorKind) -> usize {
    match kind {
        ErrorKind::Invalid { .. } => 0,
        ErrorKind::Randomness(_) => 1,
        ErrorKind::HttpClient(_) => 2,
        ErrorKind::Callback(_) => 3,
        ErrorKind::Consent(_) => 4,
        ErrorKind::Configuration { .. } => 5,
        ErrorKind::Unexpected { .. } => 6,
        ErrorKind::Redirect { .. } => 7,
        ErrorKind::Unavailable { .. } => 8,
        ErrorKind::Store(_) => 9,
        ErrorKind::Interrupted => 10,
        ErrorKind::Site { .. } => 11,
        ErrorKind::Scope(_) => 12,
        ErrorKind::ApiTokenRequired { .. } => 13,
        ErrorKind::TokenRejected => 14,
        ErrorKind::ForeignHost { .. } => 15,
        ErrorKind::Loopback { .. } => 16,
        ErrorKind::Timeout { .. } => 17,
        ErrorKind::NoRuntime => 18,
        ErrorKind::Remembered { .. } => 19,
        ErrorKind::CodeRejected { .. } => 20,
        #[cfg(feature = "rustls")]
        ErrorKind::Tls(_) => 21,
    }
}

/// Asserts that every text of a chain is one line and does not contain the next one.
fn assert_chain_prints_once(error: &(dyn StdError + 'static)) {
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
    if let Some(source) = error.source() {
        assert!(!text.contains(&source.to_string()), "{text:?} contains its source {:?}", source.to_string());
        assert_chain_prints_once(source);
    }
}

#[tokio::test]
async fn no_message_contains_its_source() {
    for error in store_errors() {
        assert_chain_prints_once(&error);
    }
    for (position, kinds) in every_kind().await.into_iter().enumerate() {
        for kind in kinds {
            assert_eq!(index(&kind), position, "{kind:?}");
            assert_chain_prints_once(&Error::from(kind));
        }
    }
}

#[test]
fn a_store_error_is_in_the_message_and_not_in_the_chain() {
    let error = Error::from(StoreError::io("write", "/grants.json", io_error()));
    assert!(error.to_string().contains("cannot write /grants.json"), "{error}");
    let source = error.source().expect("a source").downcast_ref::<io::Error>().expect("an I/O error");
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
}
