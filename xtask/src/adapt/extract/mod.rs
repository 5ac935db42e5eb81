//! From the adapted document to the values of [`crate::model`].

pub mod enums;
mod multipart;
pub mod objects;
pub mod operations;
mod pages;
pub mod queued_writes;
pub mod request_bodies;
pub mod unions;
