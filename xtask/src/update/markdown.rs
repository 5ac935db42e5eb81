//! Names of a document in Markdown. They may hold backticks, pipes, line breaks and fences, and
//! may be long.

use crate::characters::{markdown_code, visible_except};

/// How many characters of a name are shown.
const MAX_NAME: usize = 200;
/// How many characters of a signature, or of a line in a fence, are shown.
const MAX_LINE: usize = 2_000;
/// How long a line of wrapped text is.
const COLUMNS: usize = 100;

/// A name as code.
pub fn name(text: &str) -> String {
    markdown_code(&bounded(text, MAX_NAME))
}

/// A signature, or another text with several names, as code.
pub fn signature(text: &str) -> String {
    markdown_code(&bounded(text, MAX_LINE))
}

/// Names as code, with commas.
pub fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    all.into_iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A text of several lines in a fence that the text cannot end.
pub fn fenced(language: &str, text: &str) -> String {
    let text = visible_except(text, "\n");
    let lines = text.trim_end().lines().map(|line| bounded(line, MAX_LINE));
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}\n", lines.collect::<Vec<_>>().join("\n"))
}

/// A list item, with line breaks at spaces outside of code.
pub fn item(text: &str) -> String {
    let (mut out, mut column) = ("-".to_owned(), 1);
    for word in words(text) {
        let length = word.chars().count();
        if column + 1 + length > COLUMNS && column > 2 {
            out.push_str("\n ");
            column = 1;
        }
        out.push(' ');
        out.push_str(word);
        column += 1 + length;
    }
    out.push('\n');
    out
}

/// The words of a text. Code is one word, with what follows it up to the next space.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut open) = (0, 0);
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == '`' {
            let mut run = 1;
            while characters.next_if(|(_, next)| *next == '`').is_some() {
                run += 1;
            }
            open = match open {
                0 => run,
                length if length == run => 0,
                length => length,
            };
        } else if character == ' ' && open == 0 {
            words.extend(text.get(start..at).filter(|word| !word.is_empty()));
            start = at + 1;
        }
    }
    words.extend(text.get(start..).filter(|word| !word.is_empty()));
    words
}

fn bounded(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out() {
        for (text, code) in [
            ("size", "`size`"),
            ("a|b", "`a|b`"),
            ("a`b", "`` a`b ``"),
            ("a\n\n# b", "`a\\n\\n# b`"),
            ("a\n```sh\nb\n```", "` a\\n```sh\\nb\\n``` `"),
            ("a\u{202e}b", "`a\\u{202e}b`"),
        ] {
            assert_eq!(name(text), code);
        }
        assert_eq!(name(&"ä".repeat(300)), format!("`{}…`", "ä".repeat(200)));
        assert_eq!(names(["a", "b"]), "`a`, `b`");
    }

    #[test]
    fn a_text_cannot_end_its_fence() {
        assert_eq!(fenced("text", "a\nb\n"), "```text\na\nb\n```\n");
        assert_eq!(fenced("", "a\n````\n# b\r\u{1b}"), "`````\na\n````\n# b\\r\\u{1b}\n`````\n");
        assert_eq!(fenced("", &"a".repeat(2_001)), format!("```\n{}…\n```\n", "a".repeat(2_000)));
    }

    #[test]
    fn code_is_not_wrapped() {
        let code = format!("`` GET /v1/{} ` ``:", "a".repeat(80));
        let text = format!("{code} and some words that follow, and `b c`.");
        assert_eq!(item(&text), format!("- {code}\n  and some words that follow, and `b c`.\n"));
        assert_eq!(item("a b"), "- a b\n");
    }
}
