//! The text of an error, and its sources.

use std::{error::Error as StdError, fmt};

use super::value::{Cause, Error};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "`{}`", operation.id)?;
            // The id of a custom operation is its path, which would be printed twice.
            if operation.id != operation.path {
                write!(f, " ({operation})")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.0.cause)?;
        if self.0.attempts > 1 {
            write!(f, ", after {} attempts", self.0.attempts)?;
        }
        if let Some(response) = self.response() {
            write!(f, " [status {}", response.status.as_u16())?;
            if let Some(code) = self.code().filter(|code| *code != response.status.as_str()) {
                write!(f, ", code {code}")?;
            }
            if let Some(trace_id) = self.trace_id() {
                write!(f, ", trace {trace_id}")?;
            }
            write!(f, "]")?;
            if let (Cause::Status, Some(message)) = (&self.0.cause, &response.error_body.message) {
                write!(f, ": {message}")?;
            }
            for (field, message) in &response.error_body.fields {
                write!(f, "; {field}{}{message}", if field.is_empty() { "" } else { ": " })?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(reason) => write!(f, "the request was not sent: {reason}"),
            Self::Credential(_) => write!(f, "the request was not sent because it has no usable credential"),
            Self::Transport(error) if error.is_connect() => write!(f, "could not connect"),
            Self::Transport(error) if error.is_timeout() => {
                write!(f, "the timeout of the HTTP client passed; the service may have processed the request")
            }
            Self::Transport(_) => write!(
                f,
                "the connection failed before the response was complete; the service may have processed the request"
            ),
            Self::Deadline(timeout) => write!(f, "the deadline of {} s passed", timeout.as_secs_f32()),
            Self::TooLarge(max_bytes) => write!(
                f,
                "the response has more than {max_bytes} bytes; raise the size limit of the client if that is expected"
            ),
            Self::Status => write!(f, "the request failed"),
            Self::Decode { path, reason } => write!(f, "the response does not match its type at `{path}`: {reason}"),
            Self::EmptyResponse => write!(f, "the response is empty; the service processed the request"),
            Self::WriteFailed(reason) => write!(f, "the service accepted the write but could not process it: {reason}"),
            Self::WaitTimeout(timeout) => {
                write!(f, "the write is still pending after {} s; it may complete later", timeout.as_secs_f32())
            }
            Self::MaxResults(max_results) => write!(
                f,
                "the service returns only the first {max_results} items; narrow the search, for example to a shorter time range"
            ),
        }
    }
}

/// Prints `Display` and the source, because headers and body may have secrets.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("Error");
        debug.field(&format_args!("{self}"));
        if let Some(source) = self.source() {
            debug.field(&source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    /// The reason of a missing credential, or the error of the HTTP client. `Display` does not
    /// repeat it.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Credential(reason) => Some(&**reason),
            Cause::Transport(error) => Some(error),
            _ => None,
        }
    }
}
