//! What areas and calls say of themselves.

use std::collections::BTreeSet;

use heck::ToKebabCase;

use crate::{
    characters::markdown_code,
    model::{
        area::AreaModel,
        operation::{OperationModel, RequestBody, ResponseBody},
    },
};

/// Atlassian's reference. A group of it has the path `api-group-<group>/` below this URL.
const REFERENCE: &str = "https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/";

/// Where Atlassian's reference describes an area. The URLs of the groups are too long for a line.
fn reference(area: &AreaModel<'_>) -> Option<String> {
    let tags = area.operations.iter().map(|operation| operation.tag.to_kebab_case());
    let groups: BTreeSet<String> = tags.filter(|tag| !tag.is_empty()).map(|tag| format!("`api-group-{tag}`")).collect();
    let groups: Vec<String> = groups.into_iter().collect();
    (!groups.is_empty()).then(|| format!(" [Atlassian's reference](<{REFERENCE}>): {}.", groups.join(", ")))
}

/// The lines at the head of the module of an area.
pub fn area(area: &AreaModel<'_>) -> Vec<String> {
    let reference = reference(area).into_iter().flat_map(|line| [String::new(), line]);
    let mut lines = match area.overlay {
        Some(words) => vec![format!(" {}: {}", words.title, lower_first(&words.summary))],
        None => {
            let title = area.title();
            vec![format!(" {title}: operations that are new in the document. Their names are derived and will change.")]
        }
    };
    if let Some(words) = area.overlay.filter(|words| !words.docs.is_empty()) {
        lines.extend([String::new(), format!(" {}", words.docs)]);
    }
    if area.is_experimental() {
        let line = " Atlassian marks the area as experimental: it may change without notice. Its feature is off by default.";
        lines.extend([String::new(), line.to_owned()]);
    }
    lines.extend(reference);
    if let Some(words) = area.overlay.filter(|words| !words.example.is_empty()) {
        lines.extend(
            ["", " ```no_run", " # async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {"]
                .map(str::to_owned),
        );
        lines.extend(words.example.trim_end().lines().map(|line| format!(" {line}")));
        lines.extend([" # Ok(())", " # }", " ```"].map(str::to_owned));
    }
    lines
}

/// A title before a colon and a sentence after it.
fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    match (characters.next(), characters.clone().next()) {
        // A word in capitals stays as it is.
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(characters).collect(),
        _ => sentence.to_owned(),
    }
}

/// The lines on the function that begins a call.
pub fn operation(operation: &OperationModel) -> Vec<String> {
    let mut lines = vec![format!(" {}", operation.summary)];
    let mut paragraph = |text: String| lines.extend([String::new(), text]);
    if !operation.description.is_empty() {
        paragraph(format!(" {}", operation.description));
    }
    let arguments: Vec<String> =
        operation.required_params().map(|parameter| format!(" - `{}`: {}", parameter.rust_name, parameter.docs)).collect();
    if !arguments.is_empty() {
        paragraph(arguments.join("\n"));
    }
    paragraph(format!(" {}", markdown_code(&operation.label())));
    paragraph(if operation.scopes.is_empty() {
        " Takes an API token only: OAuth 2.0 (3LO) tokens cannot call it.".to_owned()
    } else {
        let scopes: Vec<String> = operation.scopes.iter().map(|scope| markdown_code(scope)).collect();
        format!(" OAuth 2.0 scopes: {}.", scopes.join(", "))
    });
    if operation.status_operation.is_some() {
        paragraph(
            " Asynchronous: the response is a receipt, and the receipt's `wait` polls the write until it ends.".to_owned(),
        );
    }
    if operation.experimental {
        paragraph(" Atlassian marks it as experimental: it may change without notice.".to_owned());
    }
    if !operation.in_overlay {
        paragraph(" New in the document: its name is derived and will change.".to_owned());
    }
    // A line of documentation is one attribute.
    lines.iter().flat_map(|line| line.split('\n')).map(str::to_owned).collect()
}

