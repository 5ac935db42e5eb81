//! Pages that follow each other, as streams.

use std::{
    collections::HashSet,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use futures_core::Stream;
use reqwest::Url;
use serde::de::DeserializeOwned;

use crate::{Body, BoxFuture, Call, Error, Paging};

/// Answers that are one page of many.
pub trait Page: DeserializeOwned + Send + 'static {
    /// What the pages hold.
    type Item: Send + 'static;

    /// What the answer says of the page after it: a link, or a cursor. `None` or an empty text for the last page.
    fn next(&self) -> Option<&str>;

    /// The items of this page.
    fn into_items(self) -> Vec<Self::Item>;
}

/// All pages from one on, as a [`Stream`]; a page is fetched when it is asked for.
///
/// It ends after the last page, and after an error. The service says where the next page begins; a link that is missing, empty,
/// or the same as one before is an end.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<P> {
    state: State<P>,
}

enum State<P> {
    Idle(Box<Position>),
    Busy(BoxFuture<'static, Fetched<P>>),
    Ended,
}

type Fetched<P> = (Result<P, Error>, Option<Box<Position>>);

/// Where the next page begins.
struct Position {
    call: Call,
    /// Links and cursors that were followed.
    followed: HashSet<String>,
}

impl<P: Page> Pages<P> {
    /// The pages of a call, from the one that it asks for.
    pub fn new(call: Call) -> Self {
        Self { state: State::Idle(Box::new(Position { call, followed: HashSet::new() })) }
    }

    /// The next page; `None` after the last one.
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

impl Position {
    async fn fetch<P: Page>(mut self: Box<Self>) -> Fetched<P> {
        if let Err(error) = self.stay_within_max_results() {
            return (Err(error), None);
        }
        let page: Result<P, Error> = self.call.clone().json(Body::None).await;
        let next = page.as_ref().ok().and_then(Page::next).filter(|next| !next.is_empty()).map(str::to_owned);
        let goes_on = next.is_some_and(|next| self.follow(next));
        (page, goes_on.then_some(self))
    }

    /// The service rejects a page that ends past its maximum. The last page is made smaller so that
    /// no item before the maximum is lost. Items past it are an error, not a silent end.
    fn stay_within_max_results(&mut self) -> Result<(), Error> {
        let Some(Paging::Offset { max_results: Some(max_results) }) = self.call.operation().paging else { return Ok(()) };
        let number = |name: &str| self.call.query_value(name).and_then(|value| value.parse::<u32>().ok());
        let Some(offset) = number("offset").filter(|offset| *offset > 0) else { return Ok(()) };
        // The sum of offset and size has to stay below the maximum.
        let room = max_results.saturating_sub(1).saturating_sub(offset);
        if room == 0 {
            return Err(Error::max_results_reached(self.call.operation(), max_results));
        }
        if number("size").is_some_and(|size| size > room) {
            self.call.query("size", i64::from(room));
        }
        Ok(())
    }

    /// Moves to the next page; `false` where that would go in a circle.
    fn follow(&mut self, next: String) -> bool {
        match self.call.operation().paging {
            Some(Paging::Relay) => drop(self.call.query("after", next.as_str())),
            Some(Paging::Cursor) => drop(self.call.query("cursor", next.as_str())),
            Some(_) => {
                let pairs = query_of(&next);
                if pairs.is_empty() {
                    return false;
                }
                for (name, value) in pairs {
                    self.call.query(name, value);
                }
            }
            None => return false,
        }
        self.followed.insert(next)
    }
}

/// The query of a link. Host and path of it are paid no heed: they lack the gateway and the cloud id, and a credential must not
/// be sent to wherever an answer says.
fn query_of(link: &str) -> Vec<(String, String)> {
    let query = link.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    // The parser of forms belongs to `Url`; the address around the query is never used.
    let url = Url::parse(&format!("https://localhost/?{query}"));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

/// All items of all pages from one on, as a [`Stream`]; a page is fetched when the items of the one before it are used up.
///
/// An error is the last item.
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<P: Page> {
    pages: Pages<P>,
    ready: vec::IntoIter<P::Item>,
}

impl<P: Page> Items<P> {
    /// The items of the pages of a call, from the page that it asks for.
    pub fn new(call: Call) -> Self {
        Self { pages: Pages::new(call), ready: Vec::new().into_iter() }
    }

    /// The next item; `None` after the last one.
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

    /// All items in a list.
    ///
    /// # Errors
    /// The first error; the items before it are lost. Take them one by one to keep them.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_query_of_a_link_counts() {
        let expected = [("offset".to_owned(), "1".to_owned()), ("type".to_owned(), "a b".to_owned())];
        for link in
            ["/v1/teams/t/policies?offset=1&type=a+b", "https://evil.example/?offset=1&type=a%20b#top", "?offset=1&type=a b"]
        {
            assert_eq!(query_of(link), expected, "{link}");
        }
        for link in ["", "/v1/alerts", "/v1/alerts?", "no link at all"] {
            assert_eq!(query_of(link), [], "{link}");
        }
    }
}
