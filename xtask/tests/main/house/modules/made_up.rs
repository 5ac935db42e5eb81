//! The graphs of small made-up crates.

use std::{collections::BTreeMap, path::Path};

use super::{circles, graph::Graph, source::Crate};

/// The graph of a crate with these files, named without `src/`. The first one is the root.
fn graph(files: &[(&str, &str)]) -> Graph {
    let files: BTreeMap<String, String> =
        files.iter().map(|(name, text)| (format!("src/{name}"), (*text).to_owned())).collect();
    Graph::of(&Crate::load(Path::new("src/lib.rs"), &|path| files.get(path.to_str()?).cloned()))
}

/// The report on the circles of a crate.
fn report(files: &[(&str, &str)]) -> String {
    let graph = graph(files);
    circles::describe(&graph, &circles::find(&graph))
}

/// The arrows of a crate as `a -> b`.
fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    let graph = graph(files);
    graph.edges.keys().map(|(from, to)| format!("{} -> {}", graph.names[*from], graph.names[*to])).collect()
}

#[track_caller]
fn assert_circle(files: &[(&str, &str)], circle: &str) {
    let report = report(files);
    assert!(report.starts_with(&format!("  {circle}\n")), "`{circle}` is missing in the report:\n{report}");
}

#[test]
fn a_circle_through_a_reexport_of_the_root_is_found() {
    let files = [
        ("lib.rs", "mod a;\nmod error;\npub use error::Error;"),
        ("a.rs", "use crate::Error;\npub struct A;\npub fn f() -> Error { Error }"),
        ("error.rs", "use crate::a::A;\n\npub struct Error;\nimpl From<A> for Error {}"),
    ];
    let expected = "  a -> error -> a\n    a -> error  src/a.rs:1 names `Error`\n    error -> a  src/error.rs:1 names `A`\n";
    assert_eq!(report(&files), expected);
    assert_eq!(graph(&files).root_imports, ["src/a.rs:1: imports `Error` from the crate root; import it from crate::error"]);
}

#[test]
fn a_circle_through_super_is_found() {
    let files = [
        ("lib.rs", "mod store;"),
        ("store/mod.rs", "mod file;\nuse file::File;\npub struct Name;\npub struct Store(File);"),
        ("store/file.rs", "pub struct File(super::Name);"),
    ];
    assert_circle(&files, "store -> store::file -> store");
}

#[test]
fn a_circle_through_paths_in_full_is_found() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "pub fn f() { crate::b::g() }"),
        ("b.rs", "pub fn g() { if false { crate::a::f() } }"),
    ];
    assert_circle(&files, "a -> b -> a");
}

#[test]
fn a_circle_through_globs_is_found() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a/mod.rs", "mod inner;\npub use inner::*;"),
        ("a/inner.rs", "use crate::b::*;\npub struct A(B);"),
        ("b.rs", "use crate::a::*;\npub struct B;\nfn f(_: A) {}"),
    ];
    assert_circle(&files, "a::inner -> b -> a::inner");
}

#[test]
fn a_circle_through_an_import_of_a_module_is_found() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "use crate::{b, b as other};\npub fn f() { other::g() }"),
        ("b.rs", "use super::a::{self};\npub fn g() { a::f() }"),
    ];
    assert_circle(&files, "a -> b -> a");
}

#[test]
fn a_variable_does_not_hide_the_module_of_its_name() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "use crate::b;\npub struct A;\nfn f() { let b = b::new(); }"),
        ("b.rs", "use crate::a::A;\npub fn new() -> A { A }"),
    ];
    assert_circle(&files, "a -> b -> a");
}

#[test]
fn a_circle_through_macros_and_attributes_is_found() {
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "pub fn f() { assert!(true && crate::b::g()) }"),
        ("b.rs", "pub fn g() -> bool { true }\n#[serde(with = \"crate::a::f\")]\nstruct S;"),
    ];
    assert_circle(&files, "a -> b -> a");
    let files = [
        ("lib.rs", "mod a;\nmod b;"),
        ("a.rs", "macro_rules! m { () => { $crate::b::g() } }\npub(crate) use m;"),
        ("b.rs", "pub fn g() { crate::a::m!() }"),
    ];
    assert_circle(&files, "a -> b -> a");
}

#[test]
fn a_circle_of_three_with_an_inline_module_and_a_given_path_is_found() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\n#[path = \"elsewhere/c.rs\"]\nmod c;"),
        ("a.rs", "mod inner { pub struct A(crate::b::B); }\npub use inner::A;"),
        ("b.rs", "pub struct B(Vec<Box<dyn Fn(crate::c::C)>>);"),
        ("elsewhere/c.rs", "pub struct C;\nfn f() { use crate::a::A; let _: Option<A> = None; }"),
    ];
    assert_circle(&files, "a -> b -> c -> a");
}

#[test]
fn a_facade_makes_no_circle() {
    let files = [
        ("lib.rs", "pub mod store;\nmod error;\npub use store::Memory;\npub use error::*;"),
        (
            "store/mod.rs",
            "mod file;\nmod memory;\nmod name;\npub use file::File;\npub use memory::Memory;\npub use name::*;",
        ),
        ("store/file.rs", "use super::Name;\nuse crate::error::Error;\npub struct File(Name, Error);"),
        ("store/memory.rs", "pub struct Memory(super::File);"),
        ("store/name.rs", "pub struct Name;"),
        ("error.rs", "pub struct Error;"),
    ];
    assert_eq!(report(&files), "");
    let expected = ["store::file -> store::name", "store::file -> error", "store::memory -> store::file"];
    assert_eq!(arrows(&files).into_iter().collect::<std::collections::BTreeSet<_>>(), expected.map(str::to_owned).into());
    assert_eq!(graph(&files).root_imports, [""; 0]);
}

#[test]
fn tests_locals_and_other_crates_make_no_arrow() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\nmod http;"),
        ("a.rs", "use http::Request;\npub fn a() -> Request { todo!() }\n#[cfg(test)]\nmod tests { use crate::b::g; }"),
        ("b.rs", "use crate::a::a;\npub fn g(http: u8) { a(); ::http::f(http) }\n#[cfg(test)]\nuse crate::http::f;"),
        ("http.rs", "pub fn f() {}\nfn text() { let _ = quote! { crate::b::g }; }"),
    ];
    assert_eq!(arrows(&files), ["b -> a"]);
}

#[test]
fn imports_through_the_root_are_found_in_every_form() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\npub use b::{B, C};\npub use other::Other;\npub struct Own;"),
        ("a.rs", "use crate::{B, Own};\nuse super::Other;\nfn f(_: crate::C, _: crate::b::B) {}"),
        ("b.rs", "pub struct B;\npub struct C;"),
    ];
    assert_eq!(
        graph(&files).root_imports,
        [
            "src/a.rs:1: imports `B` from the crate root; import it from crate::b",
            "src/a.rs:2: imports `Other` from the crate root; import it from other::Other",
            "src/a.rs:3: imports `C` from the crate root; import it from crate::b",
        ]
    );
}
