//! Lines and columns of the nodes of a JSON or YAML file, by JSON pointers (RFC 6901).
//!
//! The values that the stages work on have no positions. Where a message needs one, the file is
//! read once more, with a parser that has them. JSON is read as YAML, which contains it.

use std::{borrow::Cow, collections::HashMap};

use saphyr_parser::{Event, Marker, Parser};

use super::{child, tokens, yaml::MAX_DEPTH};

/// The place of a node; of its key, where it is a member of an object. Both count from 1, the
/// column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        Self { line: marker.line(), column: marker.col() + 1 }
    }
}

/// The index of a node in [`Lines`].
type NodeId = usize;

/// The root of a file.
const ROOT: NodeId = 0;

/// The positions of all nodes of a file. Of a file that is invalid, those before the error.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    positions: Vec<Position>,
    /// Members and elements by their parents and tokens.
    children: HashMap<(NodeId, String), NodeId>,
    /// What the nodes that are aliases stand for.
    aliases: HashMap<NodeId, NodeId>,
}

impl Lines {
    /// Reads a file.
    pub fn new(text: &str) -> Self {
        let text = without_surrogates(text.trim_start_matches('\u{feff}'));
        let mut reader = Reader::default();
        for event in Parser::new_from_str(&text) {
            let Ok((event, span)) = event else { break };
            if !reader.read(event, span.start.into()) {
                break;
            }
        }
        reader.lines
    }

    /// The place of a node.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        let (found, position) = self.descend(pointer)?;
        (found == pointer).then_some(position)
    }

    /// The pointer and the place of a node; where the file does not have it, those of the nearest
    /// node above it. An empty file has no place.
    pub fn nearest(&self, pointer: &str) -> (String, Option<Position>) {
        self.descend(pointer).map_or_else(Default::default, |(found, position)| (found, Some(position)))
    }

    /// Follows a pointer as far as the file has it. `None` where the file has no node.
    fn descend(&self, pointer: &str) -> Option<(String, Position)> {
        let mut position = *self.positions.first()?;
        let (mut node, mut found) = (ROOT, String::new());
        for token in tokens(pointer) {
            let target = self.aliases.get(&node).copied().unwrap_or(node);
            let Some(next) = self.children.get(&(target, token.clone())) else { break };
            node = *next;
            position = *self.positions.get(node)?;
            found = child(&found, &token);
        }
        Some((found, position))
    }
}

