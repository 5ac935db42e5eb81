//! Our docs as attributes.

use proc_macro2::Span;
use syn::{AttrStyle, Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue, Path, Token, token};

use crate::{characters::markdown_code, overlay::Overlay};

/// `#[doc = "line"]`, built without a parser: there are thousands of these lines.
pub fn doc_attribute(line: &str) -> Attribute {
    let value = Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(LitStr::new(line, Span::call_site())) });
    let path = Path::from(Ident::new("doc", Span::call_site()));
    Attribute {
        pound_token: Token![#](Span::call_site()),
        style: AttrStyle::Outer,
        bracket_token: token::Bracket::default(),
        meta: Meta::NameValue(MetaNameValue { path, eq_token: Token![=](Span::call_site()), value }),
    }
}

/// What a type is, in a line.
pub fn type_line(overlay: &Overlay, schema: &str) -> String {
    overlay
        .type_summary(schema)
        .map_or_else(|| format!(" {} of the document.", markdown_code(schema)), |summary| format!(" {summary}"))
}
