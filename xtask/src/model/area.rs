//! The operations by area.

use std::collections::BTreeMap;

use super::operation::OperationModel;
use crate::{
    names,
    overlay::{Area, Overlay},
};

/// The feature of types that no operation uses.
pub const UNUSED_TYPES: &str = "unused-types";

/// A group of operations that belong together.
pub struct AreaModel<'a> {
    /// The key, which is the name of its feature.
    pub key: &'a str,
    /// The name of its module, which is that of its accessor too.
    pub module: String,
    /// What the overlay says of it; `None` for an area that is new in the document.
    pub overlay: Option<&'a Area>,
    /// Its operations, ordered by path and method.
    pub operations: Vec<&'a OperationModel>,
}

impl AreaModel<'_> {
    /// Whether Atlassian marks all of it as experimental.
    pub fn is_experimental(&self) -> bool {
        self.operations.iter().all(|operation| operation.experimental)
    }

    /// The heading of the module docs; the words of the key without an entry in the overlay.
    pub fn title(&self) -> String {
        self.overlay.map_or_else(|| names::area_title(self.key), |area| area.title.clone())
    }
}

/// All areas that have operations, ordered by their keys.
pub fn by_area<'a>(operations: &'a [OperationModel], overlay: &'a Overlay) -> Vec<AreaModel<'a>> {
    let mut by_area: BTreeMap<&str, Vec<&OperationModel>> = BTreeMap::new();
    for operation in operations {
        by_area.entry(&operation.area).or_default().push(operation);
    }
    let areas = by_area.into_iter().map(|(key, operations)| AreaModel {
        key,
        module: names::module_name(key),
        overlay: overlay.area(key),
        operations,
    });
    areas.collect()
}
