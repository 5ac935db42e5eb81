//! The clock of the fake, and the faults that a test injects.

pub(crate) mod clock;
pub(crate) mod fault;
pub(crate) mod hold_point;
pub(crate) mod queue;
pub(crate) mod random_faults;
pub(crate) mod rate_limit;
pub(crate) mod rate_limit_headers;
