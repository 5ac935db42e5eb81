//! The import graph of the modules of every crate has no circle, and modules import a name from the
//! module that defines it.
//!
//! A node is a file. An arrow leads from the file that names an item to the file that defines it,
//! also where the name comes through re-exports. `mod` declarations and re-exports alone make no
//! arrow. Test modules are left out.
//!
//! The check reads code as text and has no types. It does not see method calls on types of other
//! modules, `include!`, `macro_use`, code in `quote!`, and globs within functions. It reads
//! libraries and binaries, not tests, examples and benchmarks.
//!
//! To see the circles alone: `cargo test -p xtask --test main house::modules`.

mod circles;
mod graph;
mod made_up;
mod names;
mod references;
mod source;

use std::{fs, path::Path, sync::LazyLock};

use super::crates::packages;
use crate::support::workspace;
use graph::Graph;
pub use source::{is_test_only, line_of};

/// The graphs of all libraries and binaries, each with a title.
static GRAPHS: LazyLock<Vec<(String, Graph)>> = LazyLock::new(|| {
    let mut graphs = Vec::new();
    for package in packages() {
        for root in package.roots() {
            let title = format!("{} ({})", package.name, root.display());
            let read = |path: &Path| fs::read_to_string(workspace().join(path)).ok();
            graphs.push((title, Graph::of(&source::Crate::load(root, &read))));
        }
    }
    graphs
});

#[test]
fn no_crate_has_a_circle_of_modules() {
    let (mut count, mut report) = (0, String::new());
    for (title, graph) in GRAPHS.iter() {
        let circles = circles::find(graph);
        if !circles.is_empty() {
            count += circles.len();
            report.push_str(&format!("\n{title}\n{}", circles::describe(graph, &circles)));
        }
    }
    assert!(count == 0, "{count} circles of modules: cut one arrow of each\n{report}");
}

#[test]
fn no_module_imports_through_the_crate_root() {
    let findings: Vec<String> = GRAPHS.iter().flat_map(|(_, graph)| graph.root_imports.clone()).collect();
    assert!(findings.is_empty(), "{} imports through a crate root\n{}", findings.len(), findings.join("\n"));
}

/// A reader that finds no arrow would pass every crate.
#[test]
fn the_graphs_of_this_workspace_have_arrows() {
    let edges: usize = GRAPHS.iter().map(|(_, graph)| graph.edges.len()).sum();
    assert!(GRAPHS.len() >= 7, "only {} crates were read", GRAPHS.len());
    assert!(edges > 300, "only {edges} arrows were found");
}
