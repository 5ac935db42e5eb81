//! Everything that generated code needs, as plain values without syntax trees.

pub mod area;
pub mod object;
pub mod open_enum;
pub mod operation;
pub mod page;
pub mod rust_type;
pub mod union;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    object::Object,
    open_enum::OpenEnum,
    operation::{OperationModel, RequestBody},
    rust_type::RustType,
    union::Union,
};

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
    /// The names of schemas that are deprecated.
    pub deprecated: BTreeSet<String>,
}

impl Model {
    /// Everything that the document marks as deprecated: operations, parameters, types and fields.
    pub fn deprecated_items(&self) -> Vec<String> {
        let mut items = Vec::new();
        for operation in &self.operations {
            let label = operation.label();
            if operation.deprecated {
                items.push(label.clone());
            }
            let parameters = operation.path_params.iter().chain(&operation.query_params).chain(&operation.header_params);
            let names = parameters.filter(|parameter| parameter.deprecated).map(|parameter| &parameter.name);
            items.extend(names.map(|name| format!("{label}: the parameter `{name}`")));
            if let RequestBody::Parts(parts) = &operation.body {
                let names = parts.iter().filter(|part| part.deprecated).map(|part| &part.name);
                items.extend(names.map(|name| format!("{label}: the part `{name}`")));
            }
        }
        items.extend(self.deprecated.iter().map(|schema| format!("the schema `{schema}`")));
        for object in self.objects.values() {
            let fields = object.fields.iter().filter(|field| field.deprecated);
            items.extend(fields.map(|field| format!("the property `{}.{}`", object.schema, field.wire_name)));
        }
        items
    }
}
