//! How a grant stays alive, and what happens when something fails.
//!
//! Atlassian rotates refresh tokens. Each one works once, and for ten more minutes after that. A
//! client that loses the newest one needs a new consent of the user. This page says what
//! [`Session`] does about that, and what it cannot do.
//!
//! | section | question |
//! |---|---|
//! | [A refresh, step by step](#a-refresh-step-by-step) | what a crash leaves |
//! | [When a refresh happens](#when-a-refresh-happens) | how often the service is asked |
//! | [A rejected grant](#a-rejected-grant) | what to do about `invalid_grant` |
//! | [A new consent](#a-new-consent) | which of two grants counts |
//! | [Several hosts](#several-hosts) | what clocks that differ do |
//! | [Signing out](#signing-out) | who can still use the tokens |
//! | [Which store](#which-store) | where to keep grants |
//! | [A store that fails](#a-store-that-fails) | what an operator does |
//! | [Runtimes](#runtimes) | what a session needs of tokio |
//! | [What was tested how](#what-was-tested-how) | what the simulator covers |
//!
//! # A refresh, step by step
//!
//! | step | after a crash here |
//! |---|---|
//! | 1. Load the grant. If another process refreshed it, this is done. | the store is unchanged |
//! | 2. Take the lock of the store, and load again. | the store is unchanged |
//! | 3. Save tokens that could not be saved before. | they are in the store, or lost |
//! | 4. Send the refresh token. | the store has the old token, see below |
//! | 5. Hold the new tokens in memory, marked as unsaved. | as in step 4 |
//! | 6. Save them, if the store still has the old ones. | the store has the old or the new token |
//!
//! After a crash in step 4 or 5, the service may have replaced the token in the store. It accepts
//! that token for ten more minutes. A process that refreshes within this time keeps the grant. If
//! the response to step 4 is lost, the same token is sent again, up to three times in all.
//!
//! One refresh runs at a time: for all tasks of a process, and for all processes through the lock
//! of the store. The exception is a process with unsaved tokens whose store fails, see
//! [below](#a-store-that-fails).
//!
//! Every wait has a bound:
//!
//! | wait | bound |
//! |---|---|
//! | one call of the store | 15 seconds |
//! | the lock, for a refresh | 40 seconds, even if the store would wait longer |
//! | the lock, for a sign-in or a sign-out, which go on without it | 10 seconds |
//! | a refresh, with all of its requests and delays | 90 seconds |
//! | a caller of [`Session::access_token`] | 92 seconds |
//!
//! These bounds use the machine's time and not the injected [`Clock`], because they bound what
//! other programs do.
//!
//! # When a refresh happens
//!
//! - A token that is valid is returned at once. If it expires within five minutes
//!   ([`OAuthBuilder::refresh_margin`]), it is refreshed beside the call. The caller that starts
//!   this waits for a second at most, so that most programs do not end in the middle of it.
//! - If this early refresh fails, calls go on with the valid token. After an error of the service,
//!   the next early refresh starts a minute later, or when the service allows it.
//! - Tokens that a refresh has just returned are used for 30 seconds, whatever `expires_in` says.
//!   If the gateway rejects them, they are refreshed once. If it rejects the next ones too, that
//!   causes no refresh for a minute.
//! - After a failed refresh without a valid token, callers receive its error until the next request
//!   is possible. That is the `Retry-After` of the service, up to an hour. Without one it is a
//!   second, which doubles up to a minute, and a minute for a wrong client secret.
//!   [`Error::retry_after`] says how long it is. Meanwhile calls read the store once a second,
//!   because another process may have new tokens.
//!
//! Each process remembers failures for itself. Errors of the store are not remembered: the next
//! call tries the store again.
//!
//! # A rejected grant
//!
//! The service may reject a valid refresh token in an incident. So a rejection is provisional. It
//! is saved, and no process that reads it sends the token for a while: 5 minutes, then 30, then 2
//! hours, then 12 hours each time. [`ConsentReason::Rejected`] has the time as `retry_at`. The
//! first call after it sends the token again; without a call, nothing is sent. An access token that
//! is still valid is used in the meantime.
//!
//! Show the user that consent is needed, and do not sign the user out: that deletes the grant, and
//! then it cannot recover. A new consent replaces it anyway.
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
//! If many users need consent at once, look for an incident at the authorization server before you
//! ask them. After one, the sessions recover without help. An operator who does not want to wait
//! calls [`Session::retry_rejected`]. A token that is rejected again waits for the next longer
//! time.
//!
//! ```no_run
//! use jsm_ops::OAuth;
//!
//! /// After an incident: sends the rejected tokens again, one after the other.
//! async fn recover(oauth: &OAuth, users: &[String]) {
//!     for user in users {
//!         if let Err(error) = oauth.session(user).retry_rejected().await {
//!             eprintln!("{user}: {error}");
//!         }
//!     }
//! }
//! ```
//!
//! # A new consent
//!
//! A sign-in first takes the lock of the store and reads it. A store that does not work fails here,
//! before the code is spent. A busy lock does not fail a sign-in: the store works then.
//!
//! From the moment the tokens arrive, the new grant counts in this process. A refresh of the old
//! one is cancelled, and its tokens are dropped. A response that comes later, with tokens or with a
//! rejection, does not change the new grant. Another process uses the old access token until it
//! looks into the store: when that token expires soon, or the gateway rejects it.
//!
//! # Several hosts
//!
//! Keep the clocks of hosts that share a store synchronized. If they differ:
//!
//! - **Two consents.** The later one counts, by the clocks of the processes. A process that knows
//!   of an earlier consent never dates its own before it, so a clock that was set back does no harm
//!   there. Two processes that did not know of each other may decide for the wrong one.
//! - **Expiry.** A host whose clock is ahead refreshes the tokens of other hosts too early. The
//!   tokens that it receives look valid for too long elsewhere. When the gateway rejects them, the
//!   call is retried once with new ones.
//! - **Delays after failures** use [`Clock::monotonic`], which does not go back. The delay after a
//!   rejection ends by that time too, if the wall clock says later.
//!
//! A refresh on one host ends the old access token on the others after ten minutes. They find the
//! new tokens in the store when the gateway rejects the old one.
//!
//! # Signing out
//!
//! - **In this process**, [`Session::access_token`] returns no token of the grant after
//!   [`Session::sign_out`] returned. Requests that were sent before are not stopped. A running
//!   refresh is cancelled. A save that had hung and completes later is undone when this session
//!   sees it.
//! - **In another process** that has read the grant, the access token is used until it expires, for
//!   up to an hour. Then the process finds no grant. Unsaved tokens of the grant are given up, ten
//!   seconds after the store was first seen without it.
//! - **At Atlassian**, nothing changes. Copies of the deleted tokens work until they expire, for
//!   example those in a backup. The user withdraws consent among their connected apps.
//!
//! A store does not record sign-outs, so there are limits:
//!
//! - A consent and a sign-out in different processes within ten seconds may count in either order.
//! - An unsaved sign-in is given up after a sign-out elsewhere if the store had a grant before. If
//!   it never had one, the sign-out leaves no trace, and the sign-in is saved later.
//! - If `sign_out` fails because the store did not respond within 15 seconds, the deletion may
//!   still happen later. It has no condition, so it may delete the grant of a new consent.
//!
//! # Which store
//!
//! | program | store |
//! |---|---|
//! | a tool of one user | [`FileStore::file`], or `KeyringOrFileStore` (feature `keyring`) |
//! | a service, in one process or several on one machine | [`FileStore::directory`] |
//! | a container | [`FileStore::directory`] in a mounted directory, not a mounted file |
//! | a service on several machines | your own [`TokenStore`] over a database |
//! | a test, or a program that signs in at every start | [`MemoryStore`] |
//!
//! Two promises of a store matter most: locks that end with their holder, and saves that are
//! durable when they return. A file store is as good as its file system in both. What holds on
//! which one is part of [`FileStore`](crate::FileStore#file-systems). It notices before a token is
//! rotated that a place has no locks or that files cannot be replaced there. It cannot notice locks
//! that do not reach other machines.
//!
//! Read from the primary of a database, not from a replica, and check your store with
//! `jsm_ops::store::conformance` (feature `conformance`).
//!
//! # A store that fails
//!
//! **Before a request**, nothing is lost. Tokens in memory are used while they are valid. When they
//! expire, calls fail with [`Error::is_store_failed`], and no token is rotated.
//!
//! **After a request**, new tokens that cannot be saved are used from memory, because the service
//! soon rejects the ones in the store. An event at error level and [`Session::save_error`] report
//! it. Saving is retried after 1 second, then 2, up to a minute.
//!
//! - Unsaved tokens are refreshed only when they are expired or the gateway rejects them. If the
//!   store still fails then, the process that holds them refreshes without the lock. A busy lock is
//!   an error instead.
//! - A conflict that a store reports in error, and a read that lags behind for less than ten
//!   seconds, lose no tokens.
//! - If another process saved a newer grant, that one is used and the unsaved one is dropped.
//!
//! What an operator does:
//!
//! 1. Watch for `save_error`, or for the event.
//! 2. Keep the process running, and repair the store: disk space, permissions, the database. The
//!    next retry saves the tokens. [`Session::flush`] does so at once.
//! 3. If the process ended all the same: the token in the store works for ten minutes after the
//!    service replaced it. A process that refreshes in this time keeps the grant. After that, the
//!    user has to consent again.
//!
//! Call `flush` at the end of a program. It waits for a running refresh and saves its tokens.
//!
//! ```no_run
//! # use jsm_ops::Session;
//! async fn end(session: &Session) {
//!     if let Err(error) = session.flush().await {
//!         eprintln!("{}: tokens are unsaved: {error}", session.key());
//!     }
//! }
//! ```
//!
//! # Runtimes
//!
//! A session needs a tokio runtime with timers and I/O (`enable_all`); in one without timers, a
//! refresh panics. A refresh runs in a task of its own, in the runtime of the caller that started
//! it.
//!
//! - **A caller that drops its future** does not stop the refresh.
//! - **If that runtime ends**, callers in other runtimes start another refresh. Tokens that had
//!   arrived are in memory, reported as unsaved. If the response had not arrived, this is the crash
//!   in step 4. The end of `main` ends its runtime, so call `flush` before it.
//! - **If that runtime stands still**, as in a blocking call on its only thread, callers in other
//!   runtimes abandon its refresh after 91 seconds and start another.
//! - **Outside of a runtime**, a valid token is returned. A refresh is an error that says so.
//!
//! Code of the application may use the session: a [`Clock`], a `tracing` subscriber, and the `Drop`
//! of an error of a store. None of it runs under a lock of this crate. A store that panics in a
//! refresh loses no tokens: the refresh ends, and the next one starts anew.
//!
//! # What was tested how
//!
//! The decisions are a state machine without I/O. The simulator of this workspace runs it in random
//! schedules of several processes: `cargo run --release -p jsm-ops-bench -- simulate`. Requests and
//! responses are lost, stores fail, hang, report false conflicts and read old data, locks are lost,
//! processes crash, clocks are set, the authorization server has incidents, and users consent and
//! sign out at any time. It checks that no token is lost, that a newer consent is never replaced,
//! that every wait ends, and that grants recover.
//!
//! It does not cover:
//!
//! - file systems, sockets and threads. Its driver is a copy of the real one, so it finds no fault
//!   in how the real one handles tasks and runtimes. Tests with real processes, files and sockets
//!   of one machine are separate;
//! - network file systems. They were not tested at all;
//! - Atlassian. The rules of its authorization server are those that are known, and were not
//!   measured there.
//!
//! [`Clock`]: crate::Clock
//! [`Clock::monotonic`]: crate::Clock::monotonic
//! [`ConsentReason::Rejected`]: crate::ConsentReason::Rejected
//! [`Error::is_store_failed`]: crate::Error::is_store_failed
//! [`Error::retry_after`]: crate::Error::retry_after
//! [`FileStore::directory`]: crate::FileStore::directory
//! [`FileStore::file`]: crate::FileStore::file
//! [`MemoryStore`]: crate::MemoryStore
//! [`OAuthBuilder::refresh_margin`]: crate::OAuthBuilder::refresh_margin
//! [`Session`]: crate::Session
//! [`Session::access_token`]: crate::Session::access_token
//! [`Session::flush`]: crate::Session::flush
//! [`Session::retry_rejected`]: crate::Session::retry_rejected
//! [`Session::save_error`]: crate::Session::save_error
//! [`Session::sign_out`]: crate::Session::sign_out
//! [`TokenStore`]: crate::TokenStore