/// What `send` returns, in a line.
pub fn send(operation: &OperationModel) -> String {
    let body = if operation.body == RequestBody::None { "" } else { " with its body" };
    let response = match &operation.response {
        ResponseBody::Empty => ". The response has no content",
        ResponseBody::Json(_) => " and decodes the response",
        ResponseBody::Text(_) => " and returns the response as a string",
        ResponseBody::Bytes => " and returns the bytes of the response",
    };
    format!(" Sends the request{body}{response}.")
}

/// Columns of a line with docs or comments.
pub const WIDTH: usize = 100;

/// Wraps Markdown at a width. Paragraphs and items of lists are filled anew; everything else stays
/// as it is.
pub fn wrap<'a>(lines: impl IntoIterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut wrapping = Wrapping { width, out: Vec::new(), block: None, in_list: false };
    let mut fence: Option<&str> = None;
    for line in lines {
        let text = line.trim_start();
        if let Some(mark) = fence {
            fence = (!text.starts_with(mark)).then_some(mark);
            wrapping.keep(line);
        } else if let Some(mark) = opens_fence(text) {
            fence = Some(mark);
            wrapping.keep(line);
        } else {
            wrapping.read(line);
        }
    }
    wrapping.flush();
    wrapping.out
}

/// The mark of a line that begins a block of code. A line that begins with code of many backticks
/// is none: it has backticks after the mark.
fn opens_fence(text: &str) -> Option<&'static str> {
    let mark = ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark))?;
    (mark == "~~~" || !text.trim_start_matches('`').contains('`')).then_some(mark)
}

struct Wrapping {
    width: usize,
    out: Vec<String>,
    /// The paragraph or item that is read.
    block: Option<Block>,
    in_list: bool,
}

struct Block {
    text: String,
    /// Spaces before the first line, and before the others.
    indents: [usize; 2],
}

impl Wrapping {
    fn read(&mut self, line: &str) {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        let marker = list_marker(text).filter(|(_, interrupts)| *interrupts || self.block.is_none() || self.in_list);
        let is_code = indent >= 4 && self.block.is_none() && !self.in_list;
        if text.is_empty() || is_code || is_kept(text) {
            self.keep(line.trim_end());
            return;
        }
        if let Some((length, _)) = marker {
            self.flush();
            self.in_list = true;
            self.block = Some(Block { text: text.to_owned(), indents: [indent, indent + length] });
        } else if let Some(block) = &mut self.block {
            block.text.push(' ');
            block.text.push_str(text);
        } else {
            self.in_list &= indent > 0;
            self.block = Some(Block { text: text.to_owned(), indents: [indent; 2] });
        }
        // A line that is broken on purpose.
        if line.ends_with("  ") || line.ends_with('\\') {
            self.flush();
            if line.ends_with("  ") {
                self.out.last_mut().into_iter().for_each(|last| last.push_str("  "));
            }
        }
    }

    fn keep(&mut self, line: &str) {
        self.flush();
        self.out.push(line.to_owned());
    }

    fn flush(&mut self) {
        let Some(Block { text, indents: [first, rest] }) = self.block.take() else { return };
        let mut line = " ".repeat(first);
        let mut length = 0;
        for piece in pieces(&text) {
            let piece_length = piece.chars().count();
            if length > 0 && length + 1 + piece_length > self.width {
                self.out.push(std::mem::replace(&mut line, " ".repeat(rest)));
                length = 0;
            }
            if length == 0 {
                length = line.len();
            } else {
                line.push(' ');
                length += 1;
            }
            line.push_str(piece);
            length += piece_length;
        }
        self.out.push(line);
    }
}

/// Headings, quotes, tables, rules and definitions of links.
fn is_kept(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'#' | b'>' | b'|') => true,
        Some(b'[') => text.split_once("]:").is_some_and(|(label, _)| !label.contains(']')),
        Some(mark @ (b'-' | b'=' | b'*' | b'_')) => {
            text.len() >= 3 && text.bytes().all(|byte| byte == *mark || byte == b' ')
        }
        _ => false,
    }
}

