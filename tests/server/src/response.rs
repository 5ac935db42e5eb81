//! Responses as a test scripts them.

use std::io::{self, Write};

/// A response, sent byte for byte as it is put together here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    framing: Framing,
}

/// How the client learns where the body ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Framing {
    /// By its length.
    #[default]
    Length,
    /// By a length that is not that of the body. The connection closes after the body.
    WrongLength(usize),
    /// By the end of the connection. The body is sent this many times.
    Close(usize),
    /// Not at all: the connection closes before the first byte.
    HangUp,
}

impl Response {
    /// A response without a body.
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A response with a body of JSON.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status).with_header("content-type", "application/json").with_body(body)
    }

    /// No response: the server closes the connection.
    pub fn hang_up() -> Self {
        Self { framing: Framing::HangUp, ..Self::default() }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Declares a length of its own. The connection closes after the body, so a greater length
    /// makes a body that breaks off.
    pub fn with_declared_length(mut self, length: usize) -> Self {
        self.framing = Framing::WrongLength(length);
        self
    }

    /// Sends the body many times, without a declared length.
    pub fn with_repeated_body(mut self, times: usize) -> Self {
        self.framing = Framing::Close(times);
        self
    }

    /// Sends the response, and returns whether the connection stays open.
    pub(crate) fn send(&self, to: &mut impl Write) -> io::Result<bool> {
        let (length, times, open) = match self.framing {
            Framing::Length => (Some(self.body.len()), 1, true),
            Framing::WrongLength(length) => (Some(length), 1, false),
            Framing::Close(times) => (None, times, false),
            Framing::HangUp => return Ok(false),
        };
        let mut bytes = format!("HTTP/1.1 {} \r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            write!(bytes, "{name}: {value}\r\n")?;
        }
        // These statuses have no body, and no length either.
        if let Some(length) = length
            && ![204, 304].contains(&self.status)
        {
            write!(bytes, "content-length: {length}\r\n")?;
        }
        if !open {
            bytes.extend_from_slice(b"connection: close\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        for _ in 0..times {
            bytes.extend_from_slice(&self.body);
            to.write_all(&bytes)?;
            bytes.clear();
        }
        Ok(open)
    }
}
