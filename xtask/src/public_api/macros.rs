//! What the macros of `jsm-ops-core` write that generated code calls.

use syn::{ItemImpl, Macro};

/// The implementations that a call of a macro writes, as far as users see them. A macro that is not
/// known has none.
pub fn expanded(call: &Macro) -> Vec<ItemImpl> {
    let is_known = call.path.segments.last().is_some_and(|name| name.ident == "open_enum");
    match syn::parse2::<syn::Ident>(call.tokens.clone()) {
        Ok(name) if is_known => open_enum(&name).to_vec(),
        _ => Vec::new(),
    }
}

fn open_enum(name: &syn::Ident) -> [ItemImpl; 7] {
    [
        syn::parse_quote! { impl #name { pub fn as_str(&self) -> &str {} } },
        syn::parse_quote! { impl ::std::convert::From<&str> for #name {} },
        syn::parse_quote! { impl ::std::str::FromStr for #name {} },
        syn::parse_quote! { impl ::std::fmt::Display for #name {} },
        syn::parse_quote! { impl ::jsm_ops_core::QueryValue for #name {} },
        syn::parse_quote! { impl ::serde::Serialize for #name {} },
        syn::parse_quote! { impl<'de> ::serde::Deserialize<'de> for #name {} },
    ]
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    /// The head of an implementation, without spaces and without the paths of crates.
    fn head(text: &str) -> String {
        let head: String = text.split('{').next().unwrap_or_default().split_whitespace().collect();
        ["$crate::serde::", "::serde::", "$crate::", "::jsm_ops_core::"]
            .iter()
            .fold(head, |head, path| head.replace(path, ""))
    }

    #[test]
    fn the_list_is_what_the_macro_of_the_core_writes() {
        let core = include_str!("../../../crates/jsm-ops-core/src/open_enum.rs");
        let (_, definition) = core.split_once("macro_rules! open_enum").expect("the macro");
        let (definition, _) = definition.split_once("#[cfg(test)]").expect("its end");
        let name = syn::parse_quote! { name };
        let listed: Vec<String> = open_enum(&name).iter().map(|one| head(&one.to_token_stream().to_string())).collect();
        let written =
            definition.split("impl").skip(1).map(|one| format!("impl{one}").replace('$', "$").replace("$name", "name"));
        assert_eq!(listed, written.map(|one| head(&one)).collect::<Vec<_>>());
        assert_eq!(definition.matches("pub fn ").count(), 1);
        assert!(definition.contains("pub fn as_str(&self) -> &str {"));
    }
}
