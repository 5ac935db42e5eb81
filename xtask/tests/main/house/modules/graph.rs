//! The arrows between the module files of a crate.

use std::collections::BTreeMap;

use super::{
    names::{Names, Target},
    references::{Form, Reference, collect},
    source::Crate,
};

/// Why there is an arrow: the first place that names an item of the other file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    pub file: String,
    pub line: usize,
    pub name: String,
}

/// The files of a crate and the arrows between them.
pub struct Graph {
    pub names: Vec<String>,
    pub edges: BTreeMap<(usize, usize), Evidence>,
    /// Imports of names that the crate root only re-exports, as lines of a report.
    pub root_imports: Vec<String>,
}

impl Graph {
    pub fn of(krate: &Crate) -> Self {
        let names = krate.nodes.iter().map(|node| node.name.clone()).collect();
        let mut graph = Self { names, edges: BTreeMap::new(), root_imports: Vec::new() };
        let scopes = Names::of(krate);
        for (index, module) in krate.modules.iter().enumerate() {
            for reference in collect(&module.items) {
                graph.add(krate, &scopes, index, &reference);
            }
        }
        graph.root_imports.sort();
        graph.root_imports.dedup();
        graph
    }

    fn add(&mut self, krate: &Crate, scopes: &Names, module: usize, reference: &Reference) {
        let Reference { path, form } = reference;
        let node = krate.modules[module].node;
        let strict = matches!(form, Form::Tokens { .. } | Form::Macro);
        let glob = matches!(form, Form::Glob { .. });
        let mut targets = scopes.resolve(module, path, strict);
        let is_root_file = node == krate.modules[0].node;
        if !is_root_file
            && *form != (Form::Tokens { dollar: true })
            && let Some(name) = scopes.root_reexport(module, path, glob)
        {
            self.root_imports.extend(root_import(krate, node, name, &targets));
        }
        if *form == Form::Macro
            && let [name] = path.as_slice()
            && let Some(definer) = scopes.textual_macro(module, name)
        {
            targets = vec![Target::Item(definer)];
        }
        // A re-export alone is not a use.
        if matches!(form, Form::Reexport | Form::Glob { reexport: true }) {
            return;
        }
        for target in targets {
            let Target::Item(definer) = target else { continue };
            let other = krate.modules[definer].node;
            if other != node {
                let name = path.last().expect("a path has a name").clone();
                let file = &krate.nodes[node];
                let evidence = Evidence { file: file.file.display().to_string(), line: file.line_of(&name), name };
                let known = self.edges.entry((node, other)).or_insert_with(|| evidence.clone());
                if evidence < *known {
                    *known = evidence;
                }
            }
        }
    }
}

fn root_import(krate: &Crate, node: usize, name: &str, targets: &[Target]) -> Option<String> {
    let file = &krate.nodes[node];
    let definer = targets.iter().find_map(|target| match target {
        Target::Item(module) if krate.modules[*module].path.is_empty() => None,
        Target::Item(module) | Target::Module(module) => Some(
            ["crate"]
                .into_iter()
                .map(str::to_owned)
                .chain(krate.modules[*module].path.iter().cloned())
                .collect::<Vec<_>>()
                .join("::"),
        ),
        Target::External(path) => Some(path.clone()),
    })?;
    let line = file.line_of(name.trim_matches('*'));
    Some(format!("{}:{line}: imports `{name}` from the crate root; import it from {definer}", file.file.display()))
}
