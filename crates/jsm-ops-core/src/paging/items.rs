//! Items of pages as a stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use futures_core::Stream;

use super::{page::Page, pages::Pages};
use crate::{call::Call, error::Error};

/// The items of all pages as a [`Stream`]. The next page is requested after the last item of the
/// page before it.
///
/// An error is the last item.
///
/// ```
/// # use jsm_ops_core::{Error, Items, Page};
/// # async fn example<P: Page>(mut items: Items<P>) -> Result<(), Error> {
/// while let Some(item) = items.next().await {
///     let item = item?;
/// #   drop(item);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<P: Page> {
    pages: Pages<P>,
    ready: vec::IntoIter<P::Item>,
}

impl<P: Page> Items<P> {
    /// The items of the page of a call, and of all pages after it.
    pub fn new(call: Call) -> Self {
        Self { pages: Pages::new(call), ready: Vec::new().into_iter() }
    }

    /// The next item. `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(Ok(item));
            }
            match self.pages.next().await? {
                Ok(page) => self.ready = page.into_items().into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Collects all items.
    ///
    /// # Errors
    /// The first error. The items before it are lost; use [`next`](Self::next) to keep them.
    pub async fn collect_all(mut self) -> Result<Vec<P::Item>, Error> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }
}

impl<P: Page> Unpin for Items<P> {}

impl<P: Page> Stream for Items<P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.ready = page.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<P: Page> fmt::Debug for Items<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("ready", &self.ready.len()).finish()
    }
}
