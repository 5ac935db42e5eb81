//! A body that breaks off.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame};

/// One piece, then a pause in which the server sends it, and then an error, which makes the server end the connection.
#[derive(Debug)]
pub(crate) struct CutBody {
    piece: Option<Bytes>,
    paused: bool,
}

impl CutBody {
    pub(crate) fn new(piece: Bytes) -> Self {
        Self { piece: Some(piece), paused: false }
    }
}

impl Body for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(piece) = self.piece.take() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if !self.paused {
            self.paused = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(cut())))
    }
}

/// The error that ends a connection where it is.
pub(crate) fn cut() -> io::Error {
    io::Error::other("cut by a fault")
}
