//! What the commands print.
//!
//! A reader such as `head` closes the pipe when it has read enough. The command then goes on
//! without output. `println!` would panic.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
};

use crate::characters::visible_except;

/// Prints a line to the standard output.
macro_rules! line {
    ($($part:tt)*) => { $crate::commands::output::print(&format!($($part)*)) };
}
pub(super) use line;

/// Prints a line to the standard output.
///
/// Names of a document may be in it, so what a terminal would act on is escaped.
pub fn print(text: &str) -> io::Result<()> {
    write(io::stdout(), format_args!("{}\n", visible_except(text, "\n\t")))
}

/// Writes a text. A closed pipe is not an error.
pub fn write(mut to: impl Write, text: fmt::Arguments<'_>) -> io::Result<()> {
    match to.write_fmt(text) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// A count with its noun, which takes an `s` in the plural.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Prints a line to the standard error. If that fails, there is no other place to report it.
///
/// Names of a document may be in it, so what a terminal would act on is escaped.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{}", visible_except(text, "\n\t"));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_not_an_error_and_a_full_disk_is() {
        assert!(write(Failing(ErrorKind::BrokenPipe), format_args!("text")).is_ok());
        let full = write(Failing(ErrorKind::StorageFull), format_args!("text")).expect_err("an error");
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }
}
