//! The files of the crate, as text.

use super::{
    source::{Files, HEADER, INTERFACE, Source},
    type_files,
};
use crate::{
    adapt::Adapted,
    model::area,
    overlay::Overlay,
    public_api::Interface,
    render::{area as calls, base_urls, client, crate_root, manifest, table, test_calls, test_examples, test_round_trips},
    types::TypeCode,
};

/// Puts together the files that hold no types, which need nothing of progenitor.
///
/// # Errors
/// Code that is no Rust, which is a bug of ours.
pub fn calls(adapted: &Adapted, overlay: &Overlay) -> Result<Vec<Source>, syn::Error> {
    let areas = area::by_area(&adapted.model.operations, overlay);
    let mut sources = vec![
        ("src/lib.rs".to_owned(), syn::parse2(crate_root::root(&areas))?),
        ("src/base_urls.rs".to_owned(), syn::parse2(base_urls::file())?),
        ("src/client.rs".to_owned(), syn::parse2(client::client(&areas))?),
        ("src/exports.rs".to_owned(), syn::parse2(crate_root::exports())?),
        ("src/operations.rs".to_owned(), syn::parse2(table::file(&areas, &adapted.model.operations))?),
        ("tests/calls.rs".to_owned(), test_calls::file(&areas, &adapted.model, overlay)?),
        ("tests/examples.rs".to_owned(), test_examples::file(&areas)),
        ("tests/round_trips.rs".to_owned(), test_round_trips::file(adapted)),
    ];
    for area in &areas {
        sources.push((format!("src/areas/{}.rs", area.module), calls::file(area, &adapted.model, overlay)?));
    }
    Ok(sources)
}

/// Puts together the files of the types.
///
/// # Errors
/// Code that is no Rust, which is a bug of ours.
pub fn types(types: Vec<TypeCode>, adapted: &Adapted, overlay: &Overlay) -> Result<Vec<Source>, syn::Error> {
    type_files::files(types, &area::by_area(&adapted.model.operations, overlay), adapted)
}

/// Formats the Rust files.
pub fn format(sources: Vec<Source>) -> Files {
    let text = |file| format!("// {HEADER}.\n\n{}", prettyplease::unparse(&file));
    sources.into_iter().map(|(name, file)| (name, text(file))).collect()
}

/// Adds the files that are no Rust.
pub fn add_data(files: &mut Files, interface: &Interface, adapted: &Adapted, overlay: &Overlay) {
    files.insert("Cargo.toml".to_owned(), manifest::render(&area::by_area(&adapted.model.operations, overlay), HEADER));
    let mut interface = serde_json::to_string_pretty(interface).unwrap_or_default();
    interface.push('\n');
    files.insert(INTERFACE.to_owned(), interface);
}
