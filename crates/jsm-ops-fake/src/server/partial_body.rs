//! Bodies that do not come in one piece.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use crate::faults::hold_point::Gate;

/// A part of a body.
enum Part {
    Data(Bytes),
    /// Lets the server send what it has before anything else happens.
    Flush,
    /// Waits until a gate opens.
    Wait(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// Makes the server end the connection.
    Cut,
}

/// A body in parts.
pub(crate) struct Parts(VecDeque<Part>);

impl Parts {
    /// The first half, and then the end of the connection.
    pub(crate) fn cut(body: &Bytes) -> Self {
        Self([Part::Data(body.slice(..body.len() / 2)), Part::Flush, Part::Cut].into())
    }

    /// The first half, and behind the gate the second one.
    pub(crate) fn held(body: &Bytes, gate: Gate) -> Self {
        let (first, second) = (body.slice(..body.len() / 2), body.slice(body.len() / 2..));
        let wait = Box::pin(async move { gate.pass().await });
        Self([Part::Data(first), Part::Flush, Part::Wait(wait), Part::Data(second)].into())
    }
}

impl Body for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            let ready = match self.0.pop_front() {
                None => None,
                Some(Part::Data(data)) => Some(Ok(Frame::data(data))),
                Some(Part::Cut) => Some(Err(cut())),
                Some(Part::Flush) => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Part::Wait(mut wait)) => {
                    if wait.as_mut().poll(context).is_pending() {
                        self.0.push_front(Part::Wait(wait));
                        return Poll::Pending;
                    }
                    continue;
                }
            };
            return Poll::Ready(ready);
        }
    }
}

/// The error that ends a connection where it is.
pub(crate) fn cut() -> io::Error {
    io::Error::other("cut by a fault")
}
