//! Lays formatted code out for reading: blank lines between items, and docs that wrap.
//!
//! prettyplease writes neither. It puts every item at the indentation of its depth, which is how
//! this step finds them.

use std::ops::Range;

use crate::render::docs::{WIDTH, wrap};

/// The indentation of one level.
const INDENT: usize = 4;

/// How lines inside members begin.
const BODY: &str = "        ";

/// Separates the items of a file and of its `impl` blocks by blank lines, and wraps docs.
pub fn lay_out(code: &str) -> String {
    let lines: Vec<&str> = code.lines().collect();
    let mut out = String::with_capacity(code.len() + code.len() / 16);
    let mut items = Level::new(0);
    let mut members: Option<Level> = None;
    let mut open = None;
    let mut index = 0;
    while let Some(line) = lines.get(index).copied() {
        // Most lines are those of bodies. Searches for one character are fast without optimization
        // too.
        if line.starts_with(BODY) && open.is_none() && !line.contains('"') && !line.contains('/') {
            push(&mut out, line);
            index += 1;
            continue;
        }
        let starts_inside = open.is_some();
        if !is_comment(line) || starts_inside {
            open = open_string(line, open);
        }
        if starts_inside {
            push(&mut out, line);
            index += 1;
            continue;
        }
        let indent = indentation(line);
        let level = match &mut members {
            Some(members) if indent == members.indent => Some(members),
            _ if indent == 0 => Some(&mut items),
            _ => None,
        };
        let run = doc_run(&lines, index);
        if let Some(level) = level {
            if level.begins(&lines[index..]) {
                out.push('\n');
            }
            level.read(line, run.end - index);
        }
        if run.is_empty() {
            push(&mut out, line);
        } else {
            write_docs(&mut out, &lines[run.clone()], indent);
        }
        if indent == 0 {
            members = items.opens_members(line).then(|| Level::new(INDENT)).or(members).filter(|_| items.is_open);
        }
        index = run.end.max(index + 1);
    }
    out
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_comment(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with("//")
}

/// `///` or `//!`, where a line of docs begins with it.
fn doc_marker(line: &str) -> Option<&'static str> {
    let line = line.trim_start_matches(' ');
    ["///", "//!"].into_iter().find(|marker| line.starts_with(marker))
}

/// The lines of docs that belong together from a line on.
fn doc_run(lines: &[&str], begin: usize) -> Range<usize> {
    let marker = lines.get(begin).and_then(|line| doc_marker(line));
    let same = lines[begin..].iter().take_while(|line| marker.is_some() && doc_marker(line) == marker).count();
    begin..begin + same
}

fn write_docs(out: &mut String, lines: &[&str], indent: usize) {
    let margin = indent + "/// ".len();
    if let [line] = lines
        && line.len() <= WIDTH
    {
        return push(out, line);
    }
    let prefix = lines[0].get(..margin - 1).unwrap_or_default();
    let docs = lines.iter().map(|line| {
        let text = line.get(margin - 1..).unwrap_or_default();
        text.strip_prefix(' ').unwrap_or(text)
    });
    for line in wrap(docs, WIDTH - margin) {
        out.push_str(prefix);
        if !line.is_empty() {
            out.push(' ');
        }
        push(out, &line);
    }
}

/// The items at one indentation.
struct Level {
    indent: usize,
    /// The item before the one that is read.
    previous: Option<Head>,
    current: Head,
    /// Whether an item has begun and not ended.
    is_open: bool,
    /// Whether the lines of an attribute are being read.
    in_attribute: bool,
}

/// What decides whether two items stand without a blank line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Head {
    /// Items of one group stay together; `None` for an item that stands alone.
    group: Option<&'static str>,
    has_docs: bool,
}

impl Level {
    fn new(indent: usize) -> Self {
        Self { indent, previous: None, current: Head::default(), is_open: false, in_attribute: false }
    }

    /// Whether an item begins here that a blank line separates from the one before.
    fn begins(&mut self, lines: &[&str]) -> bool {
        // The end of a block that holds the items.
        if self.is_open || lines[0].trim_start().starts_with('}') {
            return false;
        }
        self.current = head(lines, self.indent);
        let (before, now) = (self.previous, self.current);
        before.is_some_and(|before| before.group.is_none() || before != now || now.has_docs)
    }

    /// Reads a line at the indentation of the items, or a run of docs.
    fn read(&mut self, line: &str, docs: usize) {
        let text = line.trim_start();
        self.is_open = true;
        let ends = if docs > 0 {
            text.starts_with("//!")
        } else if self.in_attribute || text.starts_with("#[") {
            self.in_attribute = !line.ends_with(']');
            false
        } else if text.starts_with("#![") {
            line.ends_with(']')
        } else {
            line.ends_with([';', '}']) || text.starts_with("//")
        };
        if ends {
            self.previous = Some(self.current);
            self.is_open = false;
        }
    }

    /// Whether a line opens a block of items.
    fn opens_members(&self, line: &str) -> bool {
        self.is_open && self.current.group == Some(MEMBERS) && line.ends_with('{')
    }
}

/// The group of items that hold items, which always stand alone.
const MEMBERS: &str = "impl";

