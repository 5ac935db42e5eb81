//! The state of a session: a machine without I/O, clock, lock or log.
//!
//! Events come in, actions go out. The driver carries them out and reports what happened. Every
//! event that follows an await names the generation that it is about, and changes nothing if the
//! session holds another one by then.

pub(crate) mod decision;
pub(crate) mod failure;
pub(crate) mod freshness;
pub(crate) mod held;
pub(crate) mod machine;
pub(crate) mod now;
pub(crate) mod outbox;
pub(crate) mod refresh;
pub(crate) mod rejection;
mod responses;
mod saving;
mod steps;
#[cfg(test)]
mod tests;
