//! The settings of a client's transport.

use std::{sync::Arc, time::Duration};

use jsm_ops_core::MAX_RESPONSE_BODY;

use crate::transport::{
    jitter::{Random, SystemRandom},
    metrics::{Metrics, NoMetrics},
    rate_limiter::Rate,
    retry_policy::RetryPolicy,
};

/// What the builder of a client collects for its transport.
#[derive(Debug)]
pub(crate) struct TransportSettings {
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) timeout: Option<Duration>,
    pub(crate) adaptive_rate_limiting: bool,
    /// By area.
    pub(crate) rate_limits: Vec<(String, Rate)>,
    pub(crate) max_body: usize,
    pub(crate) metrics: Arc<dyn Metrics>,
    pub(crate) random: Arc<dyn Random>,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            retry_policy: RetryPolicy::new(),
            timeout: None,
            adaptive_rate_limiting: false,
            rate_limits: Vec::new(),
            max_body: MAX_RESPONSE_BODY,
            metrics: Arc::new(NoMetrics),
            random: Arc::new(SystemRandom),
        }
    }
}
