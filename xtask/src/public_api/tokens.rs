//! Code as compact text: one form for each type, whatever the spacing and the paths in the code.

use std::{collections::BTreeSet, iter::Peekable};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree, token_stream::IntoIter};
use quote::ToTokens;

/// Modules of `std` whose items are known by their last name alone.
const SHORT: [&str; 10] = ["borrow", "boxed", "cmp", "convert", "default", "fmt", "option", "result", "string", "vec"];

/// Words that cannot begin a path.
const KEYWORDS: [&str; 10] = ["as", "const", "dyn", "extern", "fn", "for", "impl", "mut", "unsafe", "where"];

/// What names without a path mean in a module.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The path of the module.
    pub module: String,
    /// The types that it defines.
    pub types: BTreeSet<String>,
}

/// The text of code. Paths lose their leading `::`, and well-known items of `std` their modules.
pub fn compact(code: &impl ToTokens) -> String {
    compact_in(&Scope::default(), code)
}

/// The text of code, in which types of the module get its path.
pub fn compact_in(scope: &Scope, code: &impl ToTokens) -> String {
    let mut text = Text { scope, out: String::new(), after_word: false };
    text.tokens(code.to_token_stream());
    text.out
}

/// The last name of a path, for what `std` itself or a derive names in several ways.
pub fn std_name(path: &str) -> &str {
    let path = path.trim_start_matches("::");
    let Some(rest) = path.strip_prefix("std::").or_else(|| path.strip_prefix("core::")) else { return path };
    // Type arguments may hold paths of their own.
    let end = rest.find('<').unwrap_or(rest.len());
    let start = rest[..end].rfind("::").map_or(0, |at| at + 2);
    &rest[start..]
}

struct Text<'a> {
    scope: &'a Scope,
    out: String,
    /// Whether a word before needs a space before the next word.
    after_word: bool,
}

impl Text<'_> {
    fn word(&mut self, word: &str) {
        if self.after_word || (self.out.ends_with('>') && !word.starts_with("::")) {
            self.out.push(' ');
        }
        self.out.push_str(word);
        self.after_word = true;
    }

    fn sign(&mut self, sign: &str) {
        self.out.push_str(sign);
        self.after_word = false;
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let path = if KEYWORDS.contains(&name.as_str()) { name } else { path(name, &mut tokens) };
                    if self.scope.types.contains(&path) {
                        self.word(&format!("{}::{path}", self.scope.module));
                    } else {
                        self.word(short(&path));
                    }
                }
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Group(group) => self.group(group.delimiter(), group.stream()),
                TokenTree::Punct(punct) => self.punct(punct.as_char(), punct.spacing(), &mut tokens),
            }
        }
    }

    fn group(&mut self, delimiter: Delimiter, inner: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket if self.after_word => (" [", "]"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => (" { ", " }"),
            Delimiter::None => ("", ""),
        };
        self.sign(open);
        self.tokens(inner);
        self.sign(close);
    }

    fn punct(&mut self, sign: char, spacing: Spacing, tokens: &mut Peekable<IntoIter>) {
        let joined = (spacing == Spacing::Joint).then(|| next_punct(tokens)).flatten();
        match (sign, joined) {
            (':', Some(':')) => {
                tokens.next();
                // Behind type arguments it goes on; elsewhere it is the root of all paths.
                if self.out.ends_with('>') {
                    self.sign("::");
                }
            }
            ('-', Some('>')) => {
                tokens.next();
                self.sign(" -> ");
            }
            ('\'', _) => {
                let name = tokens.next().map(|token| token.to_string()).unwrap_or_default();
                self.word(&format!("'{name}"));
            }
            (',', _) if tokens.peek().is_none() || next_punct(tokens) == Some('>') => {}
            (',', _) => self.sign(", "),
            (':', _) => self.sign(": "),
            (';', _) if tokens.peek().is_none() => self.sign(";"),
            (';', _) => self.sign("; "),
            ('+', _) => self.sign(" + "),
            ('=', _) => self.sign(" = "),
            ('&', _) if self.after_word => self.sign(" &"),
            _ => self.sign(sign.encode_utf8(&mut [0; 4])),
        }
    }
}

fn next_punct(tokens: &mut Peekable<IntoIter>) -> Option<char> {
    match tokens.peek() {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    }
}

/// Reads the rest of a path that begins with a name.
fn path(mut path: String, tokens: &mut Peekable<IntoIter>) -> String {
    loop {
        // `::` and a name; `::<` is left to the caller.
        let mut ahead = tokens.clone();
        let colons = [ahead.next(), ahead.next()];
        let is_separator =
            colons.iter().all(|token| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':'));
        let Some(TokenTree::Ident(name)) = ahead.next().filter(|_| is_separator) else { return path };
        path.push_str("::");
        path.push_str(&name.to_string());
        *tokens = ahead;
    }
}

fn short(path: &str) -> &str {
    let mut parts = path.strip_prefix("std::").into_iter().flat_map(|rest| rest.split("::"));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(module), Some(name), None) if SHORT.contains(&module) => name,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_one_form() {
        for (code, expected) in [
            ("& 'a mut crate :: client :: Client", "&'a mut crate::client::Client"),
            ("::std::option::Option<::std::vec::Vec<::std::string::String>>", "Option<Vec<String>>"),
            ("impl ::std::convert::Into<::jsm_ops_core::Nullable<i32>>", "impl Into<jsm_ops_core::Nullable<i32>>"),
            ("::std::collections::BTreeMap<::std::string::String, u8,>", "std::collections::BTreeMap<String, u8>"),
            ("&[&str]", "&[&str]"),
            ("&dyn Fn(&str) -> [u8; 4]", "&dyn Fn(&str) -> [u8; 4]"),
            ("<A as ::std::iter::Iterator>::Item", "<A as std::iter::Iterator>::Item"),
            ("dyn Send + 'static", "dyn Send + 'static"),
            ("for<'a> fn(&'a str)", "for<'a> fn(&'a str)"),
        ] {
            let parsed: syn::Type = syn::parse_str(code).expect(code);
            assert_eq!(compact(&parsed), expected);
        }
    }

    #[test]
    fn types_of_the_module_get_its_path() {
        let scope = Scope { module: "crate::a".to_owned(), types: ["B".to_owned()].into() };
        let parsed: syn::Type = syn::parse_str("(B<'_>, C, ::d::B)").expect("a type");
        assert_eq!(compact_in(&scope, &parsed), "(crate::a::B<'_>, C, d::B)");
    }

    #[test]
    fn traits_of_std_are_known_by_their_names() {
        assert_eq!(std_name("std::str::FromStr"), "FromStr");
        assert_eq!(std_name("std::convert::From<crate::types::A>"), "From<crate::types::A>");
        assert_eq!(std_name("serde::Serialize"), "serde::Serialize");
    }
}
