//! One refresh at a time for each session, whoever asks, and whoever stops asking.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    error::{Error, Kind},
    session::{
        refresh,
        state::{Flight, Shared},
    },
};

/// The first and the longest wait between two attempts to save, and when they end: a day on, the pair is over anyway unless a
/// refresh has taken its place.
const SAVE_WAIT: Duration = Duration::from_secs(1);
const SAVE_WAIT_MAX: Duration = Duration::from_secs(60);
const SAVE_ATTEMPTS: usize = 1440;

/// Joins the refresh that is on its way, or begins one. It runs in a task of its own: a token that the service rotates is saved
/// even if everybody who waited for it is gone.
pub(crate) async fn fly(shared: &Arc<Shared>) -> Result<(), Error> {
    let flight = {
        let mut state = shared.state();
        match &state.flight {
            Some(flight) => flight.clone(),
            None => {
                let (arrived, flight) = watch::channel(None);
                state.flight = Some(flight.clone());
                let landing = Landing { shared: Arc::clone(shared) };
                tokio::spawn(async move {
                    let outcome = refresh::run(&landing.shared).await;
                    keep_saving(&landing.shared);
                    // The next flight may begin before those who wait for this one hear of it.
                    drop(landing);
                    arrived.send_replace(Some(outcome));
                });
                flight
            }
        }
    };
    landing(flight).await
}

/// Waits for the refresh that is on its way, where there is one. Its failure is for those to hear of who asked for it.
pub(crate) async fn wait(shared: &Shared) {
    let flight = shared.state().flight.clone();
    if let Some(flight) = flight {
        let _ = landing(flight).await;
    }
}

async fn landing(mut flight: Flight) -> Result<(), Error> {
    match flight.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone().unwrap_or(Ok(())),
        // The task ended without an outcome: its runtime was shut down.
        Err(_) => Err(Kind::Interrupted.into()),
    }
}

/// Makes way for the next flight, however this one ends.
struct Landing {
    shared: Arc<Shared>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.shared.state().flight = None;
    }
}

/// Goes on trying to save the current pair, if it is not saved. The task keeps the session, and so the pair, for as long as it
/// runs, also when nobody else does.
pub(crate) fn keep_saving(shared: &Arc<Shared>) {
    {
        let mut state = shared.state();
        if state.unsaved.is_none() || state.is_saving {
            return;
        }
        state.is_saving = true;
    }
    let saving = Saving { shared: Arc::clone(shared) };
    tokio::spawn(async move {
        let shared = &saving.shared;
        let mut wait = SAVE_WAIT;
        for _ in 0..SAVE_ATTEMPTS {
            shared.context.clock.sleep(wait).await;
            // A clock that does not wait must not keep the thread.
            tokio::task::yield_now().await;
            if shared.state().unsaved.is_none() {
                return;
            }
            // Whatever else the flight finds out, its callers will hear of it when they need a token.
            let _ = fly(shared).await;
            wait = (wait * 2).min(SAVE_WAIT_MAX);
        }
    });
}

/// Lets another task try, however this one ends.
struct Saving {
    shared: Arc<Shared>,
}

impl Drop for Saving {
    fn drop(&mut self) {
        self.shared.state().is_saving = false;
    }
}
