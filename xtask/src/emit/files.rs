//! The files of the crate, as text.

use super::{
    imports, layout,
    source::{Files, HEADER, Source},
    type_files,
};
use crate::{
    adapt::Adapted,
    model::area,
    overlay::Overlay,
    render::{
        area as calls, base_urls, client, crate_root, deprecated, manifest, table, test_calls, test_examples,
        test_round_trips,
    },
    types::TypeCode,
};

/// Puts together the files that hold no types, which need nothing of progenitor.
///
/// # Errors
/// Generated code that is invalid Rust, which is a bug of the generator.
pub fn calls(adapted: &Adapted, overlay: &Overlay) -> Result<Vec<Source>, syn::Error> {
    let areas = area::by_area(&adapted.model.operations, overlay);
    let mut sources = vec![
        ("src/lib.rs".to_owned(), syn::parse2(crate_root::root(&areas, &adapted.model))?),
        ("src/areas/mod.rs".to_owned(), syn::parse2(crate_root::areas(&areas))?),
        ("src/base_urls.rs".to_owned(), syn::parse2(base_urls::file())?),
        ("src/client.rs".to_owned(), syn::parse2(client::client())?),
        ("src/exports.rs".to_owned(), syn::parse2(crate_root::exports())?),
        ("src/operations.rs".to_owned(), syn::parse2(table::file(&areas, &adapted.model.operations))?),
        ("tests/calls.rs".to_owned(), test_calls::file(&areas, &adapted.model, overlay)?),
        ("tests/examples.rs".to_owned(), test_examples::file(&areas)),
        ("tests/round_trips.rs".to_owned(), test_round_trips::file(adapted)),
    ];
    for (name, file) in &mut sources {
        // The tests call what is deprecated too.
        if name.starts_with("tests/") {
            file.attrs.extend(deprecated::allowed(&adapted.model));
        }
    }
    for area in &areas {
        sources.push((format!("src/areas/{}.rs", area.module), calls::file(area, &adapted.model, overlay)?));
    }
    Ok(sources)
}

/// Puts together the files of the types.
///
/// # Errors
/// Generated code that is invalid Rust, which is a bug of the generator.
pub fn types(types: Vec<TypeCode>, adapted: &Adapted, overlay: &Overlay) -> Result<Vec<Source>, syn::Error> {
    type_files::files(types, &area::by_area(&adapted.model.operations, overlay), adapted)
}

/// Gives the Rust files their `use` lines.
pub fn import(sources: &mut [Source]) {
    for (name, file) in sources {
        imports::shorten(file, if name.starts_with("src/types/") { "crate::types" } else { "crate" });
    }
}

/// Formats the Rust files.
pub fn format(sources: Vec<Source>) -> Files {
    sources.into_iter().map(|(name, file)| (name, prettyplease::unparse(&file))).collect()
}

/// Lays formatted Rust files out for reading.
pub fn lay_out(files: &mut Files) {
    for code in files.values_mut() {
        *code = format!("// {HEADER}.\n\n{}", layout::lay_out(code));
    }
}

/// Adds the files that are no Rust.
pub fn add_data(files: &mut Files, adapted: &Adapted, overlay: &Overlay) {
    files.insert("Cargo.toml".to_owned(), manifest::render(&area::by_area(&adapted.model.operations, overlay), HEADER));
    files.insert(
        "rustfmt.toml".to_owned(),
        format!("# {HEADER}.\n\n# prettyplease formats the code of this crate.\ndisable_all_formatting = true\n"),
    );
}
