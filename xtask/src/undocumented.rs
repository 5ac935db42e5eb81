//! What the overlay does not describe yet: parameters and types that are new in a document.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    adapt::Adapted,
    document::Pointer,
    emit::type_files::users,
    model::{
        area::AreaModel,
        operation::{OperationModel, Parameter},
    },
    origins::Origins,
    overlay::Overlay,
    problem::Problem,
};

/// How many names a problem has. The others follow when these are done.
const MAX_NAMES: usize = 20;

/// Parameters and types without docs, at their places in the given document.
pub fn undocumented(
    adapted: &Adapted,
    areas: &[AreaModel<'_>],
    overlay: &Overlay,
    origins: &Origins,
) -> impl Iterator<Item = Problem> {
    let operations = areas.iter().flat_map(|area| area.operations.iter());
    let parameters = operations.filter_map(|operation| parameters(operation, overlay, origins)).collect::<Vec<_>>();
    parameters.into_iter().chain(types(adapted, areas, overlay, origins))
}

/// The parameters of an operation without docs, as one problem.
fn parameters(operation: &OperationModel, overlay: &Overlay, origins: &Origins) -> Option<Problem> {
    let all = operation.path_params.iter().chain(&operation.query_params).chain(&operation.header_params);
    let label = operation.label();
    let without = |parameter: &&Parameter| !overlay.describes_parameter(&label, &parameter.name);
    let names: Vec<&str> = all.filter(without).map(|parameter| parameter.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let at = Pointer::Path(&["paths", &operation.path, &operation.method.to_ascii_lowercase()]).to_string();
    let (noun, verb) = if names.len() == 1 { ("parameter", "has") } else { ("parameters", "have") };
    let message = format!("the {noun} {} {verb} no docs", listed(&names));
    let help = format!(
        "describe what is particular to this operation in the `parameters` of its entry, and what means the same \
         everywhere in the `parameters` of spec/overlay/glossary.yaml:{}",
        pasted(&names, |name| format!("  {name}: …"))
    );
    Some(Problem::new(origins.given(&at), message, help).in_operation(label))
}

/// The types without docs, a problem for each file of the overlay in which they belong.
fn types(adapted: &Adapted, areas: &[AreaModel<'_>], overlay: &Overlay, origins: &Origins) -> impl Iterator<Item = Problem> {
    let without = |name: &&str| !overlay.describes_type(name);
    let names: Vec<&str> = adapted.document.schemas().map(|(name, _)| name).filter(without).collect();
    let mut by_file: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    if !names.is_empty() {
        let users = users(areas, adapted);
        for name in names {
            let file = file(users.get(name), overlay);
            by_file.entry(file).or_default().push(name);
        }
    }
    let problem = |(file, names): (String, Vec<&str>)| {
        let at = Pointer::Path(&["components", "schemas", names[0]]).to_string();
        let (noun, verb) = if names.len() == 1 { ("type", "has") } else { ("types", "have") };
        let message = format!("the {noun} {} {verb} no docs", listed(&names));
        let help = format!(
            "add to the `types` of spec/overlay/{file}, in your own words:{}",
            pasted(&names, |name| format!("  {name}:\n    summary: …"))
        );
        Problem::new(origins.given(&at), message, help)
    };
    by_file.into_iter().map(problem)
}

/// The file for a type that these areas use.
fn file(areas: Option<&BTreeSet<&str>>, overlay: &Overlay) -> String {
    let mut areas = areas.into_iter().flatten().filter(|area| overlay.area_keys().any(|key| key == **area));
    match (areas.next(), areas.next()) {
        (Some(area), None) => format!("{area}.yaml"),
        _ => "shared.yaml".to_owned(),
    }
}

/// Names in a sentence.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Lines to paste, one part for each name.
fn pasted(names: &[&str], part: impl Fn(&str) -> String) -> String {
    let parts = names.iter().take(MAX_NAMES).map(|name| part(name));
    parts.flat_map(|part| part.lines().map(|line| format!("\n       {line}")).collect::<Vec<_>>()).collect()
}
