//! Signatures as types alone: names of arguments are not a part of an API.

/// A function as its callers depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature<'a> {
    /// What stands before the arguments.
    pub generics: &'a str,
    /// The types of the arguments.
    pub arguments: Vec<&'a str>,
    /// What it returns, and the bounds behind that.
    pub returned: &'a str,
}

impl<'a> Signature<'a> {
    /// Reads the tail of a function.
    pub fn read(tail: &'a str) -> Self {
        let (generics, arguments, returned) = parts(tail);
        Self { generics, arguments: arguments.into_iter().map(type_of).collect(), returned }
    }

    /// Whether every call of the old function is a call of this one: the same types, or what
    /// converts into one of them.
    pub fn takes_calls_of(&self, old: &Signature<'_>) -> bool {
        let takes = |(new, old): (&&str, &&str)| new == old || **new == format!("impl Into<{old}>");
        self.generics == old.generics
            && self.returned == old.returned
            && self.arguments.len() == old.arguments.len()
            && self.arguments.iter().zip(&old.arguments).all(takes)
    }
}

/// The names of the arguments of a function, without the receiver, from its tail.
pub fn argument_names(tail: &str) -> Vec<&str> {
    let (_, arguments, _) = parts(tail);
    arguments.into_iter().filter(|argument| type_of(argument) != *argument).filter_map(|one| one.split(':').next()).collect()
}

/// What stands before the arguments, the arguments, and what follows them.
fn parts(tail: &str) -> (&str, Vec<&str>, &str) {
    let start = top_level(tail, '(').next().unwrap_or(tail.len());
    let (generics, rest) = tail.split_at(start);
    let end = closing(rest);
    let inner = rest.get(1..end).unwrap_or_default();
    let mut arguments = Vec::new();
    let mut from = 0;
    for comma in top_level(inner, ',').chain([inner.len()]) {
        let argument = inner.get(from..comma).unwrap_or_default().trim();
        from = comma + 1;
        if !argument.is_empty() {
            arguments.push(argument);
        }
    }
    (generics, arguments, rest.get(end + 1..).unwrap_or_default())
}

/// The type of an argument, or the receiver.
fn type_of(argument: &str) -> &str {
    match argument.split_once(": ") {
        Some((name, of)) if !name.contains(['<', '(', '&']) => of,
        _ => argument,
    }
}

/// The places of a sign outside of all brackets.
fn top_level(text: &str, sign: char) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, character)| {
        let found = character == sign && depth == 0;
        match character {
            '<' | '(' | '[' | '{' => depth += 1,
            // `->` closes nothing.
            '>' if before == '-' => {}
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = character;
        found.then_some(at)
    })
}

/// The end of the brackets that a text begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth <= 1 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_arguments_are_left_out() {
        let tail = "<T: Clone>(&self, id: &str, f: impl Fn(A, B) -> C, map: Map<A, B>) -> Result<(), E>";
        let read = Signature::read(tail);
        assert_eq!(read.generics, "<T: Clone>");
        assert_eq!(read.arguments, ["&self", "&str", "impl Fn(A, B) -> C", "Map<A, B>"]);
        assert_eq!(read.returned, " -> Result<(), E>");
        assert_eq!(Signature::read("()"), Signature { generics: "", arguments: Vec::new(), returned: "" });
        assert_eq!(Signature::read("(self: Box<Self>)").arguments, ["Box<Self>"]);
    }

    #[test]
    fn what_converts_is_taken_too() {
        let takes = |new, old| Signature::read(new).takes_calls_of(&Signature::read(old));
        assert!(takes("(a: &str)", "(b: &str)"));
        assert!(takes("(a: impl Into<String>)", "(a: String)"));
        assert!(!takes("(a: String)", "(a: impl Into<String>)"));
        assert!(!takes("(a: &str, b: u8)", "(a: &str)"));
        assert!(!takes("() -> A", "() -> B"));
        assert!(!takes("<T>()", "()"));
    }
}
