//! Functions that decode and encode any type, by the name of its schema or of the operation that
//! returns it, for the end-to-end tests.

use quote::format_ident;
use syn::{Arm, Expr, Item, ItemFn, LitStr, Stmt, Type, visit_mut::VisitMut};

use super::rust_type::owned_in;
use crate::{
    adapt::Adapted,
    model::{operation::ResponseBody, rust_type::RustType},
};

/// Writes the table of types.
pub fn file(adapted: &Adapted) -> syn::File {
    let declared =
        adapted.model.declared.iter().map(|schema| (schema.clone(), type_in_tests(&RustType::Named(schema.clone()))));
    let unnamed = adapted.document.schemas().filter(|(schema, _)| !adapted.model.declared.contains(*schema));
    let unnamed = unnamed.map(|(schema, _)| (schema.to_owned(), type_in_tests(&RustType::Named(schema.to_owned()))));
    let schemas = declared.chain(unnamed);
    let responses = adapted.model.operations.iter().filter_map(|operation| match &operation.response {
        ResponseBody::Json(rust_type) => Some((operation.id.clone(), type_in_tests(rust_type))),
        _ => None,
    });
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
        "Decodes a value as the type of a schema and encodes it again. `None` for an unknown schema.",
        schemas,
    ));
    file.items.push(table(
        "response",
        "Decodes a value as the JSON response of an operation and encodes it again. `None` where its response is not JSON.",
        responses,
    ));
    file
}

/// A function that puts a value through the type that belongs to a key. The arms are copies of one:
/// parsing each would take longer than anything else in this stage.
fn table(name: &str, doc: &str, types: impl Iterator<Item = (String, Type)>) -> Item {
    let name = format_ident!("{name}");
    let doc = format!(" {doc}");
    let mut function: ItemFn = syn::parse_quote! {
        #[doc = #doc]
        pub fn #name(name: &str, value: Value) -> Option<Result<Value, Error>> {
            match name {
                "" => Some(through::<Type>(value)),
                _ => None,
            }
        }
    };
    if let Some(Stmt::Expr(Expr::Match(table), _)) = function.block.stmts.first_mut() {
        let template = table.arms.remove(0);
        let arms: Vec<Arm> = types.map(|(key, rust_type)| ArmTemplate { key, rust_type }.fill(template.clone())).collect();
        table.arms.splice(0..0, arms);
    }
    Item::Fn(function)
}

/// Puts a key and a type into the template of an arm.
struct ArmTemplate {
    key: String,
    rust_type: Type,
}

impl ArmTemplate {
    fn fill(mut self, mut template: Arm) -> Arm {
        self.visit_arm_mut(&mut template);
        template
    }
}

impl VisitMut for ArmTemplate {
    fn visit_lit_str_mut(&mut self, literal: &mut LitStr) {
        *literal = LitStr::new(&self.key, literal.span());
    }

    fn visit_type_mut(&mut self, node: &mut Type) {
        *node = self.rust_type.clone();
    }
}

/// A type as the tests name it.
fn type_in_tests(rust_type: &RustType) -> Type {
    let tokens = owned_in(rust_type, &["types"]);
    syn::parse2(tokens.clone()).unwrap_or(Type::Verbatim(tokens))
}
