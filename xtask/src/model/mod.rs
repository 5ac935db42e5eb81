//! Everything that generated code needs, as plain values without syntax trees.

pub mod area;
pub mod object;
pub mod open_enum;
pub mod operation;
pub mod page;
pub mod rust_type;
pub mod union;

use std::collections::{BTreeMap, BTreeSet};

use self::{object::Object, open_enum::OpenEnum, operation::OperationModel, rust_type::RustType, union::Union};

/// Everything that generated code needs.
#[derive(Debug, Clone)]
pub struct Model {
    /// The operations, ordered by path and method.
    pub operations: Vec<OperationModel>,
    /// String enums, which stay open for values that this document does not know.
    pub enums: Vec<OpenEnum>,
    /// Schemas with alternatives.
    pub unions: Vec<Union>,
    /// Objects, by their schemas.
    pub objects: BTreeMap<String, Object>,
    /// Plain schemas by their names, which the adapted document does not have any more.
    pub aliases: BTreeMap<String, RustType>,
    /// The names of schemas that the document itself has.
    pub declared: BTreeSet<String>,
    /// The names that merged schemas have together, by the names that they had.
    pub merged: BTreeMap<String, String>,
}
