//! The time that a call may take, with all that belongs to it.

use std::time::Duration;

use jsm_ops_core::{Clock, Error as CallError, Operation};

/// Gives a call up when its time is over. A refresh that it waits for goes on in its own task.
pub(crate) async fn within<T>(
    limit: Duration,
    clock: &dyn Clock,
    operation: &'static Operation,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    tokio::select! {
        // An outcome that is there counts, also at the last moment.
        biased;
        outcome = call => outcome,
        () = clock.sleep(limit) => Err(CallError::deadline(operation, limit)),
    }
}
