//! Functions that decode and encode any type, by the name of its schema or of the operation that answers it, for the end-to-end
//! tests.

use quote::format_ident;
use syn::{
    Arm, Expr, GenericArgument, Ident, ImplItemFn, Item, ItemFn, LitStr, PathArguments, ReturnType, Stmt, Type,
    visit_mut::VisitMut,
};

use crate::{
    adapt::Adapted,
    polish::{Code, type_name},
};

/// Writes the table of types.
pub fn file(code: &Code, adapted: &Adapted) -> syn::File {
    let schemas = adapted.document.schemas().map(|(schema, _)| (schema.to_owned(), type_name(schema)));
    let answers = code.methods.iter().filter_map(|method| Some((method.sig.ident.to_string(), answer(method)?)));
    let mut file: syn::File = syn::parse_quote! {
        #![doc = " Decodes and encodes any type, for the end-to-end tests."]

        use jsm_ops_api::types;
        use serde_json::{Error, Value};

        fn through<T: serde::de::DeserializeOwned + serde::Serialize>(value: Value) -> Result<Value, Error> {
            serde_json::from_value::<T>(value).and_then(serde_json::to_value)
        }
    };
    file.items.push(table(
        "schema",
        "Decodes a value as the type of a schema and encodes it again. `None` where there is no such schema.",
        schemas,
    ));
    file.items.push(table(
        "answer",
        "Decodes a value as the JSON answer of an operation and encodes it again. `None` where it answers no JSON.",
        answers,
    ));
    file
}

/// A function that puts a value through the type that belongs to a key. The arms are copies of one: parsing each would take
/// longer than anything else in this stage.
fn table(name: &str, doc: &str, types: impl Iterator<Item = (String, Ident)>) -> Item {
    let name = format_ident!("{name}");
    let doc = format!(" {doc}");
    let mut function: ItemFn = syn::parse_quote! {
        #[doc = #doc]
        pub fn #name(name: &str, value: Value) -> Option<Result<Value, Error>> {
            match name {
                "" => Some(through::<types::Type>(value)),
                _ => None,
            }
        }
    };
    if let Some(Stmt::Expr(Expr::Match(table), _)) = function.block.stmts.first_mut() {
        let template = table.arms.remove(0);
        let arms: Vec<Arm> = types.map(|(key, kind)| Row { key, kind }.of(template.clone())).collect();
        table.arms.splice(0..0, arms);
    }
    Item::Fn(function)
}

/// Puts a key and a type into the template of an arm.
struct Row {
    key: String,
    kind: Ident,
}

impl Row {
    fn of(mut self, mut template: Arm) -> Arm {
        self.visit_arm_mut(&mut template);
        template
    }
}

impl VisitMut for Row {
    fn visit_lit_str_mut(&mut self, literal: &mut LitStr) {
        *literal = LitStr::new(&self.key, literal.span());
    }

    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if ident == "Type" {
            *ident = self.kind.clone();
        }
    }
}

/// The `T` of `Result<ResponseValue<T>, _>`, where it is a type of the document: `ByteStream` and `()` stand in no module.
fn answer(method: &ImplItemFn) -> Option<Ident> {
    let ReturnType::Type(_, result) = &method.sig.output else { return None };
    let Type::Path(path) = first_argument(first_argument(result)?)? else { return None };
    let segments = &path.path.segments;
    let in_types = segments.iter().rev().nth(1).is_some_and(|module| module.ident == "types");
    segments.last().filter(|_| in_types).map(|name| name.ident.clone())
}

fn first_argument(kind: &Type) -> Option<&Type> {
    let Type::Path(path) = kind else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind),
        _ => None,
    })
}
