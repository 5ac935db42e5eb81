//! What a program of this crate has to say in the end.

use std::fmt;

use crate::markdown::Table;

/// What was done, and what of it was wrong.
#[derive(Debug)]
pub struct Report {
    /// What was done.
    pub table: Table,
    /// What was wrong; nothing, where all is well.
    pub wrong: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.table)?;
        for line in &self.wrong {
            writeln!(f, "wrong: {line}")?;
        }
        if self.wrong.is_empty() { writeln!(f, "Everything is as it should be.") } else { Ok(()) }
    }
}
