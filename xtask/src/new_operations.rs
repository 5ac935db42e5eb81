//! What to do about operations without an entry in the overlay, with text to paste.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    document::Pointer,
    model::{
        operation::{OperationModel, ResponseBody, UNSORTED},
        rust_type::RustType,
    },
    origins::Origins,
    overlay::{Overlay, Proposal, proposal_head},
    problem::Problem,
    repair::Applied,
    twins::Twins,
};

/// The longest method and path for which there is a text to paste, in bytes.
const MAX_LABEL: usize = 200;

/// How many parameters are listed for an operation.
const MAX_PARAMETERS: usize = 20;

/// How many repairs are named for an operation.
const MAX_REPAIRS: usize = 3;

/// What is known of new operations.
#[derive(Debug, Clone, Copy)]
pub struct NewOperations<'a> {
    /// All operations.
    pub operations: &'a [OperationModel],
    /// The overlay.
    pub overlay: &'a Overlay,
    /// The known operations that new ones are like.
    pub twins: &'a Twins,
    /// The new operations whose twins were repaired.
    pub repaired: &'a BTreeSet<String>,
    /// The repairs.
    pub repairs: &'a [Applied],
    /// Where the operations were in the given document.
    pub origins: &'a Origins,
}

impl NewOperations<'_> {
    /// A problem for each operation without an entry, with the text of an entry.
    pub fn problems(&self) -> Vec<Problem> {
        let names: BTreeMap<String, &str> =
            self.operations.iter().map(|operation| (operation.label(), operation.id.as_str())).collect();
        let status_operations: BTreeSet<&str> = names.keys().filter_map(|label| self.status_operation(label)).collect();
        let mut begun: BTreeSet<&str> = self.overlay.area_keys().collect();
        let new = self.operations.iter().filter(|operation| !operation.in_overlay);
        let problem = |operation: &OperationModel, is_first: bool| {
            let label = operation.label();
            let way = ["paths", &operation.path, &operation.method.to_ascii_lowercase()];
            let at = self.origins.given(&Pointer::Path(&way).to_string());
            let message = format!("the operation has no entry in spec/overlay/ and is called `{}` for now", operation.id);
            let twin = self.twins.of(&label);
            let own = twin.and_then(|twin| self.overlay.status_operation_of(twin));
            let status_operation = self.status_operation(&label).and_then(|status| names.get(status).copied());
            let all = operation.parameters();
            let without = all.filter(|parameter| !self.overlay.describes_parameter(&label, &parameter.name));
            let parameters: Vec<&str> = without.map(|parameter| parameter.name.as_str()).take(MAX_PARAMETERS).collect();
            let proposal = Proposal {
                label: &label,
                name: &operation.id,
                twin,
                may_page: matches!(operation.response, ResponseBody::Json(RustType::Named(_))),
                status_operation: status_operation.or(own),
                is_status_operation: status_operations.contains(label.as_str()),
                parameters: &parameters,
            };
            let help = self.help(&operation.area, is_first, &proposal);
            Problem::new(at, message, help).in_operation(label)
        };
        new.map(|operation| {
            let is_first = operation.area != UNSORTED && begun.insert(operation.area.as_str());
            problem(operation, is_first)
        })
        .collect()
    }

    /// The new operation that returns the state of the writes of another new one.
    fn status_operation(&self, label: &str) -> Option<&str> {
        let name = self.overlay.status_operation_of(self.twins.of(label)?)?;
        self.twins.beside(label, self.overlay.label_of(name)?)
    }

    fn help(&self, area: &str, is_first: bool, proposal: &Proposal<'_>) -> String {
        let Proposal { label, twin, .. } = *proposal;
        if label.len() > MAX_LABEL {
            return "add an entry for it to the file of its area in spec/overlay/".to_owned();
        }
        let file = self.overlay.file_for(area, twin);
        let (mut help, head) = match area {
            UNSORTED => ("it has no tag: choose the file of its area in spec/overlay/, and paste".to_owned(), None),
            _ if is_first => (
                format!("its area is new: create {file} with these lines, and spec/overlay/examples/{area}.rs"),
                Some(proposal_head(area)),
            ),
            _ => (format!("paste below `operations:` of {file}"), None),
        };
        help.push_str("; write the docs");
        if let Some(twin) = twin {
            help.push_str(&format!("; it is like `{twin}`, and this entry has the behaviour of that one"));
            for repair in self.repairs_of(label, twin) {
                let Applied { name, file, .. } = repair;
                help.push_str(&format!("; the repair `{name}` corrects that one: give it this place too ({file})"));
            }
        }
        for lines in head.into_iter().chain([self.overlay.entry_text(proposal)]) {
            help.push('\n');
            help.push_str(&lines);
        }
        help
    }

    /// The repairs of the known operation that a new one is like, if both have the defect.
    fn repairs_of(&self, label: &str, twin: &str) -> impl Iterator<Item = &Applied> {
        let is_repaired = self.repaired.contains(label);
        let corrects = move |repair: &&Applied| is_repaired && repair.operations.iter().any(|one| one == twin);
        self.repairs.iter().filter(corrects).take(MAX_REPAIRS)
    }
}