/// Looks past docs and attributes.
fn head(lines: &[&str], indent: usize) -> Head {
    let mut has_docs = false;
    let mut in_attribute = false;
    for line in lines.iter().filter(|line| indentation(line) == indent) {
        let text = line.trim_start();
        if text.starts_with("///") {
            has_docs = true;
        } else if in_attribute || text.starts_with("#[") {
            in_attribute = !line.ends_with(']');
        } else {
            let group = group(text);
            // Docs before an item that holds others tell it from every other one.
            return Head { group, has_docs: has_docs || group == Some(MEMBERS) };
        }
    }
    Head::default()
}

fn group(text: &str) -> Option<&'static str> {
    let private = ["pub(crate) ", "pub "].into_iter().find_map(|visibility| text.strip_prefix(visibility));
    let item = private.unwrap_or(text);
    let path = item.strip_prefix("use ");
    if text.starts_with("//!") {
        Some("docs")
    } else if text.starts_with("#![") {
        Some("attribute")
    } else if let Some(path) = path {
        Some(match path.split("::").next() {
            _ if private.is_some() => "pub use",
            Some("std") => "use std",
            Some("crate" | "super" | "self") => "use crate",
            _ => "use",
        })
    } else if item.starts_with("mod ") && text.ends_with(';') {
        Some("mod")
    } else if ["impl ", "impl<", "trait ", "mod "].iter().any(|word| item.starts_with(word)) {
        Some(MEMBERS)
    } else {
        None
    }
}

/// A string literal that does not end on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Literal {
    Plain,
    /// With as many `#`.
    Raw(usize),
}

/// The string literal that is open at the end of a line.
fn open_string(line: &str, mut open: Option<Literal>) -> Option<Literal> {
    if !line.contains('"') {
        return open;
    }
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match (open, byte) {
            (None, b'"') => {
                let hashes = bytes[..at].iter().rev().take_while(|byte| **byte == b'#').count();
                let is_raw = at > hashes && bytes[at - hashes - 1] == b'r';
                open = Some(if is_raw { Literal::Raw(hashes) } else { Literal::Plain });
                1
            }
            (None, b'\'') if rest.starts_with(b"'\"'") => 3,
            (None, b'\'') if rest.starts_with(b"'\\\"'") => 4,
            (None, b'/') if rest.starts_with(b"//") => return None,
            (Some(Literal::Plain), b'\\') => 2,
            (Some(Literal::Plain), b'"') => {
                open = None;
                1
            }
            (Some(Literal::Raw(hashes)), b'"') if rest[1..].iter().take_while(|byte| **byte == b'#').count() >= hashes => {
                open = None;
                1 + hashes
            }
            _ => 1,
        };
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_methods_are_separated() {
        let code = "//! Docs.\nuse std::fmt;\nuse a::B;\nuse a::C;\nuse crate::D;\nmod e;\n#[cfg(x)]\nmod f;\n/// One;\n#[derive(Debug)]\nstruct G {\n    /// Two.\n    h: u8,\n    i: u8,\n}\nimpl J\nfor G {\n    type K = u8;\n    fn l() {\n        m();\n        n();\n    }\n    /// Three.\n    fn o() {}\n}\n";
        let expected = "//! Docs.\n\nuse std::fmt;\n\nuse a::B;\nuse a::C;\n\nuse crate::D;\n\nmod e;\n#[cfg(x)]\nmod f;\n\n/// One;\n#[derive(Debug)]\nstruct G {\n    /// Two.\n    h: u8,\n    i: u8,\n}\n\nimpl J\nfor G {\n    type K = u8;\n\n    fn l() {\n        m();\n        n();\n    }\n\n    /// Three.\n    fn o() {}\n}\n";
        assert_eq!(lay_out(code), expected);
        assert_eq!(lay_out(expected.replace("\n\n", "\n").as_str()), expected);
    }

    #[test]
    fn attributes_of_several_lines_belong_to_their_item() {
        let code = "#[cfg(\n    any(a, b)\n)]\nmod c;\nfn d(\n    e: u8,\n) -> u8 {\n    e\n}\nfn f() {}\n";
        let expected = "#[cfg(\n    any(a, b)\n)]\nmod c;\n\nfn d(\n    e: u8,\n) -> u8 {\n    e\n}\n\nfn f() {}\n";
        assert_eq!(lay_out(code), expected);
    }

    #[test]
    fn strings_of_several_lines_stay() {
        let text = "const A: &str = \"a\n}\nfn b() {}\n/// no docs\n\";\n";
        let raw = "const A: &str = r#\"a \"\n}\nfn b() {}\n\"#;\n";
        let quote = "const A: [char; 2] = ['\"', '\\\"'];\n";
        for code in [text, raw] {
            assert_eq!(lay_out(code), code);
        }
        assert_eq!(lay_out(&format!("{quote}fn b() {{}}\n")), format!("{quote}\nfn b() {{}}\n"));
    }

    #[test]
    fn docs_wrap_at_their_indentation() {
        let sentence = "words of docs ".repeat(20);
        let laid = lay_out(&format!("impl A {{\n    /// {}\n    fn b() {{}}\n}}\n", sentence.trim_end()));
        assert!(laid.lines().all(|line| line.len() <= WIDTH), "{laid}");
        assert!(laid.lines().filter(|line| line.starts_with("    /// ")).count() == 4, "{laid}");
    }
}