/// JSON writes characters outside the basic plane as two escapes, which YAML does not take. The
/// text with others of the same length in their place.
fn without_surrogates(text: &str) -> Cow<'_, str> {
    if !text.starts_with(['{', '[']) || !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let is_surrogate = escape.get(..4).is_some_and(|begin| {
            let begin = begin.to_ascii_lowercase();
            ["\\ud8", "\\ud9", "\\uda", "\\udb", "\\udc", "\\udd", "\\ude", "\\udf"].contains(&begin.as_str())
        });
        if is_surrogate {
            out.push_str("\\u00");
            rest = &escape[4..];
        } else {
            // The escaped character, which may be another backslash.
            let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
            out.push_str(&escape[..length]);
            rest = &escape[length..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A map or list that is read.
enum Open {
    Map {
        node: NodeId,
        /// The key whose value comes next, with its place.
        key: Option<(String, Position)>,
    },
    List {
        node: NodeId,
        length: usize,
    },
    /// A key that is no string, or what is below it.
    Skipped,
}

#[derive(Default)]
struct Reader {
    lines: Lines,
    open: Vec<Open>,
    /// Nodes by their anchors.
    anchors: HashMap<usize, NodeId>,
    /// The strings of anchors, which an alias may use as a key.
    strings: HashMap<usize, String>,
}

impl Reader {
    /// Reads an event; returns whether more is needed.
    fn read(&mut self, event: Event<'_>, at: Position) -> bool {
        match event {
            Event::SequenceStart(anchor, _) => {
                let open = self.begin(anchor, at).map_or(Open::Skipped, |node| Open::List { node, length: 0 });
                self.open.push(open);
            }
            Event::MappingStart(anchor, _) => {
                let open = self.begin(anchor, at).map_or(Open::Skipped, |node| Open::Map { node, key: None });
                self.open.push(open);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            Event::Scalar(text, _, anchor, _) => {
                self.scalar(&text, anchor, at);
            }
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::DocumentEnd => return false,
            Event::DocumentStart(_) | Event::StreamStart | Event::StreamEnd | Event::Nothing => {}
        }
        self.open.len() <= MAX_DEPTH
    }

    fn scalar(&mut self, text: &str, anchor: usize, at: Position) {
        if anchor > 0 {
            self.strings.insert(anchor, text.to_owned());
        }
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            *key = Some((text.to_owned(), at));
        } else {
            self.begin(anchor, at);
        }
    }

    fn alias(&mut self, anchor: usize, at: Position) {
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            let text = self.strings.get(&anchor).cloned().unwrap_or_default();
            *key = Some((text, at));
        } else if let (Some(node), Some(target)) = (self.begin(0, at), self.anchors.get(&anchor)) {
            // The target may be an alias too only through its members.
            self.lines.aliases.insert(node, *target);
        }
    }

    /// Adds a node; `None` for a key that is no string, and below one.
    fn begin(&mut self, anchor: usize, at: Position) -> Option<NodeId> {
        let node = self.lines.positions.len();
        let position = match self.open.last_mut() {
            None => at,
            Some(Open::Map { node: parent, key }) => {
                let Some((token, position)) = key.take() else {
                    // Its value is passed over with it.
                    *key = Some((String::new(), at));
                    return None;
                };
                self.lines.children.entry((*parent, token)).or_insert(node);
                position
            }
            Some(Open::List { node: parent, length }) => {
                self.lines.children.insert((*parent, length.to_string()), node);
                *length += 1;
                at
            }
            Some(Open::Skipped) => return None,
        };
        self.lines.positions.push(position);
        if anchor > 0 {
            self.anchors.insert(anchor, node);
        }
        Some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(text: &str, pointer: &str, line: usize, column: usize) {
        assert_eq!(Lines::new(text).position(pointer), Some(Position { line, column }), "{pointer}");
    }

    const YAML: &str = "\u{feff}# a comment
openapi: 3.0.1
paths:
  /v1/a~b:
    get: {tags: [x, 'y'], responses: {200: {}}}
  \"quoted\\nkey\":
    - one
    -   two: |
          block
          /v1/a~b: no key
        three: 3
";

    #[test]
    fn yaml_members_have_the_places_of_their_keys() {
        at(YAML, "", 2, 1);
        at(YAML, "/openapi", 2, 1);
        at(YAML, "/paths", 3, 1);
        at(YAML, "/paths/~1v1~1a~0b", 4, 3);
        at(YAML, "/paths/~1v1~1a~0b/get", 5, 5);
        at(YAML, "/paths/~1v1~1a~0b/get/tags/1", 5, 21);
        at(YAML, "/paths/~1v1~1a~0b/get/responses/200", 5, 39);
        at(YAML, "/paths/quoted\nkey", 6, 3);
        at(YAML, "/paths/quoted\nkey/1", 8, 9);
        at(YAML, "/paths/quoted\nkey/1/two", 8, 9);
        at(YAML, "/paths/quoted\nkey/1/three", 11, 9);
        assert_eq!(Lines::new(YAML).position("/paths/~1v1~1a~0b/put"), None);
    }

    const JSON: &str = r#"{
	"openapi": "3.0.1",
	"paths": {
		"/v1\/a~b": { "get": { "tags": ["x", "\ud83d\ude00"] },
			"put": {} },
		"": { "": [
			{ "\u0061": null }
		] }
	},
	"\\ud83d": true
}
"#;

    #[test]
    fn json_members_have_the_places_of_their_keys() {
        at(JSON, "", 1, 1);
        at(JSON, "/openapi", 2, 2);
        at(JSON, "/paths/~1v1~1a~0b", 4, 3);
        at(JSON, "/paths/~1v1~1a~0b/get/tags/1", 4, 40);
        at(JSON, "/paths/~1v1~1a~0b/put", 5, 4);
        at(JSON, "/paths/", 6, 3);
        at(JSON, "/paths//", 6, 9);
        at(JSON, "/paths///0/a", 7, 6);
        at(JSON, "/\\ud83d", 10, 2);
    }

    #[test]
    fn one_line_of_json_has_columns() {
        let text = r#"{"a":{"b":[1,{"c":2}]}}"#;
        at(text, "/a", 1, 2);
        at(text, "/a/b", 1, 7);
        at(text, "/a/b/1/c", 1, 15);
    }

    #[test]
    fn the_nearest_node_above_is_found() {
        let lines = Lines::new(YAML);
        let nearest = |pointer: &str| {
            let (found, position) = lines.nearest(pointer);
            (found, position.map(|position| (position.line, position.column)))
        };
        assert_eq!(nearest("/paths/~1v1~1a~0b/put/x"), ("/paths/~1v1~1a~0b".to_owned(), Some((4, 3))));
        assert_eq!(nearest("/paths/~1v1~1a~0b/get"), ("/paths/~1v1~1a~0b/get".to_owned(), Some((5, 5))));
        assert_eq!(nearest("/nothing"), (String::new(), Some((2, 1))));
        assert_eq!(Lines::new("").nearest("/a"), (String::new(), None));
        assert_eq!(Lines::new("").position(""), None);
    }

    #[test]
    fn below_an_alias_are_the_places_of_what_it_stands_for() {
        let text = "a: &a\n  b: 1\nc: *a\nd: &k key\n*k : 2\n[x, y]: {z: 1}\ne: 3\n";
        at(text, "/c", 3, 1);
        at(text, "/c/b", 2, 3);
        at(text, "/key", 5, 1);
        at(text, "/e", 7, 1);
        assert_eq!(Lines::new(text).position("/z"), None);
    }

    #[test]
    fn an_invalid_file_has_places_up_to_the_error() {
        let line = |text: &str, pointer: &str| Lines::new(text).position(pointer).map(|position| position.line);
        let text = "{\"a\": 1,\n\"b\": 2,\n\"c\": ]";
        assert_eq!((line(text, "/b"), line(text, "/d")), (Some(2), None));
        let deep = format!("\na: 1\nb: {}", "[".repeat(100_000));
        assert_eq!(line(&deep, "/a"), Some(2));
    }
}
