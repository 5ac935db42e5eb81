//! The timeout of a whole call.

use std::time::Duration;

use jsm_ops_core::{Clock, Error as CallError, Operation};

/// Ends a call when its timeout is over. A refresh that it waits for goes on in its own task.
pub(crate) async fn with_timeout<T>(
    timeout: Duration,
    clock: &dyn Clock,
    operation: &'static Operation,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    tokio::select! {
        // A result counts, even at the last moment.
        biased;
        result = call => result,
        () = clock.sleep(timeout) => Err(CallError::deadline(operation, timeout)),
    }
}
