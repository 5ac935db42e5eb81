//! A call of one operation, from its arguments to its answer.

use std::{borrow::Cow, fmt, sync::Arc};

use reqwest::Url;
use serde::de::DeserializeOwned;

use crate::{
    Body, CallOptions, Clock, Error, InvalidSegment, Operation, QueryValue, Request, Response, Transport, decode,
    segment::push_segment,
};

/// Where calls go and what carries them. Clones share both.
#[derive(Clone)]
pub struct Dispatcher {
    transport: Arc<dyn Transport>,
    bases: Arc<[(&'static str, String)]>,
}

impl Dispatcher {
    /// Sends with `transport` to the bases of the families of addresses, which are without a trailing slash.
    pub fn new(transport: Arc<dyn Transport>, bases: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self { transport, bases: bases.into_iter().collect() }
    }

    /// Begins a call. `path` fills the template of the path in order.
    pub fn call(&self, operation: &'static Operation, path: &[&str]) -> Call {
        Call {
            dispatcher: self.clone(),
            operation,
            path: fill(operation.path, path),
            query: Vec::new(),
            options: CallOptions::new(),
        }
    }

    /// The time by which waiting and paging go.
    pub fn clock(&self) -> &dyn Clock {
        self.transport.clock()
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("bases", &self.bases).finish_non_exhaustive()
    }
}

/// Puts ids into the template of a path.
fn fill(template: &str, values: &[&str]) -> Result<String, InvalidSegment> {
    let mut path = String::with_capacity(template.len() + values.iter().map(|value| value.len()).sum::<usize>());
    let mut values = values.iter();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        path.push_str(before);
        // A value that is missing is an empty one, which is refused under the name of the parameter.
        push_segment(&mut path, name, values.next().copied().unwrap_or_default())?;
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// A call that is being put together.
///
/// Builders of the generated client hold one. It is also the way to whatever the builders did not think of: more query
/// parameters, another body, an operation of one's own ([`Operation::custom`]).
#[derive(Debug, Clone)]
pub struct Call {
    dispatcher: Dispatcher,
    operation: &'static Operation,
    path: Result<String, InvalidSegment>,
    query: Vec<(Cow<'static, str>, String)>,
    options: CallOptions,
}

impl Call {
    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Where calls go and what carries them.
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    /// Sets a query parameter, in the place of what it was before.
    pub fn query(&mut self, name: impl Into<Cow<'static, str>>, value: impl QueryValue) -> &mut Self {
        let name = name.into();
        self.query.retain(|(known, _)| *known != name);
        value.texts(&mut |text| self.query.push((name.clone(), text)));
        self
    }

    /// Says how the call is to be carried.
    pub fn options(&mut self, options: CallOptions) -> &mut Self {
        self.options = options;
        self
    }

    /// Serialises a request body. Generated types always have a JSON form; a type of your own may not.
    ///
    /// # Errors
    /// A value without a JSON form.
    pub fn json_body<T: serde::Serialize + ?Sized>(&self, value: &T) -> Result<Body, Error> {
        Body::json(value)
            .map_err(|error| Error::invalid_request(self.operation, format!("the request body has no JSON form: {error}")))
    }

    /// The last value that a query parameter was given.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sends it, and gives an answer that is a success.
    ///
    /// # Errors
    /// An id that would change the path, everything on account of which there is no answer, and every status that is no success.
    pub async fn send(self, body: Body) -> Result<Response, Error> {
        self.send_accepting("application/json", body).await
    }

    /// Sends it, and decodes the answer.
    ///
    /// # Errors
    /// Those of [`send`](Self::send), and an answer that does not fit the type.
    pub async fn json<T: DeserializeOwned>(self, body: Body) -> Result<T, Error> {
        let operation = self.operation;
        let response = self.send(body).await?;
        decode::response(operation, &response)
    }

    /// Sends it, and gives the answer as text.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn text(self, accept: &'static str, body: Body) -> Result<String, Error> {
        let response = self.send_accepting(accept, body).await?;
        Ok(String::from_utf8_lossy(&response.body).into_owned())
    }

    /// Sends it, and pays no heed to what a success says.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn send_empty(self, body: Body) -> Result<(), Error> {
        self.send(body).await.map(drop)
    }

    async fn send_accepting(self, accept: &'static str, body: Body) -> Result<Response, Error> {
        let url = self.url()?;
        let Self { dispatcher, operation, options, .. } = self;
        let response = dispatcher.transport.send(Request { operation, url, accept, body, options }).await?;
        if response.status.is_success() { Ok(response) } else { Err(Error::from_response(operation, &response)) }
    }

    /// The whole address.
    fn url(&self) -> Result<Url, Error> {
        let path = self.path.as_ref().map_err(|error| Error::invalid_segment(self.operation, error))?;
        let base = self.dispatcher.bases.iter().find(|(family, _)| *family == self.operation.family);
        let Some((_, base)) = base else {
            return Err(Error::invalid_request(
                self.operation,
                format!("no address is known for {:?}", self.operation.family),
            ));
        };
        let mut url = Url::parse(&format!("{base}{path}"))
            .map_err(|error| Error::invalid_request(self.operation, format!("its address is none: {error}")))?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_order() {
        assert_eq!(fill("/v1/a/{id}/b/{x}.ics", &["1 2", "ä"]), Ok("/v1/a/1%202/b/%C3%A4.ics".to_owned()));
        assert_eq!(fill("/v1/a", &[]), Ok("/v1/a".to_owned()));
    }

    #[test]
    fn a_value_that_is_missing_is_refused_by_name() {
        let error = fill("/v1/a/{alertId}", &[]).expect_err("no value").to_string();
        assert!(error.contains("alertId"), "{error}");
    }
}
