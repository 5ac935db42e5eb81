//! Downloads one document: `xtask-download URL MAX_BYTES` writes it to the standard output.
//!
//! `cargo xtask fetch` runs this program. It is a package of its own so that `cargo xtask regen`,
//! which works offline, does not have to build an HTTP client first.

mod download;

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(url), Some(Ok(max_bytes))) = (arguments.next(), arguments.next().map(|bytes| bytes.parse())) else {
        eprintln!("expected a URL and the largest number of bytes; `cargo xtask fetch` runs this program");
        return ExitCode::FAILURE;
    };
    let written = download::download(&url, max_bytes).map_err(|error| with_causes(&error)).and_then(|bytes| {
        let mut output = io::stdout().lock();
        output
            .write_all(&bytes)
            .and_then(|()| output.flush())
            .map_err(|error| format!("cannot hand on the document: {error}"))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}
