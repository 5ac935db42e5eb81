//! Calls in the examples of the overlay that the crate does not have any more.
//!
//! A next document may lack an operation or a parameter. Tests compile the examples, and would fail
//! without a place.

use std::collections::{BTreeMap, BTreeSet};

use syn::{
    Block, Expr, ExprMethodCall,
    visit::{self, Visit},
};

use crate::{model::operation::OperationModel, overlay::Overlay, problem::Problem, public_api::PublicApi};

/// The methods that end a call.
const ENDS: [&str; 3] = ["send", "items", "pages"];

/// The calls of examples that the crate does not have, one problem for each. A part of the document
/// is not asked for what the whole one has, and what is left out is reported already.
pub fn problems(
    overlay: &Overlay,
    operations: &[OperationModel],
    api: &PublicApi,
    left_out: &BTreeSet<String>,
) -> Vec<Problem> {
    if overlay.is_for_part() {
        return Vec::new();
    }
    let paths: BTreeSet<&str> = api.items().map(|item| item.path.as_str()).collect();
    let builders: Builders = operations.iter().map(|operation| (operation.rust_path(), operation.builder())).collect();
    let problems = overlay.examples().flat_map(|(area, code)| {
        let missing = missing(code, &builders, &paths).into_iter().filter(|call| !overlay.is_method_of(call, left_out));
        missing.map(move |call| {
            let file = format!("examples/{area}.rs");
            let message = format!("the example calls `{call}`, which the crate does not have");
            let help = format!("correct spec/overlay/{file}: the operation or its parameter is gone or has another name");
            Problem::in_overlay(file, "", message, help)
        })
    });
    problems.collect()
}

/// The builders of operations by `alerts().list`.
type Builders = BTreeMap<String, String>;

/// The calls of an example that are not among the paths of the public API.
fn missing(code: &str, builders: &Builders, paths: &BTreeSet<&str>) -> BTreeSet<String> {
    // Tests say what is wrong with code that does not parse.
    let Ok(block) = syn::parse_str::<Block>(&format!("{{ {code}\n }}")) else { return BTreeSet::new() };
    let mut calls = Calls::default();
    calls.visit_block(&block);
    let is_missing = |chain: &Vec<String>| match &chain[..] {
        [area] => !paths.contains(format!("Client::{area}").as_str()),
        [area, method, ..] => match builder(area, method, builders) {
            Some(builder) if chain.len() > 2 => {
                let (last, setters) = chain[2..].split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
                // What follows belongs to the stream, which is outside of the crate.
                let is_of_builder = !setters.iter().any(|setter| ENDS.contains(&setter.as_str()));
                is_of_builder && !paths.contains(format!("areas::{area}::{builder}::{last}").as_str())
            }
            Some(_) => false,
            None => paths.contains(format!("Client::{area}").as_str()),
        },
        [] => false,
    };
    // What follows a method that is missing is missing too.
    let chains: Vec<&Vec<String>> = calls.chains.iter().filter(|chain| is_missing(chain)).collect();
    let first = chains.iter().filter(|chain| {
        !chains.iter().any(|other| other.len() < chain.len() && chain.starts_with(other) && other.len() == 2)
    });
    first.map(|chain| format!("ops.{}()", chain.join("()."))).collect()
}

/// The builder that a method of an area returns. A method may take the body as a whole.
fn builder<'a>(area: &str, method: &str, builders: &'a Builders) -> Option<&'a String> {
    let of = |method: &str| builders.get(&format!("{area}().{method}"));
    of(method).or_else(|| of(method.strip_suffix("_with")?))
}

/// The names of methods that are called one after the other on the client `ops`.
#[derive(Default)]
struct Calls {
    chains: BTreeSet<Vec<String>>,
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.chains.extend(chain(call));
        visit::visit_expr_method_call(self, call);
    }
}

/// The methods from the client on. `None` where the value comes from elsewhere.
fn chain(call: &ExprMethodCall) -> Option<Vec<String>> {
    let mut before = match &*call.receiver {
        Expr::Path(path) if path.path.is_ident("ops") => Vec::new(),
        Expr::MethodCall(inner) => chain(inner)?,
        _ => return None,
    };
    before.push(call.method.to_string());
    Some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 4] = [
        "Client::alerts",
        "areas::alerts::CreateAlert::alias",
        "areas::alerts::CreateAlert::send",
        "areas::alerts::ListAlerts::items",
    ];

    fn found(code: &str) -> Vec<String> {
        let builders = [("create", "CreateAlert"), ("list", "ListAlerts")];
        let builders =
            builders.map(|(method, builder)| (format!("alerts().{method}"), builder.to_owned())).into_iter().collect();
        missing(code, &builders, &PATHS.into()).into_iter().collect()
    }

    #[test]
    fn what_the_crate_has_is_not_reported() {
        assert_eq!(found("use a::B; let a = ops.alerts().create(\"a\").alias(\"b\").send().await?.wait().await?;"), [""; 0]);
        assert_eq!(found("ops.alerts().create_with(ops.alerts().list().items().next()).send();"), [""; 0]);
    }

    #[test]
    fn areas_operations_and_setters_that_are_gone_are_reported() {
        assert_eq!(found("ops.alarms().list().send();"), ["ops.alarms()"]);
        assert_eq!(found("if a { ops.alerts().close(&id).note(\"a\").send().await?; }"), ["ops.alerts().close()"]);
        assert_eq!(found("ops.alerts().create(\"a\").mood(1).send();"), ["ops.alerts().create().mood()"]);
        assert_eq!(found("f(ops.alerts().list().query(\"a\").items());"), ["ops.alerts().list().query()"]);
    }
}
