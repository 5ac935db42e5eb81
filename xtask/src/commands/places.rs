//! Where problems are, for a reader: a file with line and column, and a place that this file has.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use super::{Failure, output::counted};
use crate::{
    characters::{visible, visible_except},
    document::{lines::Lines, load},
    overlay::error::OverlayError,
    pipeline::PipelineError,
    problem::{Input, Problem, Problems},
};

/// How many problems are printed of a run that stops. More than these say nothing new.
const MAX_PRINTED: usize = 100;

/// How many entries of the list of what needs attention are printed.
const MAX_ATTENTION: usize = 5_000;

/// The inputs of a run.
pub struct Places {
    spec: PathBuf,
    /// The document as it stands in its file, which may be a pipe.
    document: Vec<u8>,
    overlay: PathBuf,
    /// The current directory. Paths of files below it are short.
    directory: Option<PathBuf>,
    /// The lines of files, which are read only if there are problems.
    lines: RefCell<BTreeMap<PathBuf, Lines>>,
}

impl Places {
    /// The inputs, with the bytes of the document.
    pub fn new(spec: &Path, document: Vec<u8>, overlay: &Path) -> Self {
        let directory = env::current_dir().ok();
        Self { spec: spec.to_owned(), document, overlay: overlay.to_owned(), directory, lines: RefCell::default() }
    }

    /// Problems with their number, each with its file, its place, and what to do.
    pub fn list(&self, problems: &Problems) -> String {
        self.first(problems, MAX_PRINTED)
    }

    /// What needs attention. It is all to be done, so much more of it is printed.
    pub fn attention(&self, problems: &Problems) -> String {
        self.first(problems, MAX_ATTENTION)
    }

    fn first(&self, problems: &Problems, max: usize) -> String {
        let entry = |(index, problem): (usize, &Problem)| {
            let help = visible_except(&problem.help, "\n");
            format!("\n  {}. {}\n     help: {help}", index + 1, self.told(problem))
        };
        let list = counted(problems.len(), "problem");
        let list = problems.iter().take(max).enumerate().map(entry).fold(list, |list, entry| list + &entry);
        match problems.len().saturating_sub(max) {
            0 => list,
            more => format!("{list}\n  … and {}", counted(more, "more problem")),
        }
    }

    /// A problem in one line, with its place and without what to do.
    fn told(&self, problem: &Problem) -> String {
        let operation = problem.operation.as_ref().map(|operation| format!(" ({})", visible(operation)));
        let message = visible_except(&problem.message, "\n");
        format!("{}{}: {message}", self.place(problem), operation.unwrap_or_default())
    }

    /// What to know about the document and to do nothing about, in one line.
    pub fn note(&self, problem: &Problem) -> String {
        format!("{}\n    help: {}", self.told(problem), visible_except(&problem.help, "\n"))
    }

    /// The failure of a document that cannot be read.
    pub fn unread(&self, error: &load::LoadError) -> Failure {
        match error {
            load::LoadError::NotOpenApi(problems) => {
                let (spec, list) = (self.spec.display(), self.list(problems));
                Failure(format!("{spec}: this is not an OpenAPI 3.0 or 3.1 document of the API: {list}"))
            }
            _ => Failure(format!("{}: {error}", self.spec.display())),
        }
    }

    /// The failure of an overlay that cannot be used.
    pub fn unusable(&self, error: &OverlayError) -> Failure {
        match error {
            OverlayError::Content { path, problems } => {
                Failure(format!("the overlay {} has {}", path.display(), self.list(problems)))
            }
            OverlayError::Io { .. } => Failure(error.report()),
        }
    }

    /// The failure of a run.
    pub fn stopped(&self, error: &PipelineError) -> Failure {
        match error.problems() {
            Some((what, problems)) => Failure(format!("{what}: {}", self.list(problems))),
            None => Failure(format!("{}: {error}", self.spec.display())),
        }
    }

    /// The place of a problem: the nearest that its file has, because stages add nodes.
    fn place(&self, problem: &Problem) -> String {
        let path = match &problem.input {
            Input::Document => self.spec.clone(),
            Input::Overlay(name) => self.overlay.join(name),
        };
        let mut files = self.lines.borrow_mut();
        let lines = files.entry(path.clone()).or_insert_with(|| {
            let read = match &problem.input {
                Input::Document => None,
                // To read a pipe without a writer waits forever.
                Input::Overlay(_) if path.is_file() => Some(load::read(&path).unwrap_or_default()),
                Input::Overlay(_) => Some(Vec::new()),
            };
            Lines::new(&String::from_utf8_lossy(read.as_ref().unwrap_or(&self.document)))
        });
        let (found, position) = lines.nearest(&problem.pointer);
        let path = self.directory.as_ref().and_then(|directory| path.strip_prefix(directory).ok()).unwrap_or(&path);
        match (found.is_empty(), position) {
            (false, Some(at)) => format!("{}:{}:{}#{}", path.display(), at.line, at.column, visible(&found)),
            _ => path.display().to_string(),
        }
    }
}
