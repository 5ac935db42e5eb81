//! How a grant stays alive, and what happens when something fails.
//!
//! Atlassian rotates refresh tokens. Each one works once, and for ten more minutes after that. A
//! client that loses the newest one needs a new consent of the user. This page says what
//! [`Session`](crate::Session) does about that, and what it cannot do.
//!
//! # A refresh, step by step
//!
//! | step | after a crash here |
//! |---|---|
//! | 1. Load the grant. If another process refreshed it, this is done. | nothing changed |
//! | 2. Take the lock of the store, and load again. | nothing changed |
//! | 3. Save tokens that could not be saved before. | the save happened or not |
//! | 4. Send the refresh token. | the store has the old token, for ten minutes |
//! | 5. Hold the new tokens in memory, and report them as unsaved. | as in step 4 |
//! | 6. Save them over the old ones. | the store has the old or the new token |
//!
//! If the response to step 4 is lost, the same token is sent again. One refresh runs at a time: for
//! all tasks of a process, and for all processes through the lock of the store.
//!
//! Everything has a bound. A store call may take 15 seconds, the lock 40, and a whole refresh 90. A
//! caller waits for 92 seconds at most. These bounds use the machine's time and not the injected
//! [`Clock`](crate::Clock), because they bound what other programs do.
//!
//! # When a refresh happens
//!
//! - A token that is valid is returned at once. If it expires within five minutes, it is refreshed
//!   beside the call. The caller that starts this waits for a second at most, so that most programs
//!   do not end in the middle of it. Call [`Session::flush`](crate::Session::flush) before yours
//!   ends.
//! - Tokens that a refresh has just returned are used for 30 seconds, whatever `expires_in` says.
//!   The gateway may reject them; then they are refreshed once.
//! - After a failed refresh, callers receive its error until the next one is possible. That is the
//!   `Retry-After` of the service, up to an hour. Without one it is a second, which doubles up to a
//!   minute, and a minute for a wrong client secret. [`Error::retry_after`] says how long it is.
//!   Meanwhile the store is read once a second, because another process may have new tokens.
//!
//! [`Error::retry_after`]: crate::Error::retry_after
//!
//! # A rejected grant
//!
//! The service may reject a valid refresh token in an incident. So a rejection is provisional. It
//! is saved, and no process sends the token for a while: 5 minutes, then 30, then 2 hours, then 12
//! hours each time. In between, [`ConsentReason::Rejected`] says when the token is sent again.
//!
//! Show the user that consent is needed, and keep the grant. After an incident, an operator may
//! call [`Session::retry_rejected`], or do nothing: the sessions recover.
//!
//! ```no_run
//! use jsm_ops::{ConsentReason, Error, Session};
//!
//! /// Returns whether the user should sign in again.
//! async fn needs_consent(session: &Session) -> Result<bool, Error> {
//!     match session.access_token().await {
//!         Ok(_) => Ok(false),
//!         Err(error) => match error.consent_reason() {
//!             Some(ConsentReason::Rejected { retry_at, .. }) => {
//!                 eprintln!("consent is needed, or wait until {retry_at:?}");
//!                 Ok(true)
//!             }
//!             Some(_) => Ok(true),
//!             None => Err(error),
//!         },
//!     }
//! }
//! ```
//!
//! [`ConsentReason::Rejected`]: crate::ConsentReason::Rejected
//! [`Session::retry_rejected`]: crate::Session::retry_rejected
//!
//! # A new consent
//!
//! A sign-in first takes the lock of the store and reads it. A store that does not work fails here,
//! before the code is spent. A busy lock does not fail a sign-in: the store works then.
//!
//! From the moment the tokens arrive, the new grant counts. A refresh of the old one is cancelled,
//! and its tokens are dropped. Of two consents in different processes, the later one counts, by the
//! clocks of the processes. A process that knows of an earlier consent never dates its own before
//! it, so a clock that was set back does no harm there. Two processes that did not know of each
//! other, with clocks that differ, may decide for the wrong one.
//!
//! # Signing out
//!
//! - **In this process**, no token of the grant is used after [`Session::sign_out`] returned. A
//!   running refresh is cancelled. A save that had hung and completes later is undone when this
//!   process sees it.
//! - **In another process** that has read the grant, the access token is used until it expires, for
//!   up to an hour. Then the process finds no grant. Unsaved tokens of the grant are given up, ten
//!   seconds after the store was first seen without it. A consent and a sign-out in different
//!   processes within ten seconds may count in either order.
//! - **At Atlassian**, nothing changes. The user withdraws consent among their connected apps.
//!
//! [`Session::sign_out`]: crate::Session::sign_out
//!
//! # A store that fails
//!
//! New tokens that cannot be saved are used from memory, because the service soon rejects the ones
//! in the store. An event at error level and [`Session::save_error`] report it. Saving is retried
//! after 1 second, then 2, up to a minute. If the process ends before a save succeeds and ten
//! minutes pass, the user has to consent again. So:
//!
//! - Watch `save_error`, or the event, and repair the store before the process ends.
//! - While tokens are unsaved, they are refreshed only when they are expired.
//! - A conflict that a store reports in error, and a read from a replica that lags behind for less
//!   than ten seconds, lose nothing.
//!
//! What holds on which file system is part of [`FileStore`](crate::FileStore). Its lock needs a
//! file system with locks, its saves need a directory in which files can be renamed. Both are
//! tested before a token is rotated.
//!
//! [`Session::save_error`]: crate::Session::save_error
//!
//! # Runtimes
//!
//! A refresh runs in a task of its own in the tokio runtime of the caller that started it.
//!
//! - A caller that drops its future does not stop the refresh.
//! - If that runtime ends, callers in other runtimes start another refresh. Tokens that had arrived
//!   are in memory, reported as unsaved.
//! - If that runtime stands still, its refresh is abandoned after 91 seconds.
//! - Outside of a runtime, a valid token is returned. A refresh is an error.
//!
//! Code of the application may use the session: a [`Clock`](crate::Clock), a `tracing` subscriber,
//! and an error of a store that is dropped. None of it runs under a lock of this crate. A store
//! that panics loses no tokens.
//!
//! # What was tested how
//!
//! The decisions are a state machine without I/O. A simulator of this workspace runs it in several
//! processes, over millions of random schedules: lost requests and responses, failing and hanging
//! stores, false conflicts, old reads, lost locks, crashes, clocks that are set, incidents of the
//! authorization server, consent and sign-out at any time. It checks that no token is lost, that a
//! newer consent is never replaced, that every wait ends, and that grants recover.
//!
//! It does not cover real file systems, sockets and threads; tests with real processes, files and
//! sockets on the loopback interface do. Network file systems were not tested. The rules of the
//! authorization server are those that are known of Atlassian's, and were not measured there.
