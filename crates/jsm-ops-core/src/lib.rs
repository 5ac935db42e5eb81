//! What the generated crate `jsm-ops-api` is built on.
//!
//! Nothing here knows an operation or a schema of the API. The generated code calls it, and users meet it as the types in the
//! signatures of that code: [`CloudId`], [`Gateway`] and the errors of both.

pub mod address;
mod body;
mod cloud_id;
pub mod decode;
mod open_enum;
mod operation;
mod segment;
pub mod union;

pub use address::{Gateway, InvalidGateway};
pub use body::OptionalBody;
pub use cloud_id::{CloudId, InvalidCloudId};
pub use open_enum::OpenEnum;
pub use operation::Operation;
pub use segment::{InvalidSegment, segment};

#[doc(hidden)]
pub use serde;
