//! Where requests wait for the test.

use std::sync::Arc;

use tokio::sync::watch;

/// Where requests wait until a test lets them go on. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Sides>);

#[derive(Debug)]
struct Sides {
    arrived: watch::Sender<usize>,
    state: watch::Sender<GateState>,
}

#[derive(Debug, Clone, Copy, Default)]
struct GateState {
    open: bool,
    /// How often those who waited were let through.
    rounds: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Sides { arrived: watch::Sender::new(0), state: watch::Sender::new(GateState::default()) }))
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until so many requests have come to the gate, counting those that went through since.
    pub async fn arrived(&self, requests: usize) {
        // The sender lives as long as this gate, so there is no other end to the waiting.
        let _ = self.0.arrived.subscribe().wait_for(|arrived| *arrived >= requests).await;
    }

    /// Opens the gate, for those that wait and those that come.
    pub fn release(&self) {
        self.0.state.send_modify(|state| state.open = true);
    }

    /// Lets those through that wait now, and holds those that come later: so a gate makes answers late, and not only one.
    pub fn let_through(&self) {
        self.0.state.send_modify(|state| state.rounds += 1);
    }

    pub(crate) async fn pass(&self) {
        let mut state = self.0.state.subscribe();
        let rounds = state.borrow().rounds;
        self.0.arrived.send_modify(|arrived| *arrived += 1);
        let _ = state.wait_for(|state| state.open || state.rounds != rounds).await;
    }
}
