//! What the macros of `jsm-ops-core` write that generated code calls.

use syn::{Ident, Macro};

/// What a macro writes for a type, as far as users see it.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// The type.
    pub of: Ident,
    /// The traits.
    pub traits: &'static [&'static str],
    /// The methods: their names and signatures.
    pub methods: &'static [(&'static str, &'static str)],
}

/// The traits of `open_enum!`, in its order.
const OPEN_ENUM: [&str; 6] =
    ["From<&str>", "FromStr", "Display", "jsm_ops_core::QueryValue", "serde::Serialize", "serde::Deserialize"];

/// What a call of a macro writes. `None` for a macro that is not known.
pub fn written(call: &Macro) -> Option<Written> {
    let is_known = call.path.segments.last().is_some_and(|name| name.ident == "open_enum");
    let of = syn::parse2(call.tokens.clone()).ok().filter(|_| is_known)?;
    Some(Written { of, traits: &OPEN_ENUM, methods: &[("as_str", "(&self) -> &str")] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_the_macro_of_the_core_writes() {
        let core = include_str!("../../../crates/jsm-ops-core/src/open_enum.rs");
        let (_, definition) = core.split_once("macro_rules! open_enum").expect("the macro");
        let (definition, _) = definition.split_once("#[cfg(test)]").expect("its end");
        let traits = definition.split("impl").filter_map(|one| one.split_once(" for $name"));
        let traits: Vec<String> = traits
            .map(|(name, _)| {
                let name = name.trim_start_matches("<'de>").trim().trim_end_matches("<'de>");
                let name = name.replace("$crate::serde::", "serde::").replace("$crate::", "jsm_ops_core::");
                super::super::tokens::std_name(&name).to_owned()
            })
            .collect();
        assert_eq!(traits, OPEN_ENUM);
        let call: Macro = syn::parse_quote! { ::jsm_ops_core::open_enum!(Kind) };
        let written = written(&call).expect("a known macro");
        assert_eq!(written.of, "Kind");
        assert_eq!(definition.matches("pub fn ").count(), written.methods.len());
        for (name, signature) in written.methods {
            assert!(definition.contains(&format!("pub fn {name}{signature} {{")), "{name}");
        }
    }

    #[test]
    fn other_macros_write_nothing() {
        assert_eq!(written(&syn::parse_quote! { ::std::println!(Kind) }), None);
        assert_eq!(written(&syn::parse_quote! { ::jsm_ops_core::open_enum!(a b) }), None);
    }
}
