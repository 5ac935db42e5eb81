//! Values of query parameters.

use chrono::{DateTime, SecondsFormat, Utc};

/// A value that a query parameter can have.
///
/// A list is one pair per element, as OpenAPI writes it unless a document says otherwise; an empty one is no pair at all.
pub trait QueryValue {
    /// Hands over each of the texts that it is sent as.
    fn texts(&self, add: &mut dyn FnMut(String));
}

impl QueryValue for str {
    fn texts(&self, add: &mut dyn FnMut(String)) {
        add(self.to_owned());
    }
}

macro_rules! plain_query_value {
    ($($kind:ty),*) => {$(
        impl QueryValue for $kind {
            fn texts(&self, add: &mut dyn FnMut(String)) {
                add(self.to_string());
            }
        }
    )*};
}

plain_query_value!(String, bool, i32, i64, f64);

impl QueryValue for DateTime<Utc> {
    fn texts(&self, add: &mut dyn FnMut(String)) {
        add(self.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn texts(&self, add: &mut dyn FnMut(String)) {
        (**self).texts(add);
    }
}

impl<T: QueryValue> QueryValue for [T] {
    fn texts(&self, add: &mut dyn FnMut(String)) {
        for value in self {
            value.texts(add);
        }
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn texts(&self, add: &mut dyn FnMut(String)) {
        self.as_slice().texts(add);
    }
}
