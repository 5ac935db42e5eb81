//! The code of open enums.

use proc_macro2::Span;
use quote::format_ident;
use syn::{Arm, Expr, Fields, Ident, Item, ItemEnum, ItemImpl, LitStr, Pat, Path, PathSegment, Stmt, Variant};

use super::code::TypeCode;
use crate::{
    characters::markdown_code,
    model::open_enum::OpenEnum,
    names::UNKNOWN_VARIANT,
    overlay::Overlay,
    render::{
        doc_attribute::{doc_attribute, type_line},
        rust_type::type_ident,
    },
};

/// The code of all enums.
pub fn types(enums: &[OpenEnum], overlay: &Overlay) -> Vec<TypeCode> {
    let template = Template::new();
    let code = enums.iter().map(|one| TypeCode { schema: one.schema.clone(), items: template.fill(one, overlay).to_vec() });
    code.collect()
}

/// The code that all enums share, parsed once. Variants and match arms are built from nodes:
/// parsing them anew for every enum would take longer than all other passes.
struct Template {
    definition: ItemEnum,
    values: ItemImpl,
}

impl Template {
    fn new() -> Self {
        let unknown = format_ident!("{UNKNOWN_VARIANT}");
        let definition = syn::parse_quote! {
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum Name {
                /// A value that this version does not know, as the service sent it.
                #unknown(::std::string::String),
            }
        };
        let values = syn::parse_quote! {
            impl ::jsm_ops_core::OpenEnum for Name {
                fn value(&self) -> &str {
                    match self {
                        Self::#unknown(value) => value,
                    }
                }

                fn of(value: &str) -> Self {
                    match value {
                        other => Self::#unknown(other.to_owned()),
                    }
                }
            }
        };
        Self { definition, values }
    }

    fn fill(&self, one: &OpenEnum, overlay: &Overlay) -> [Item; 3] {
        let name = type_ident(&one.schema);
        let mut definition = self.definition.clone();
        definition.ident = name.clone();
        definition.attrs.insert(0, doc_attribute(&type_line(overlay, &one.schema)));
        for (index, (variant, value)) in one.variants.iter().enumerate() {
            definition.variants.insert(index, unit_variant(variant, value));
        }
        let mut values = self.values.clone();
        *values.self_ty = syn::Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: name.clone().into() });
        for (index, function) in values.items.iter_mut().enumerate() {
            let Some(arms) = arms(function) else { continue };
            let variants = one.variants.iter().map(|(variant, value)| {
                let (variant, value) = (path_of(variant), string(value));
                if index == 0 { arm(pattern(variant), value) } else { arm(pattern(value), variant) }
            });
            arms.splice(0..0, variants);
        }
        let rest = syn::parse_quote! { ::jsm_ops_core::open_enum!(#name); };
        [Item::Enum(definition), Item::Impl(values), rest]
    }
}

fn unit_variant(name: &str, value: &str) -> Variant {
    let ident = Ident::new(name, Span::call_site());
    Variant {
        attrs: vec![doc_attribute(&format!(" {}", markdown_code(value)))],
        ident,
        fields: Fields::Unit,
        discriminant: None,
    }
}

/// The arms of the one match of a function.
fn arms(function: &mut syn::ImplItem) -> Option<&mut Vec<Arm>> {
    let syn::ImplItem::Fn(function) = function else { return None };
    match function.block.stmts.first_mut()? {
        Stmt::Expr(Expr::Match(expression), _) => Some(&mut expression.arms),
        _ => None,
    }
}

fn arm(pat: Pat, body: Expr) -> Arm {
    Arm {
        attrs: Vec::new(),
        pat,
        fat_arrow_token: Default::default(),
        body: Box::new(body),
        comma: Some(Default::default()),
    }
}

/// An expression as a pattern.
fn pattern(expression: Expr) -> Pat {
    match expression {
        Expr::Lit(literal) => Pat::Lit(literal),
        Expr::Path(path) => Pat::Path(path),
        other => Pat::Verbatim(quote::ToTokens::into_token_stream(other)),
    }
}

/// `Self::Name`
fn path_of(variant: &str) -> Expr {
    let segments = ["Self", variant].map(|name| PathSegment::from(Ident::new(name, Span::call_site())));
    let path = Path { leading_colon: None, segments: segments.into_iter().collect() };
    Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path })
}

/// `"value"`
fn string(value: &str) -> Expr {
    let lit = syn::Lit::Str(LitStr::new(value, Span::call_site()));
    Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit })
}
