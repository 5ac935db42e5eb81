//! The call of the next page.

use std::collections::HashSet;

use reqwest::Url;

use super::page::Page;
use crate::{call::Call, error::Error, operation::Paging, request::Body};

/// The call of the next page, and the links that led to it.
pub(super) struct Position {
    pub(super) call: Call,
    /// Links and cursors that were followed.
    followed: HashSet<String>,
}

/// A page, and the position after it. `None` after the last page and after an error.
pub(super) type FetchedPage<P> = (Result<P, Error>, Option<Box<Position>>);

impl Position {
    pub(super) fn new(call: Call) -> Self {
        Self { call, followed: HashSet::new() }
    }

    pub(super) async fn fetch<P: Page>(mut self: Box<Self>) -> FetchedPage<P> {
        if let Err(error) = self.stay_within_max_results() {
            return (Err(error), None);
        }
        let page: Result<P, Error> = self.call.clone().json(Body::None).await;
        let next = page.as_ref().ok().and_then(Page::next).filter(|next| !next.is_empty()).map(str::to_owned);
        let has_next = next.is_some_and(|next| self.follow(next));
        (page, has_next.then_some(self))
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

    /// Moves to the next page. `false` if the link has no query or was followed before.
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

/// The query of a link. Only it is used: the link's host and path lack the gateway prefix, and
/// following them could send the credential elsewhere.
fn query_of(link: &str) -> Vec<(String, String)> {
    let query = link.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    // `Url` has the only parser of queries here. The host is a placeholder.
    let url = Url::parse(&format!("https://localhost/?{query}"));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_query_of_a_link_is_used() {
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
