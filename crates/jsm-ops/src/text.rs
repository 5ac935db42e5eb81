//! Texts of the service, made fit to be shown.

/// Longest text of the service that an error repeats.
const MAX_LENGTH: usize = 200;

/// On one line, without control characters, and not too long.
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_LENGTH).collect::<String>().trim().to_owned();
    if text.chars().nth(MAX_LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

/// Like [`printable`], without the secrets that were sent: nothing says that a service does not repeat them.
pub(crate) fn without(text: &str, secrets: &[&str]) -> String {
    let cleaned = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(*secret, "[redacted]"));
    printable(&cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_tamed() {
        assert_eq!(printable(" a\r\nb\u{1b}[0m "), "a  b [0m");
        assert_eq!(printable(&"ä".repeat(300)).chars().count(), 201);
        assert_eq!(without("token hunter2 is bad", &["", "hunter2"]), "token [redacted] is bad");
    }
}