/// The length of the marker of an item of a list, and whether such an item may interrupt a
/// paragraph.
fn list_marker(text: &str) -> Option<(usize, bool)> {
    if ["- ", "* ", "+ "].iter().any(|marker| text.starts_with(marker)) {
        return Some((2, true));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    let is_item = (1..=9).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") "));
    is_item.then(|| (digits + 2, &text[..digits] == "1"))
}

/// The parts of a text that stay on one line: words and code in backticks. A word that means
/// something else at the beginning of a line is in one part with the word before it.
fn pieces(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while at <= bytes.len() {
        match bytes.get(at) {
            Some(b'`') => at = end_of_code(bytes, at),
            Some(b' ') | None => {
                let glued = ranges.last_mut().filter(|_| begins_block(&text[begin..at]));
                match glued {
                    _ if begin == at => {}
                    Some(last) => last.1 = at,
                    None => ranges.push((begin, at)),
                }
                at += 1;
                begin = at;
            }
            Some(_) => at += 1,
        }
    }
    ranges.into_iter().map(|(begin, end)| &text[begin..end]).collect()
}

/// The end of the code that begins with the backticks at a place; that of the backticks, where no
/// code begins with them.
fn end_of_code(bytes: &[u8], begin: usize) -> usize {
    let run = |at: usize| bytes[at..].iter().take_while(|byte| **byte == b'`').count();
    let opening = run(begin);
    let mut at = begin + opening;
    while at < bytes.len() {
        match run(at) {
            0 => at += 1,
            closing if closing == opening => return at + closing,
            closing => at += closing,
        }
    }
    begin + opening
}

/// Whether a word at the beginning of a line begins something other than a line of a paragraph.
fn begins_block(word: &str) -> bool {
    // Most words do not, and are told by their first letter.
    if word.starts_with(|first: char| first.is_alphabetic()) {
        return false;
    }
    let number = word.strip_suffix(['.', ')']).unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_mark = ["-", "+", "*", "=", "_", "#"].iter().any(|mark| word.replace(mark, "").is_empty());
    is_number || is_mark || word.starts_with(['>', '|']) || word.starts_with("```") || word.starts_with("~~~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_goes_on_after_a_colon() {
        assert_eq!(lower_first("Whom a team notifies."), "whom a team notifies.");
        assert_eq!(lower_first("JEC channels."), "JEC channels.");
    }

    #[test]
    fn paragraphs_and_lists_wrap() {
        let docs = "One two three four.\nFive.\n\n- six seven eight nine\n  ten\n1. eleven twelve thirteen";
        let wrapped = [
            "One two three",
            "four. Five.",
            "",
            "- six seven",
            "  eight nine",
            "  ten",
            "1. eleven",
            "   twelve",
            "   thirteen",
        ];
        assert_eq!(wrap(docs.lines(), 13), wrapped);
        assert_eq!(wrap(wrapped, 13), wrapped);
    }

    #[test]
    fn code_tables_headings_and_links_stay() {
        let kept = [
            "# A long heading",
            "",
            "| a | table |",
            "|---|-------|",
            "",
            "```text",
            "  some long code",
            "- no list",
            "```",
            "",
            "    indented code stays",
            "",
            "[link]: https://example.com",
        ];
        assert_eq!(wrap(kept, 10), kept);
        assert_eq!(wrap(["see `a b c` and ``d ` e f``."], 8), ["see", "`a b c`", "and", "``d ` e f``."]);
        assert_eq!(wrap(["an unclosed ` mark"], 8), ["an", "unclosed", "` mark"]);
    }

    #[test]
    fn code_of_many_backticks_begins_no_block() {
        assert_eq!(wrap(["``` ` and `` ```", "is a value"], 30), ["``` ` and `` ``` is a value"]);
    }

    #[test]
    fn no_line_begins_with_a_marker_by_accident() {
        assert_eq!(wrap(["at most 12 - or", "2. so # it is"], 11), ["at most", "12 - or 2.", "so # it is"]);
    }
}
