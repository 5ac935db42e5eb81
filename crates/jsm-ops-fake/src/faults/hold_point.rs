//! A point at which requests wait for the test.

use std::sync::Arc;

use tokio::sync::watch;

/// A point at which requests wait until a test releases them. Clones are the same point.
#[derive(Debug, Clone)]
pub struct HoldPoint(Arc<Channels>);

#[derive(Debug)]
struct Channels {
    arrived: watch::Sender<usize>,
    release: watch::Sender<Release>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Release {
    open: bool,
    /// The number of calls of [`HoldPoint::release_waiting`].
    rounds: u64,
}

impl Default for HoldPoint {
    fn default() -> Self {
        Self(Arc::new(Channels { arrived: watch::Sender::new(0), release: watch::Sender::new(Release::default()) }))
    }
}

impl HoldPoint {
    /// A point that holds every request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until this many requests have arrived. Released requests count.
    pub async fn wait_for_requests(&self, requests: usize) {
        // This cannot fail: `self` keeps the sender alive.
        let _ = self.0.arrived.subscribe().wait_for(|arrived| *arrived >= requests).await;
    }

    /// Releases the requests that wait, and all later ones.
    pub fn release(&self) {
        self.0.release.send_modify(|release| release.open = true);
    }

    /// Releases the requests that wait, and holds later ones. Use it to delay many responses.
    pub fn release_waiting(&self) {
        self.0.release.send_modify(|release| release.rounds += 1);
    }

    /// Waits for the release.
    pub(crate) async fn pass(&self) {
        let mut release = self.0.release.subscribe();
        let rounds = release.borrow().rounds;
        self.0.arrived.send_modify(|arrived| *arrived += 1);
        let _ = release.wait_for(|release| release.open || release.rounds != rounds).await;
    }
}
