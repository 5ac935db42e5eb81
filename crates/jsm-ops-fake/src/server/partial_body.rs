//! Response bodies that stop in the middle.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use crate::faults::hold_point::HoldPoint;

/// A step of a body.
enum BodyStep {
    Data(Bytes),
    /// Lets the server send the data before the next step.
    Flush,
    /// Waits for the release of a hold point.
    Wait(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// Makes the server drop the connection.
    Cut,
}

/// A body that stops in the middle.
pub(crate) struct PartialBody(VecDeque<BodyStep>);

impl PartialBody {
    /// Sends the first half, and then drops the connection.
    pub(crate) fn cut(body: &Bytes) -> Self {
        Self([BodyStep::Data(body.slice(..body.len() / 2)), BodyStep::Flush, BodyStep::Cut].into())
    }

    /// Sends the first half, waits at the hold point, and then sends the second half.
    pub(crate) fn held(body: &Bytes, hold: HoldPoint) -> Self {
        let (first, second) = (body.slice(..body.len() / 2), body.slice(body.len() / 2..));
        let wait = Box::pin(async move { hold.pass().await });
        Self([BodyStep::Data(first), BodyStep::Flush, BodyStep::Wait(wait), BodyStep::Data(second)].into())
    }
}

impl Body for PartialBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            let ready = match self.0.pop_front() {
                None => None,
                Some(BodyStep::Data(data)) => Some(Ok(Frame::data(data))),
                Some(BodyStep::Cut) => Some(Err(cut())),
                Some(BodyStep::Flush) => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(BodyStep::Wait(mut wait)) => {
                    if wait.as_mut().poll(context).is_pending() {
                        self.0.push_front(BodyStep::Wait(wait));
                        return Poll::Pending;
                    }
                    continue;
                }
            };
            return Poll::Ready(ready);
        }
    }
}

/// The error that makes the server drop the connection.
pub(crate) fn cut() -> io::Error {
    io::Error::other("a fault dropped the connection")
}
