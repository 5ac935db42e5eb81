//! The status of a queued write.

/// The state of a queued write, as reported by the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteState {
    /// The service has not processed it yet.
    Pending,
    /// The service processed it.
    Done,
    /// The service could not process it. The string is the service's reason.
    Failed(String),
}

/// Types of responses that report the state of a queued write.
pub trait WriteStatus {
    /// The state that this response reports.
    fn state(&self) -> WriteState;
}
