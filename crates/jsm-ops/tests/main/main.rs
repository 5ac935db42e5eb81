//! Signing in and staying signed in, against the fake Atlassian over real sockets.

mod calls;
mod crashes;
mod expiry;
mod faults;
mod flow;
mod local;
mod processes;
mod secrecy;
mod stores;
mod support;
