//! Pages as a stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{
    page::Page,
    position::{FetchedPage, Position},
};
use crate::{call::Call, error::Error, future::BoxFuture};

/// The pages of a call as a [`Stream`]. Each page is requested when it is polled for.
///
/// The stream ends after the last page and after an error. The service says where the next page
/// begins. A link that is missing, empty, or was followed before ends the stream.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<P> {
    state: State<P>,
}

enum State<P> {
    Idle(Box<Position>),
    Busy(BoxFuture<'static, FetchedPage<P>>),
    Ended,
}

impl<P: Page> Pages<P> {
    /// The page of a call and all pages after it.
    pub fn new(call: Call) -> Self {
        Self { state: State::Idle(Box::new(Position::new(call))) }
    }

    /// The next page. `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<P, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<P: Page> Stream for Pages<P> {
    type Item = Result<P, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Idle(position) => self.state = State::Busy(Box::pin(position.fetch())),
                State::Busy(mut fetch) => match fetch.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Busy(fetch);
                        return Poll::Pending;
                    }
                    Poll::Ready((page, next)) => {
                        if let Some(next) = next {
                            self.state = State::Idle(next);
                        }
                        return Poll::Ready(Some(page));
                    }
                },
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

/// Prints the id of the operation before a request, or else `busy` or `ended`.
impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Idle(position) => position.call.operation().id,
            State::Busy(_) => "busy",
            State::Ended => "ended",
        };
        f.debug_tuple("Pages").field(&state).finish()
    }
}
