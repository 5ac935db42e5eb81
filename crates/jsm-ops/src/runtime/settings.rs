//! How a client carries calls, apart from where to and with what credential.

use std::{sync::Arc, time::Duration};

use jsm_ops_core::MAX_RESPONSE_BODY;

use super::{Metrics, NoMetrics, Random, Rate, RetryPolicy, SystemRandom};

/// What the builder of a client collects.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Option<Duration>,
    pub(crate) slows_down: bool,
    /// By area.
    pub(crate) rates: Vec<(String, Rate)>,
    pub(crate) max_body: usize,
    pub(crate) metrics: Arc<dyn Metrics>,
    pub(crate) random: Arc<dyn Random>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::new(),
            timeout: None,
            slows_down: false,
            rates: Vec::new(),
            max_body: MAX_RESPONSE_BODY,
            metrics: Arc::new(NoMetrics),
            random: Arc::new(SystemRandom),
        }
    }
}
