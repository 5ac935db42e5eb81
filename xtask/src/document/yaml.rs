//! Reads YAML into a JSON value, within bounds.
//!
//! The parser behind `serde_yaml` takes time that grows with the square of the depth, and says
//! nothing of lines for some errors. So another parser goes over the events first, and stops at
//! the first one that no document needs.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use serde_json::Value;

use super::strict::Strict;

/// How deep maps and lists may be nested. JSON has the same bound.
pub const MAX_DEPTH: usize = 127;

/// How many nodes a text with aliases may stand for. The published document has about 50,000.
pub const MAX_NODES: usize = 1_000_000;

/// Why a text is not read as YAML.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum YamlError {
    /// Deeper than [`MAX_DEPTH`].
    #[error("recursion limit exceeded: nested more than {MAX_DEPTH} levels deep at line {0}")]
    TooDeep(usize),
    /// More than [`MAX_NODES`], because of aliases.
    #[error("the aliases stand for more than {MAX_NODES} nodes at line {0}; write them out")]
    TooManyNodes(usize),
    /// An alias within the node that it stands for.
    #[error("the alias at line {0} stands within the node that it stands for")]
    EndlessAlias(usize),
    /// A key that occurs twice in one map. Most parsers keep the last one.
    #[error("the key `{key}` occurs twice in one object: at line {line}")]
    RepeatedKey {
        /// The key.
        key: String,
        /// The line of the second one.
        line: usize,
    },
    /// A key that is null, a map or a list.
    #[error("a key must be a string: at line {0}")]
    Key(usize),
    /// A merge key, which YAML 1.2 does not have.
    #[error("merge keys are not supported: `<<` at line {0}; write its members out")]
    MergeKey(usize),
    /// A second document in the text.
    #[error("a second document begins at line {0}; only one is supported")]
    SecondDocument(usize),
    /// A tag outside the core schema.
    #[error("tags are not supported: `{tag}` at line {line}")]
    Tag {
        /// The tag as it is written.
        tag: String,
        /// Its line.
        line: usize,
    },
    /// Not YAML.
    #[error("{reason} at line {line} column {column}")]
    Syntax {
        /// What the parser expects.
        reason: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// YAML that is not a JSON value; the reason has line and column.
    #[error("{0}")]
    Value(String),
}

/// Reads YAML into a JSON value. Keys that YAML reads as numbers or booleans (`200:`) become the
/// strings that JSON would have.
///
/// # Errors
/// Invalid YAML, YAML beyond the bounds, and values that JSON cannot express. The message has the
/// line.
pub fn read(text: &str) -> Result<Value, YamlError> {
    let text = text.trim_start_matches('\u{feff}');
    check(text)?;
    serde_yaml::from_str(text).map(|Strict(value)| value).map_err(|error| YamlError::Value(error.to_string()))
}

/// The size of a node with everything that its aliases stand for.
#[derive(Debug, Clone, Copy)]
struct Size {
    nodes: usize,
    depth: usize,
}

/// A map or list that is read.
struct Open {
    anchor: usize,
    size: Size,
    /// Whether the next node is a key; `None` in a list.
    expects_key: Option<bool>,
    /// The keys of a map.
    keys: BTreeSet<String>,
}

fn check(text: &str) -> Result<(), YamlError> {
    let mut bounds = Bounds::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| syntax(&error))?;
        bounds.read(event, span.start.line())?;
    }
    Ok(())
}

/// The parser has a bound of its own, which lists and maps on one line reach before their events
/// are there.
fn syntax(error: &ScanError) -> YamlError {
    let (line, column) = (error.marker().line(), error.marker().col() + 1);
    match error.info() {
        "recursion limit exceeded" => YamlError::TooDeep(line),
        reason => YamlError::Syntax { reason: reason.to_owned(), line, column },
    }
}

#[derive(Default)]
struct Bounds {
    documents: usize,
    open: Vec<Open>,
    /// The nodes with an anchor that have ended. Inside itself a node has no alias.
    anchors: BTreeMap<usize, Size>,
}

