//! Values of query parameters.

use chrono::{DateTime, SecondsFormat, Utc};

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
