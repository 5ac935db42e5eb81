//! None of the vendor's sentences stands in this repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use super::{published, text};
use crate::support::workspace;

/// Fewest words and characters of what counts as a sentence; anything shorter may be said twice by
/// chance.
const WORDS: usize = 7;
const CHARACTERS: usize = 40;

/// Sentences of the published document, by their first words.
struct Detector {
    sentences: BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
}

impl Detector {
    fn of(document: &Value) -> Self {
        let mut detector = Self { sentences: BTreeMap::new() };
        detector.collect(document);
        detector
    }

    /// Takes the sentences of all strings. All of them count, because no fact has
    /// seven words.
    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(text) => sentences(text).for_each(|sentence| self.add(sentence)),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(members) => members.values().for_each(|member| self.collect(member)),
            _ => {}
        }
    }

    fn add(&mut self, sentence: &str) {
        let count = sentence.split_whitespace().count();
        let characters = sentence.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1);
        let words = words(sentence);
        if count >= WORDS && characters >= CHARACTERS && words.len() >= WORDS {
            self.sentences.entry(words[..WORDS].to_vec()).or_default().insert(words);
        }
    }

    /// How many sentences there are to look for.
    fn len(&self) -> usize {
        self.sentences.values().map(BTreeSet::len).sum()
    }

    /// The sentences that stand in a text, each once.
    fn found_in(&self, text: &str) -> BTreeSet<String> {
        let words = words(text);
        let mut found = BTreeSet::new();
        for (index, first) in words.windows(WORDS).enumerate() {
            let candidates = self.sentences.get(first).into_iter().flatten();
            found.extend(
                candidates.filter(|sentence| words[index..].starts_with(sentence)).map(|sentence| sentence.join(" ")),
            );
        }
        found
    }
}

/// A text in its sentences: they end at a mark before white space, or at the end of a line.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split(". ")).flat_map(|part| part.split("! ")).flat_map(|part| part.split("? "))
}

/// The words of a text in lower case, without the characters between them. So line breaks, comment
/// signs and quotes cannot hide a sentence. A line break that is written `\\n` in code or JSON is
/// one, too.
fn words(text: &str) -> Vec<String> {
    let text = text.replace("\\n", " ");
    text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Calls `visit` with every file of text below a directory, but for what git, cargo and npm keep
/// there.
fn text_files(directory: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(directory).expect("the directory is readable") {
        let entry = entry.expect("the entry is readable");
        let (path, kind) = (entry.path(), entry.file_type().expect("entries have a type"));
        if kind.is_dir() && !["target", ".git", "node_modules"].iter().any(|name| entry.file_name() == *name) {
            text_files(&path, visit);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(&path)
        {
            visit(&path, &text);
        }
    }
}

fn detector() -> Option<Detector> {
    let root: Value = serde_json::from_str(&text(&published()?)).expect("the published document is JSON");
    Some(Detector::of(&root))
}

#[test]
fn no_sentence_of_the_published_document_is_in_the_repository() {
    let Some(detector) = detector() else { return };
    let (mut files, mut found) = (0, Vec::new());
    text_files(&workspace(), &mut |path, text| {
        files += 1;
        // The sentence itself is not printed: a log is a place to keep it, too.
        found.extend(
            detector.found_in(text).into_iter().map(|sentence| (path.display().to_string(), words(&sentence).len())),
        );
    });
    assert!(files > 60, "only {files} files were looked at");
    assert_eq!(found, [], "these files hold sentences of so many words");
}

/// A detector that finds nothing would pass every repository.
#[test]
fn the_detector_finds_sentences_of_the_published_document() {
    let Some(detector) = detector() else { return };
    assert!(detector.len() > 500, "the document has only {} sentences", detector.len());
    for sentence in detector.sentences.values().flatten() {
        let half = sentence.len() / 2;
        let planted = format!(
            "//! Ours.\n#[doc=\"{}\\n\n    /// {}.\"]\nfn f() {{}}\n",
            sentence[..half].join(" ").to_uppercase(),
            sentence[half..].join("  ")
        );
        assert!(
            detector.found_in(&planted).contains(&sentence.join(" ")),
            "a planted sentence of {} words is not found",
            sentence.len()
        );
    }
}

/// The same on words of our own, so that it is checked where the published document is absent.
#[test]
fn the_detector_finds_what_was_planted_and_nothing_else() {
    let document = serde_json::json!({
        "description": "The quick brown fox jumps over the lazy dog again. Too short to count. One two three four five six seven",
        "properties": {"description": {"type": "string", "example": ["pack my box with five dozen jugs of liquor, please"]}},
        "url": "https://example.com/a/path/of/many/parts/is/no/sentence/at/all"
    });
    let detector = Detector::of(&document);
    assert_eq!(detector.len(), 2, "the others are too short, or one word");
    let planted = "x\n# Pack my BOX\n#   with five dozen\n# jugs of liquor please, and more\n";
    assert_eq!(detector.found_in(planted), BTreeSet::from(["pack my box with five dozen jugs of liquor please".to_owned()]));
    assert_eq!(detector.found_in("The quick brown fox jumps over the lazy dog. Too short to count."), BTreeSet::new());
    assert_eq!(detector.found_in("https://example.com/a/path/of/many/parts/is/no/sentence/at/all"), BTreeSet::new());
}
