//! What an item of the public API belongs to, as users of the crate see it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::operation::OperationModel,
    names::{accessor_type_name, module_name},
};

/// What an item belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place<'a> {
    /// An operation, by how it is called.
    Operation(&'a str),
    /// An optional input of an operation, or another method of its builder.
    Builder(&'a str, &'a str),
    /// An area, by its module.
    Area(&'a str),
    /// A type, by its path.
    Type(&'a str),
    /// A field of a type.
    Field(&'a str, &'a str),
    /// A variant or a method of a type.
    Member(&'a str, &'a str),
    /// A feature, or what it includes.
    Feature(&'a str),
    /// Anything else.
    Other,
}

/// The items of operations, and how the operations are called.
#[derive(Debug, Default)]
pub struct Items {
    /// Methods of accessors, builders and constants.
    operations: BTreeMap<String, String>,
    modules: BTreeSet<String>,
}

impl Items {
    /// The items of operations of two runs.
    pub fn of<'a>(operations: impl Iterator<Item = &'a OperationModel>) -> Self {
        let mut items = Self::default();
        for operation in operations {
            let (module, path) = (module_name(&operation.area), operation.rust_path());
            let method = format!("areas::{module}::{}::{}", accessor_type_name(&operation.area), operation.rust_method);
            let builder = format!("areas::{module}::{}", operation.builder());
            let constant = format!("operations::{}", operation.constant());
            for item in [format!("{method}_with"), method, builder, constant] {
                items.operations.insert(item, path.clone());
            }
            items.modules.insert(module);
        }
        items
    }

    /// What an item belongs to.
    pub fn place<'a>(&'a self, path: &'a str) -> Place<'a> {
        if let Some(feature) = path.strip_prefix("feature ") {
            return Place::Feature(feature);
        }
        if let Some(operation) = self.operations.get(path) {
            return Place::Operation(operation);
        }
        let area = path.strip_prefix("areas::").or_else(|| path.strip_prefix("Client::"));
        if let Some(area) = area.filter(|area| self.modules.contains(*area)) {
            return Place::Area(area);
        }
        if let Some((parent, member)) = path.rsplit_once("::")
            && let Some(operation) = self.operations.get(parent)
        {
            return Place::Builder(operation, member);
        }
        type_member(path)
    }
}

/// What an item of a type is.
pub fn type_member(path: &str) -> Place<'_> {
    let Some(rest) = path.strip_prefix("types::") else { return Place::Other };
    let start = path.len() - rest.len();
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|character| character.is_alphanumeric() || character == '_');
    let of = |name: &str| path.get(..start + name.len()).unwrap_or_default();
    match (rest.split_once('.'), rest.split_once("::")) {
        (Some((name, field)), _) if is_name(name) => Place::Field(of(name), field),
        (_, Some((name, member))) if is_name(name) && is_name(member) => Place::Member(of(name), member),
        _ if is_name(rest) => Place::Type(path),
        _ => Place::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_types_are_told_apart() {
        for (path, place) in [
            ("types::Alert", Place::Type("types::Alert")),
            ("types::Alert.r#type", Place::Field("types::Alert", "r#type")),
            ("types::Kind::One", Place::Member("types::Kind", "One")),
            ("From<types::A> for b::C", Place::Other),
            ("feature default includes alerts", Place::Feature("default includes alerts")),
            ("Client", Place::Other),
        ] {
            assert_eq!(Items::default().place(path), place, "{path}");
        }
    }
}
