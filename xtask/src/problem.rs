//! Problems of an input: what is wrong, where, and what to do.
//!
//! Stages collect the [`Problem`]s of a whole document and report them at once, so that one run
//! shows everything that a new document needs.

use std::fmt;

use crate::characters::{visible, visible_except};

/// The input that a problem is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Input {
    /// The document.
    #[default]
    Document,
    /// A file of the overlay, by its name in the directory of the overlay.
    Overlay(String),
}

/// One thing that is wrong with a document or with our own data about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The input that the place is in.
    pub input: Input,
    /// JSON pointer (RFC 6901) of the node in the input. Stages name nodes of the document as they
    /// find it; the pipeline returns places of the document that it was given.
    pub pointer: String,
    /// The operation it belongs to, as `GET /v1/alerts`, where it belongs to one.
    pub operation: Option<String>,
    /// What was found.
    pub message: String,
    /// What to do next.
    pub help: String,
}

impl Problem {
    /// A problem at a place of the document.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (pointer, message, help) = (pointer.into(), message.into(), help.into());
        Self { input: Input::Document, pointer, operation: None, message, help }
    }

    /// A problem at a place of the overlay.
    pub fn in_overlay(
        file: impl Into<String>,
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { input: Input::Overlay(file.into()), ..Self::new(pointer, message, help) }
    }

    /// Whether our own data about the document is wrong, and not the document.
    pub fn is_in_overlay(&self) -> bool {
        matches!(self.input, Input::Overlay(_))
    }

    /// Names the operation that the problem belongs to.
    #[must_use]
    pub fn in_operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = visible(&self.pointer);
        match (&self.input, self.pointer.is_empty()) {
            (Input::Document, true) => f.write_str("at (root)")?,
            (Input::Document, false) => write!(f, "at {pointer}")?,
            (Input::Overlay(file), true) => write!(f, "at {}", visible(file))?,
            (Input::Overlay(file), false) => write!(f, "at {}#{pointer}", visible(file))?,
        }
        if let Some(operation) = &self.operation {
            write!(f, " ({})", visible(operation))?;
        }
        // Our own messages may have several lines.
        write!(f, ": {}\n    help: {}", visible_except(&self.message, "\n"), visible_except(&self.help, "\n"))
    }
}

/// How many problems are printed. More than these say nothing new.
const MAX_PRINTED: usize = 100;

/// Problems found by one stage, in the order of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// No problem yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds problems.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// `Ok` where nothing was found.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "{} {noun}", self.0.len())?;
        for (index, problem) in self.0.iter().take(MAX_PRINTED).enumerate() {
            write!(f, "\n  {}. {problem}", index + 1)?;
        }
        match self.0.len().saturating_sub(MAX_PRINTED) {
            0 => Ok(()),
            1 => f.write_str("\n  … and 1 more problem"),
            more => write!(f, "\n  … and {more} more problems"),
        }
    }
}
