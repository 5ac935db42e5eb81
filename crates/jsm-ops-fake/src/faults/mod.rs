//! The clock of the fake, and the faults that a test injects.

pub(crate) mod fake_clock;
pub(crate) mod fault;
pub(crate) mod fault_queue;
pub(crate) mod hold_point;
pub(crate) mod random_faults;
pub(crate) mod rate_limit_headers;
pub(crate) mod rate_limit_rule;
