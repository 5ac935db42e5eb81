//! Text from the service, made safe to show, and text for the service, made safe to send.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// The longest text of the service that an error repeats, in characters.
const MAX_LENGTH: usize = 200;

/// Everything but the unreserved characters (RFC 3986, section 2.3), so that no value can add a
/// parameter.
pub(crate) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns the text on one line, without control characters, cut after [`MAX_LENGTH`].
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_LENGTH).collect::<String>().trim().to_owned();
    if text.chars().nth(MAX_LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

/// Like [`printable`], without the secrets that were sent. A service may echo them.
pub(crate) fn redact(text: &str, secrets: &[&str]) -> String {
    let cleaned = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(*secret, "[redacted]"));
    printable(&cleaned)
}

/// Writes ` (text)`, and nothing for an empty text.
pub(crate) struct Parenthesized<'a>(pub(crate) &'a str);

impl fmt::Display for Parenthesized<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_one_line_short_and_redacted() {
        assert_eq!(printable(" a\r\nb\u{1b}[0m "), "a  b [0m");
        assert_eq!(printable(&"ä".repeat(300)).chars().count(), 201);
        assert_eq!(redact("token hunter2 is bad", &["", "hunter2"]), "token [redacted] is bad");
    }
}
