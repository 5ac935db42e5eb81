//! Names and values that are made to mislead: what does not print is rejected with its place, and
//! what prints is escaped wherever it would mean something.

use serde_json::{Value, json};

use super::rejects;
use crate::support::{
    cli,
    directory::{Crate, Files, files},
    document::{TempFile, at, changed, remove},
};

const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts/get";

/// A line break and a fence, which made a doctest; what rustc rejects; what a terminal acts on; a
/// terminator of lines; a character without width.
const HIDDEN: [(&str, &str); 7] = [
    ("a\n```\nstd::process::exit(1);\n```\nb", "U+000A"),
    ("a\rb", "U+000D"),
    ("a\u{202e}b", "U+202E"),
    ("a\u{1b}[2Jb", "U+001B"),
    ("a\0b", "U+0000"),
    ("a\u{2028}b", "U+2028"),
    ("a\u{200b}b", "U+200B"),
];

/// Nothing of a complaint moves the cursor or turns the direction of a terminal.
#[track_caller]
fn prints(text: &str) {
    let hidden = |one: &char| (one.is_control() && *one != '\n') || ('\u{2000}'..='\u{206f}').contains(one) && *one != '…';
    assert_eq!(text.chars().find(hidden), None, "{text}");
}

fn rename(root: &mut Value, pointer: &str, from: &str, to: &str) {
    let value = remove(root, pointer, from);
    at(root, pointer)[to] = value;
}

#[test]
fn a_value_of_an_enum_prints() {
    for (value, code_point) in HIDDEN {
        let document = changed(|root| {
            at(root, "/components/schemas/AlertNote/properties")["x"] = json!({"type": "string", "enum": ["ok", value]});
        });
        let place = "#/components/schemas/AlertNote/properties/x/enum/1: the value `a";
        prints(&rejects(document, &["1 problem\n", place, code_point, "which does not print"]));
    }
}

/// Every kind of name and value, each with the place of the complaint.
#[test]
fn every_name_and_value_prints() {
    const NAME: &str = "a\u{202e}b";
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 12] = [
        ("/paths/~1a\\u{202e}b", |root| {
            rename(root, "/paths", "/api/{cloudId}/v1/alerts", "/a\u{202e}b");
        }),
        ("/parameters/0/name", |root| {
            at(root, &format!("{ALERTS}/parameters"))[0]["name"] = NAME.into();
        }),
        ("/components/schemas/AlertNote/properties/a\\u{202e}b", |root| {
            at(root, "/components/schemas/AlertNote/properties")[NAME] = json!({"type": "string"});
        }),
        ("/components/schemas/a\\u{202e}b", |root| {
            at(root, "/components/schemas")[NAME] = json!({"type": "string"});
        }),
        ("/components/schemas/AlertNote/properties/x/default", |root| {
            at(root, "/components/schemas/AlertNote/properties")["x"] = json!({"type": "string", "default": NAME});
        }),
        ("/components/schemas/AlertNote/properties/x/format", |root| {
            at(root, "/components/schemas/AlertNote/properties")["x"] = json!({"type": "string", "format": NAME});
        }),
        ("/tags/0", |root| at(root, ALERTS)["tags"] = json!([NAME])),
        ("/info/title", |root| at(root, "/info")["title"] = NAME.into()),
        ("/security/0/o/0", |root| at(root, ALERTS)["security"] = json!([{"o": [NAME]}])),
        ("/servers/0/url", |root| at(root, "")["servers"] = json!([{"url": NAME}])),
        ("/responses/200/content/a\\u{202e}b", |root| {
            at(root, &format!("{ALERTS}/responses/200/content"))[NAME] = json!({});
        }),
        ("/operationId", |root| at(root, ALERTS)["operationId"] = NAME.into()),
    ];
    for (place, change) in cases {
        prints(&rejects(changed(change), &[place, "`", "\\u{202e}b` has the character U+202E, which does not print"]));
    }
}

/// The lines of docs outside code, and how many examples there are.
fn docs(code: &str) -> (Vec<&str>, usize) {
    let (mut lines, mut examples, mut in_code) = (Vec::new(), 0, false);
    for line in code.lines().map(str::trim_start) {
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(str::trim_start) else { continue };
        match doc {
            "```no_run" if !in_code => (examples, in_code) = (examples + 1, true),
            "```" if in_code => in_code = false,
            _ if !in_code => lines.push(doc),
            _ => {}
        }
    }
    assert!(!in_code, "an example does not end");
    (lines, examples)
}

fn sources(files: &Files) -> Vec<(&str, &str)> {
    let sources = files.iter().filter(|(name, _)| name.ends_with(".rs"));
    sources.map(|(name, code)| (name.as_str(), std::str::from_utf8(code).expect("code is text"))).collect()
}

#[test]
fn what_prints_is_escaped_in_code_and_docs() {
    let values = [
        "`",
        "``",
        "```",
        "```rust",
        "~~~",
        "` and ``",
        "*/",
        "/*",
        "//!",
        "\"",
        "'",
        "\\",
        "\\n",
        "{}",
        "#",
        "</script>",
        "r#\"\"#",
    ];
    let document = changed(|root| {
        let properties = at(root, "/components/schemas/AlertNote/properties");
        for (number, value) in values.into_iter().enumerate() {
            let letter = char::from(b'a' + u8::try_from(number).expect("a small number"));
            properties[format!("odd{letter}{value}")] = json!({"type": "string", "enum": [value, "other"]});
        }
        at(root, ALERTS)["tags"] = json!(["```rust */ \" \\"]);
    });
    let spec = TempFile::new("document.json", &document);
    let generated = Crate::new();
    let plain: usize = sources(&files(generated.path())).iter().map(|(_, code)| docs(code).1).sum();
    cli::regen(spec.path(), generated.path()).succeeded();
    let files = files(generated.path());
    let mut examples = 0;
    let mut literals = String::new();
    for (name, code) in sources(&files) {
        let file = syn::parse_file(code).unwrap_or_else(|error| panic!("{name}: {error}"));
        literals.push_str(&quote::quote!(#file).to_string());
        let hidden = code.chars().find(|one| one.is_control() && *one != '\n');
        assert_eq!(hidden, None, "{name}");
        let (lines, found) = docs(code);
        examples += found;
        for line in lines {
            let is_fence =
                line.starts_with("~~~") || (line.starts_with("```") && !line.trim_start_matches('`').contains('`'));
            assert!(!is_fence, "{name}: {line}");
        }
    }
    assert_eq!(examples, plain, "the examples are those of the overlay");
    for value in values {
        let literal = format!("{value:?}");
        assert!(literals.contains(&literal), "{literal} is a value");
    }
}
