//! What needs attention in the committed document and overlay.
//!
//! Between a new document and the last edit of our own data, `regen --check` fails. The tests of
//! the generator do not: they look at what they changed, and pass over what was there before.

use std::{ffi::OsStr, path::Path, sync::LazyLock};

use super::cli;

/// The entries of the list without their files.
static PENDING: LazyLock<Vec<String>> = LazyLock::new(|| {
    let out = tempfile::tempdir().expect("a temporary directory");
    let program = Path::new(env!("CARGO_BIN_EXE_xtask"));
    let arguments = [OsStr::new("regen"), OsStr::new("--out"), out.path().as_os_str()];
    let ran = cli::run(cli::command(program).args(arguments));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "the committed document can be generated from");
    let entries: Vec<String> = lists(&ran.stdout).flat_map(|list| list.entries).collect();
    entries.iter().for_each(|entry| eprintln!("spec/ needs attention: {entry}"));
    entries.iter().map(|entry| without_file(entry).to_owned()).collect()
});

/// Whether the committed document needs attention. A test that needs one that does not is skipped.
pub fn is_pending() -> bool {
    if PENDING.is_empty() {
        return false;
    }
    eprintln!("skipped: {} things need attention in spec/; see `cargo xtask regen`", PENDING.len());
    true
}

/// An output without the entries that the committed document has too.
pub fn removed(output: String) -> String {
    if PENDING.is_empty() { output } else { without(&output, &PENDING) }
}

/// A list in an output.
struct List<'a> {
    /// The line before the first entry, with the number of entries.
    head: &'a str,
    entries: Vec<String>,
}

const MARKS: [&str; 2] = ["attention   ", "needs attention: "];

/// The lists of what needs attention. There is one at most.
fn lists(output: &str) -> impl Iterator<Item = List<'_>> {
    let head = output.lines().find(|line| MARKS.iter().any(|mark| line.contains(mark)) && line.contains(" problem"));
    head.into_iter().map(|head| {
        let begin = output.find(head).map_or(0, |at| at + head.len());
        let mut rest = &output[begin..];
        let mut entries = Vec::new();
        while let Some(entry) = rest.strip_prefix(&format!("\n  {}. ", entries.len() + 1)) {
            let end = entry.find(&format!("\n  {}. ", entries.len() + 2)).unwrap_or(entry.len());
            entries.push(entry[..end].trim_end_matches('\n').to_owned());
            rest = &entry[end..];
        }
        List { head, entries }
    })
}

/// An entry from its pointer on, or from its message where it has none.
fn without_file(entry: &str) -> &str {
    let first = entry.lines().next().unwrap_or_default();
    let at = first.find("#/").or_else(|| first.find(": ")).unwrap_or_default();
    &entry[at..]
}

fn without(output: &str, pending: &[String]) -> String {
    let Some(List { head, entries }) = lists(output).next() else { return output.to_owned() };
    let left: Vec<&String> =
        entries.iter().filter(|entry| !pending.iter().any(|pending| pending == without_file(entry))).collect();
    let begin = output.find(head).unwrap_or_default();
    if left.is_empty() && head.starts_with(MARKS[0]) {
        return output[..begin].to_owned();
    }
    let mark = MARKS.iter().find_map(|mark| head.find(mark).map(|at| at + mark.len())).unwrap_or_default();
    let noun = if left.len() == 1 { "problem" } else { "problems" };
    let mut text = format!("{}{}{} {noun}", &output[..begin], &head[..mark], left.len());
    for (index, entry) in left.iter().enumerate() {
        text.push_str(&format!("\n  {}. {entry}", index + 1));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "files       2 written\nattention   3 problems\n  1. /a/x.json#/p (GET /p): old\n     help: do\n         \
                          this\n  2. /a/x.json#/q: new\n     help: do that\n  3. /b/y.yaml: old\n     help: go\n";

    #[test]
    fn what_was_there_before_is_passed_over() {
        let pending = ["#/p (GET /p): old\n     help: do\n         this".to_owned(), ": old\n     help: go".to_owned()];
        let expected = "files       2 written\nattention   1 problem\n  1. /a/x.json#/q: new\n     help: do that\n";
        assert_eq!(without(OUTPUT, &pending), expected);
        let failed = OUTPUT.replace("attention   ", "error: a repair needs attention: ");
        let expected = expected.replace("attention   ", "error: a repair needs attention: ");
        assert_eq!(without(&failed, &pending), expected);
    }

    #[test]
    fn a_list_of_nothing_else_is_no_list() {
        let pending: Vec<String> = lists(OUTPUT).flat_map(|list| list.entries).collect();
        let pending: Vec<String> = pending.iter().map(|entry| without_file(entry).to_owned()).collect();
        assert_eq!(without(OUTPUT, &pending), "files       2 written\n");
        assert_eq!(without(OUTPUT, &[]), OUTPUT);
    }
}
