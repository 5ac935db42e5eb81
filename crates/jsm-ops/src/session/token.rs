//! A caller that needs an access token.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    error::{Error, ErrorKind},
    grant::Grant,
    session::{
        inner::{Announced, SessionInner},
        running::Running,
        single_flight::{give_up_at, launch, wait},
        state::machine::TokenAction,
    },
};

/// How often a caller joins a refresh that left no token for it.
const MAX_JOINS: usize = 4;

/// How long the caller that starts an early refresh waits for it, so that most programs do not end
/// in the middle of one. It is the machine's time.
const MOMENT: Duration = Duration::from_secs(1);

/// What to do, with the refresh that goes with it.
enum Step {
    Use(Grant),
    UseAndStart(Announced),
    UseAndSave(Grant, Announced),
    Start(Announced),
    Join(Arc<Running>),
    Fail(Error),
}

/// Returns a grant whose access token is valid, after a refresh if needed.
pub(crate) async fn valid_grant(inner: &Arc<SessionInner>) -> Result<Grant, Error> {
    let mut give_up: Option<Instant> = None;
    for _ in 0..MAX_JOINS {
        let running = match next_step(inner) {
            Step::Use(grant) => return Ok(grant),
            Step::Fail(error) => return Err(error),
            Step::UseAndSave(grant, announced) => {
                launch(inner, announced);
                return Ok(grant);
            }
            Step::UseAndStart(announced) => {
                let running = launch(inner, announced);
                // Its error is logged: the token is still valid.
                let _ = running.wait(Instant::now() + MOMENT).await;
                if let Some(grant) = inner.read(|state| state.machine.valid_grant().cloned()) {
                    return Ok(grant);
                }
                // It was signed out or rejected in this moment.
                continue;
            }
            Step::Start(announced) => launch(inner, announced),
            Step::Join(running) => running,
        };
        match wait(inner, &running, *give_up.get_or_insert_with(give_up_at)).await {
            Ok(()) => {}
            // The grant was replaced, or the runtime of the refresh was shut down and the one of
            // this caller was not.
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::Interrupted.into())
}

fn next_step(inner: &SessionInner) -> Step {
    inner.transition(|state, now| match state.machine.token_needed(now) {
        TokenAction::Use(grant) => Step::Use(grant),
        TokenAction::UseAndStart(id) => Step::UseAndStart(state.announce(id)),
        TokenAction::UseAndSave(grant, id) => Step::UseAndSave(grant, state.announce(id)),
        TokenAction::Start(id) => Step::Start(state.announce(id)),
        TokenAction::Join(id) => match &state.running {
            Some(running) if running.id() == id => Step::Join(Arc::clone(running)),
            // Both change under one lock, so this does not happen.
            _ => Step::Fail(ErrorKind::Interrupted.into()),
        },
        TokenAction::Fail(error) => Step::Fail(error),
    })
}
