//! Characters that a reader does not see: controls, line breaks, changes of direction, and
//! characters without width. In a name they mislead a reader, in docs they begin new lines, and
//! rustc rejects some of them.

use std::borrow::Cow;

/// Characters that the standard library counts as printable, and that have no shape. Unicode
/// calls them ignorable.
const IGNORABLE: [(char, char); 9] = [
    ('\u{34f}', '\u{34f}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character does not print. A space does; every other white space does not.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    // The first character of a string is escaped for other reasons too.
    let text = ['a', character].iter().collect::<String>();
    let is_escaped = text.escape_debug().nth(1) != Some(character);
    is_escaped || IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// The first character of a string that does not print.
pub fn first_hidden(text: &str) -> Option<char> {
    text.chars().find(|character| is_hidden(*character))
}

/// The string with an escape in place of every character that does not print: `\n`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_except(text, "")
}

/// Like [`visible`], and the characters of `kept` stay.
pub fn visible_except<'a>(text: &'a str, kept: &str) -> Cow<'a, str> {
    let is_escaped = |character: char| is_hidden(character) && !kept.contains(character);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            _ if !is_escaped(character) => out.push(character),
            '\t' | '\n' | '\r' => out.extend(character.escape_default()),
            _ => out.extend(character.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// A character as a message names it: `U+202E`.
pub fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// A string as code in Markdown, whatever it contains. It stays on one line and cannot end its
/// code early: the marks around it are as many as the string has nowhere in a row.
pub fn markdown_code(text: &str) -> String {
    let text = visible(text);
    let runs: Vec<usize> = text.split(|character| character != '`').map(str::len).collect();
    if runs.iter().all(|run| *run == 0) {
        return format!("`{text}`");
    }
    let length = (1..).find(|length| !runs.contains(length)).unwrap_or(1);
    let marks = "`".repeat(length);
    // The spaces keep the marks apart. Markdown removes one on either side.
    format!("{marks} {text} {marks}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_print_is_found_and_what_prints_is_not() {
        let hidden = "\0\t\n\r\u{1b}\u{7f}\u{85}\u{a0}\u{ad}\u{61c}\u{200b}\u{200d}\u{200e}\u{2028}\u{2029}\u{202e}\u{2066}\u{3000}\u{3164}\u{fe0f}\u{feff}\u{e0041}\u{e000}";
        for character in hidden.chars() {
            assert_eq!(first_hidden(&format!("a{character}b")), Some(character), "U+{:04X}", u32::from(character));
        }
        for text in ["", "a b", "é", "e\u{301}", "日本語", "שלום", "Ω", "😀", "`\"'\\*/"] {
            assert_eq!(first_hidden(text), None, "{text}");
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn an_escape_says_which_character_it_is() {
        assert_eq!(visible("a\nb\r\tc\u{202e}\u{1b}"), "a\\nb\\r\\tc\\u{202e}\\u{1b}");
        assert_eq!(visible_except("a\nb\r", "\n"), "a\nb\\r");
        assert_eq!(code_point('\u{202e}'), "U+202E");
        assert_eq!(code_point('\u{e0041}'), "U+E0041");
    }

    #[test]
    fn code_cannot_end_early_or_begin_a_line() {
        for (text, code) in [
            ("P1", "`P1`"),
            ("", "``"),
            ("a`b", "`` a`b ``"),
            ("``", "` `` `"),
            ("```rust", "` ```rust `"),
            ("` and ``", "``` ` and `` ```"),
            ("a\n```\nb", "` a\\n```\\nb `"),
        ] {
            assert_eq!(markdown_code(text), code);
        }
    }
}
