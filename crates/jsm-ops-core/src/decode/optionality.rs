//! Whether a field is required, optional, or nullable.

use chrono::{DateTime, Utc};

use crate::nullable::Nullable;

/// The type of a decoded field: a plain value if it is required, an [`Option`], or a [`Nullable`].
pub trait Optionality: Sized {
    /// The type of the plain value.
    type Value;

    /// The field with a value.
    fn of(value: Self::Value) -> Self;

    /// The field with `null`. `None` if it is required.
    fn null() -> Option<Self>;

    /// The field without a value. `None` if it is required.
    fn absent() -> Option<Self>;
}

impl<T> Optionality for Option<T> {
    type Value = T;

    fn of(value: T) -> Self {
        Some(value)
    }

    fn null() -> Option<Self> {
        Some(None)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T> Optionality for Nullable<T> {
    type Value = T;

    fn of(value: T) -> Self {
        Self::Value(value)
    }

    fn null() -> Option<Self> {
        Some(Self::Null)
    }

    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }
}

macro_rules! required {
    ($($rust_type:ty),*) => {$(
        impl Optionality for $rust_type {
            type Value = Self;

            fn of(value: Self) -> Self {
                value
            }

            fn null() -> Option<Self> {
                None
            }

            fn absent() -> Option<Self> {
                None
            }
        }
    )*};
}

required!(DateTime<Utc>, bool, i32, i64);
