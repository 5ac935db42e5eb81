//! Plain language: words that comments, messages and documents avoid, and the width of comments.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::workspace;

/// Most columns of a line of comment.
const COLUMNS: usize = 100;

/// A place in a file, and the line there.
struct Hit {
    file: PathBuf,
    line: usize,
    text: String,
}

/// The files under the rules: Rust, Markdown, and the overlay. What cargo, git and npm keep is left
/// out.
fn files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    walk(Path::new(""), &mut found);
    found.sort();
    found
}

fn walk(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(workspace().join(directory)).expect("the directory is readable") {
        let entry = entry.expect("the entry is readable");
        let path = directory.join(entry.file_name());
        let file_type = entry.file_type().expect("entries have a type");
        let name = entry.file_name().to_string_lossy().into_owned();
        if file_type.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
            walk(&path, found);
        } else if file_type.is_file() && is_checked(&path) {
            let text = fs::read_to_string(workspace().join(&path)).expect("the file is readable");
            found.push((path, text));
        }
    }
}

fn is_checked(path: &Path) -> bool {
    let overlay = ["spec/overlay", "spec/overlay.yaml"].iter().any(|overlay| path.starts_with(overlay));
    overlay || path.extension().is_some_and(|extension| extension == "rs" || extension == "md")
}

/// The hits in all files of a search that returns how often a line has what is searched for.
fn search(count: impl Fn(&Path, &str) -> usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (file, text) in files() {
        for (index, line) in text.lines().enumerate() {
            let hit = || Hit { file: file.clone(), line: index + 1, text: line.trim().chars().take(120).collect() };
            hits.extend((0..count(&file, line)).map(|_| hit()));
        }
    }
    hits
}

#[track_caller]
fn assert_at_most(most: usize, what: &str, hits: &[Hit]) {
    let list = hits.iter().map(|hit| format!("{}:{}: {}", hit.file.display(), hit.line, hit.text));
    let list: Vec<String> = list.collect();
    assert!(hits.len() <= most, "{what}: {} times, at most {most} are allowed\n{}", hits.len(), list.join("\n"));
}

/// How often a text stands in a line, in upper or lower case.
fn occurrences(line: &str, text: &str) -> usize {
    line.to_ascii_lowercase().matches(text).count()
}

/// How often a word begins in a line, alone or as a part of a name.
fn words_with_start(line: &str, start: &str) -> usize {
    let begins = |at: &usize| {
        !line[..*at].ends_with(|c: char| c.is_ascii_lowercase())
            || !line[*at..].starts_with(|c: char| c.is_ascii_lowercase())
    };
    line.to_ascii_lowercase().match_indices(start).map(|(at, _)| at).filter(begins).count()
}

/// How often a line denies a noun where a plain adjective would do.
fn negated_nouns(line: &str) -> usize {
    let (line, phrase) = (line.to_ascii_lowercase(), ["is", "no", ""].join(" "));
    line.match_indices(&phrase)
        .filter(|(at, _)| line[at + phrase.len()..].starts_with(|c: char| c.is_ascii_lowercase()))
        .count()
}

/// Whether a line is a comment beyond the width.
fn is_too_wide(file: &Path, line: &str) -> bool {
    let sign = if file.extension().is_some_and(|extension| extension == "yaml") { "#" } else { "//" };
    let has_comments = file.extension().is_some_and(|extension| extension == "rs" || extension == "yaml");
    has_comments && line.trim_start().starts_with(sign) && line.chars().count() > COLUMNS
}

#[test]
fn no_text_speaks_of_unknown_persons() {
    let words = [["no", "body"], ["who", "ever"], ["some", "body"]].map(|parts| parts.concat());
    let hits = search(|_, line| words.iter().map(|word| occurrences(line, word)).sum());
    assert_at_most(10, &words.join(", "), &hits);
}

#[test]
fn texts_say_what_something_is_not_by_an_adjective() {
    assert_at_most(
        15,
        "\"invalid\", \"missing\", \"unknown\" or \"unsupported\" says it",
        &search(|_, line| negated_nouns(line)),
    );
}

#[test]
fn what_a_server_sends_is_a_response() {
    let word = ["ans", "wer"].concat();
    assert_at_most(20, &word, &search(|_, line| words_with_start(line, &word)));
}

#[test]
fn comments_keep_to_the_width() {
    assert_at_most(0, "comments over 100 columns", &search(|file, line| usize::from(is_too_wide(file, line))));
}

/// Searches that find nothing would pass every repository.
#[test]
fn the_searches_find_what_they_look_for() {
    assert_eq!(negated_nouns(&format!("x is {} name, and this is {} 7; Is {} y", "no", "no", "no")), 2);
    assert_eq!(occurrences("Word word reword", "word"), 3);
    assert_eq!(words_with_start("word words Reword reword BrokenWord a_word", "word"), 4);
    let long = "a ".repeat(60);
    assert!(is_too_wide(Path::new("a.rs"), &format!("    /// {long}")));
    assert!(is_too_wide(Path::new("a.yaml"), &format!("# {long}")));
    assert!(!is_too_wide(Path::new("a.md"), &format!("# {long}")), "Markdown has no comments");
    assert!(!is_too_wide(Path::new("a.rs"), &format!("let a = \"{long}\";")), "code has a width of its own");
    assert!(is_too_wide(Path::new("a.rs"), &format!("/// {}", "a".repeat(120))), "one word");
    assert!(!is_too_wide(Path::new("a.rs"), &format!("/// {}", "a ".repeat(48))), "exactly 100 columns");
    let files = files();
    assert!(files.len() > 150, "only {} files were read", files.len());
    for expected in ["README.md", "spec", "generated/src/lib.rs", "xtask/tests/main/house/language.rs"] {
        assert!(files.iter().any(|(file, _)| file.starts_with(expected)), "{expected} was not read");
    }
}
