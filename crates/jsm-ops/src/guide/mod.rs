//! The guide.
//!
//! | page | contents |
//! |---|---|
//! | [`grants`] | what keeps a grant alive, and what a crash, a sign-out or a failing store means |

pub mod grants;
