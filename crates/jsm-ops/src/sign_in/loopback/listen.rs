//! The listeners of a sign-in on this machine.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jsm_ops_core::{Clock, base_url::is_loopback};
use reqwest::Url;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::error::{Error, ErrorKind};

/// How long a new sign-in waits for the listeners of an earlier one to close.
const CLOSING: Duration = Duration::from_secs(2);

/// Listeners of earlier sign-ins that still show their result.
static LINGERING: Mutex<Vec<Lingering>> = Mutex::new(Vec::new());

struct Lingering {
    port: u16,
    /// Dropped to end the task.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Registers a task that shows a result. The next sign-in at the port ends it.
pub(super) fn linger(port: u16, stop: oneshot::Sender<()>, task: JoinHandle<()>) {
    let mut lingering = LINGERING.lock().unwrap_or_else(PoisonError::into_inner);
    lingering.retain(|other| !other.task.is_finished());
    lingering.push(Lingering { port, stop, task });
}

/// Closes the listeners of earlier sign-ins at the port.
async fn end_lingering(port: u16, clock: &dyn Clock) {
    let ended: Vec<Lingering> = {
        let mut lingering = LINGERING.lock().unwrap_or_else(PoisonError::into_inner);
        lingering.extract_if(.., |other| other.port == port).collect()
    };
    for Lingering { stop, task, .. } in ended {
        drop(stop);
        // The runtime of the earlier sign-in may not run any more.
        tokio::select! {
            _ = task => {}
            () = clock.sleep(CLOSING) => {}
        }
    }
}

/// Listens at every address of the host of the redirect URI (`localhost` has two), or at the given
/// address.
pub(super) async fn listen(redirect: &Url, bind: Option<IpAddr>, clock: &dyn Clock) -> Result<Vec<TcpListener>, Error> {
    let unsuitable = |reason: String| Error::from(ErrorKind::Loopback { reason, source: None });
    let (Some(host), Some(port)) = (redirect.host_str(), redirect.port_or_known_default()) else {
        return Err(unsuitable(format!("the redirect URI {redirect} has no host and port")));
    };
    if redirect.scheme() != "http" || !is_loopback(redirect) {
        return Err(unsuitable(format!("the redirect URI {redirect} is not http on the loopback interface")));
    }
    end_lingering(port, clock).await;
    let at = bind.map_or_else(|| host.to_owned(), |bind| bind.to_string());
    let failed = |error: io::Error| {
        let reason = format!("cannot listen on {at}:{port}; check whether another program is using the port");
        Error::from(ErrorKind::Loopback { reason, source: Some(error) })
    };
    let addresses: Vec<SocketAddr> = match bind {
        Some(bind) => vec![SocketAddr::new(bind, port)],
        None => {
            let found = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await.map_err(failed)?;
            found.filter(|address| address.ip().is_loopback()).collect()
        }
    };
    let mut listeners = Vec::new();
    let mut last_error = None;
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) => last_error = Some(error),
        }
    }
    match last_error {
        // A machine without IPv6 still has the other address. A port in use on one of them is in
        // use.
        Some(error) if listeners.is_empty() || error.kind() == io::ErrorKind::AddrInUse => Err(failed(error)),
        _ if listeners.is_empty() => Err(failed(io::ErrorKind::AddrNotAvailable.into())),
        _ => Ok(listeners),
    }
}