impl Bounds {
    fn read(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        let leaf = Size { nodes: 1, depth: 0 };
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { Err(YamlError::SecondDocument(line)) } else { Ok(()) }
            }
            Event::SequenceStart(anchor, tag) => self.begin(anchor, tag.as_deref(), None, line),
            Event::MappingStart(anchor, tag) => self.begin(anchor, tag.as_deref(), Some(true), line),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(ended) => self.end(ended.anchor, ended.size, line),
                None => Ok(()),
            },
            Event::Scalar(text, style, anchor, tag) => {
                check_tag(tag.as_deref(), line)?;
                self.key(&text, style, line)?;
                self.end(anchor, leaf, line)
            }
            Event::Alias(anchor) => {
                let size = *self.anchors.get(&anchor).ok_or(YamlError::EndlessAlias(line))?;
                self.end(0, size, line)
            }
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, tag: Option<&Tag>, expects_key: Option<bool>, line: usize) -> Result<(), YamlError> {
        check_tag(tag, line)?;
        if self.expects_key() {
            return Err(YamlError::Key(line));
        }
        self.open.push(Open { anchor, size: Size { nodes: 1, depth: 1 }, expects_key, keys: BTreeSet::new() });
        if self.open.len() > MAX_DEPTH { Err(YamlError::TooDeep(line)) } else { Ok(()) }
    }

    /// Whether a key comes next.
    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|parent| parent.expects_key == Some(true))
    }

    /// Checks a scalar that may be a key.
    fn key(&mut self, text: &str, style: ScalarStyle, line: usize) -> Result<(), YamlError> {
        let Some(parent) = self.open.last_mut().filter(|parent| parent.expects_key == Some(true)) else { return Ok(()) };
        match text {
            "<<" if style == ScalarStyle::Plain => Err(YamlError::MergeKey(line)),
            "" | "~" | "null" | "Null" | "NULL" if style == ScalarStyle::Plain => Err(YamlError::Key(line)),
            _ if !parent.keys.insert(text.to_owned()) => Err(YamlError::RepeatedKey { key: text.to_owned(), line }),
            _ => Ok(()),
        }
    }

    /// Adds a node to the map or list around it.
    fn end(&mut self, anchor: usize, size: Size, line: usize) -> Result<(), YamlError> {
        if anchor > 0 {
            self.anchors.insert(anchor, size);
        }
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(YamlError::TooDeep(line));
        }
        let Some(parent) = self.open.last_mut() else { return Ok(()) };
        parent.expects_key = parent.expects_key.map(|expects_key| !expects_key);
        parent.size.nodes = parent.size.nodes.saturating_add(size.nodes);
        parent.size.depth = parent.size.depth.max(size.depth + 1);
        if parent.size.nodes > MAX_NODES { Err(YamlError::TooManyNodes(line)) } else { Ok(()) }
    }
}

/// Whether a node has no tag, or one of the core schema.
fn check_tag(tag: Option<&Tag>, line: usize) -> Result<(), YamlError> {
    const CORE: [&str; 7] = ["str", "int", "float", "bool", "null", "map", "seq"];
    let Some(tag) = tag else { return Ok(()) };
    let core = tag.is_yaml_core_schema();
    if core && CORE.contains(&tag.suffix.as_str()) {
        return Ok(());
    }
    let handle = if core { "!!" } else { tag.handle.as_str() };
    Err(YamlError::Tag { tag: format!("{handle}{}", tag.suffix), line })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(text: &str) -> String {
        read(text).expect_err("rejected").to_string()
    }

    #[test]
    fn the_depth_is_bounded_and_every_value_within_is_read() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(read(&nested(MAX_DEPTH + 1)), Err(YamlError::TooDeep(1)));
        // In blocks, in maps, and behind an alias.
        assert_eq!(read(&"- ".repeat(200_000)), Err(YamlError::TooDeep(1)));
        assert_eq!(read(&"[".repeat(200_000)), Err(YamlError::TooDeep(1)));
        assert_eq!(read(&format!("a:\n  {}", "{b: ".repeat(200_000))), Err(YamlError::TooDeep(2)));
        let blocks: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(read(&blocks), Err(YamlError::TooDeep(MAX_DEPTH + 1)));
        let half = nested(MAX_DEPTH / 2 + 1);
        let alias = format!("a: &a {half}\nb: {}*a{}", "[".repeat(MAX_DEPTH / 2), "]".repeat(MAX_DEPTH / 2));
        assert_eq!(read(&alias), Err(YamlError::TooDeep(2)));
    }

    #[test]
    fn aliases_stand_for_a_bounded_number_of_nodes() {
        assert_eq!(read("a: &a [1, 2]\nb: *a").expect("a value"), serde_json::json!({"a": [1, 2], "b": [1, 2]}));
        let mut laughs = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
        for level in 1..30 {
            let before = vec![format!("*a{}", level - 1); 10].join(",");
            laughs.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert_eq!(read(&laughs), Err(YamlError::TooManyNodes(6)));
        assert_eq!(read("a: &a [*a]"), Err(YamlError::EndlessAlias(1)));
        assert!(rejected("a: *nothing").contains("line 1"), "{}", rejected("a: *nothing"));
    }

    #[test]
    fn what_json_cannot_say_is_rejected_with_its_line() {
        assert_eq!(read("a: 1\n<<: {b: 1}"), Err(YamlError::MergeKey(2)));
        assert_eq!(read("\"<<\": 1").expect("a value"), serde_json::json!({"<<": 1}));
        assert_eq!(read("a: 1\n---\nb: 1"), Err(YamlError::SecondDocument(2)));
        assert_eq!(read("a: 1\nb: !!binary aGk="), Err(YamlError::Tag { tag: "!!binary".to_owned(), line: 2 }));
        assert_eq!(read("a: !mine 1"), Err(YamlError::Tag { tag: "!mine".to_owned(), line: 1 }));
        assert_eq!(read("a: !!str 1").expect("a value"), serde_json::json!({"a": "1"}));
        for text in ["a: 1\nb: .nan", "a: 1\nb: .inf", "a: 1\na: 2", "a: 1\n[b]: 1", "a: 1\n~: 2", "a: 1\n{b: 1}: 2"] {
            assert!(rejected(text).contains("line 2"), "{text}: {}", rejected(text));
        }
        for text in ["b: 123456789012345678901234567890", "b: -123456789012345678901234567890", "a: [", "a: \"", "a: \0"] {
            assert!(rejected(text).contains(" at line "), "{text}: {}", rejected(text));
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read("\u{feff}a: 1").expect("a value"), serde_json::json!({"a": 1}));
    }
}
