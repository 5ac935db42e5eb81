//! The report of a run.

use std::fmt;

use crate::markdown::Table;

/// Figures of a run, and its errors.
#[derive(Debug)]
pub struct Report {
    /// The figures, one row per measurement.
    pub table: Table,
    /// What the run did wrong, one line each.
    pub wrong: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.table)?;
        for line in &self.wrong {
            writeln!(f, "wrong: {line}")?;
        }
        if self.wrong.is_empty() { writeln!(f, "No errors.") } else { Ok(()) }
    }
}
