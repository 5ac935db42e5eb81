//! Values of query parameters.

use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters (RFC 3986, section 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The values of a list as one part of a query: encoded, with commas between them. A comma in a
/// value is encoded (RFC 6570, section 3.2.8). `None` for an empty list.
pub(crate) fn comma_list(value: &impl QueryValue) -> Option<String> {
    let mut values = Vec::new();
    value.for_each_value(&mut |value| values.push(utf8_percent_encode(&value, ENCODED).to_string()));
    (!values.is_empty()).then(|| values.join(","))
}

/// A value of a query parameter.
///
/// A list is one `name=value` pair per element: OpenAPI's default, `style: form` with
/// `explode: true` (OpenAPI 3.0.3, "Style Values"). An empty list adds no pair. Dates are written
/// in RFC 3339.
///
/// ```
/// # use jsm_ops_core::QueryValue;
/// let mut values = Vec::new();
/// ["open", "acked"].as_slice().for_each_value(&mut |value| values.push(value));
/// assert_eq!(values, ["open", "acked"]);
/// ```
pub trait QueryValue {
    /// Calls `add` with the string of each pair, before URL encoding.
    fn for_each_value(&self, add: &mut dyn FnMut(String));
}

impl QueryValue for str {
    fn for_each_value(&self, add: &mut dyn FnMut(String)) {
        add(self.to_owned());
    }
}

macro_rules! plain_query_value {
    ($($rust_type:ty),*) => {$(
        impl QueryValue for $rust_type {
            fn for_each_value(&self, add: &mut dyn FnMut(String)) {
                add(self.to_string());
            }
        }
    )*};
}

plain_query_value!(String, bool, i32, i64, f64);

impl QueryValue for DateTime<Utc> {
    fn for_each_value(&self, add: &mut dyn FnMut(String)) {
        add(self.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn for_each_value(&self, add: &mut dyn FnMut(String)) {
        (**self).for_each_value(add);
    }
}

impl<T: QueryValue> QueryValue for [T] {
    fn for_each_value(&self, add: &mut dyn FnMut(String)) {
        for value in self {
            value.for_each_value(add);
        }
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn for_each_value(&self, add: &mut dyn FnMut(String)) {
        self.as_slice().for_each_value(add);
    }
}
