//! Boxed futures.

use std::{future::Future, pin::Pin};

/// A boxed future, as methods of `dyn` traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
