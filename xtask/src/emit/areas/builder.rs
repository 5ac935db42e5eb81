//! The builder of one call: a constructor that takes what is required, a setter for everything else, and ways to send it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::{docs, pages};
use crate::{
    adapt::{
        Adapted,
        calls::{Answer, Body, Call, Parameter},
        objects::{Field, Object},
    },
    kind::Kind,
    overlay::{Overlay, WriteStateLocation},
    polish::setters,
};

/// The methods of a builder, whose names a setter cannot have.
const OWN_METHODS: [&str; 5] = ["send", "pages", "items", "body", "with"];

/// Writes what belongs to one call.
pub struct Builder<'a> {
    call: &'a Call,
    /// The object that is its body, if it is one.
    object: Option<&'a Object>,
    /// The call that tells how a queued write ended.
    status: Option<&'a Call>,
    overlay: &'a Overlay,
}

impl<'a> Builder<'a> {
    /// The builder of a call.
    pub fn new(call: &'a Call, adapted: &'a Adapted, overlay: &'a Overlay) -> Self {
        let object = match &call.body {
            Body::Json { kind: Kind::Named(name), .. } => adapted.objects.get(name),
            _ => None,
        };
        let status = call.follow.as_ref().and_then(|follow| adapted.calls.iter().find(|call| call.id == *follow));
        Self { call, object, status, overlay }
    }

    fn name(&self) -> Ident {
        format_ident!("{}", self.call.builder())
    }

    /// The functions of the accessor that begin the call.
    pub fn constructors(&self) -> TokenStream {
        let method = format_ident!("{}", self.call.rust_method);
        let lines = docs::call(self.call);
        let parameters = self.parameters();
        let Some(required) = self.required_fields() else {
            let (extra, given) = self.whole_body();
            return self.constructor(&method, &lines, &[parameters, extra].concat(), given);
        };
        let body = self.body_type();
        let names: Vec<Ident> = required.iter().map(|field| self.argument_name(&field.ident())).collect();
        let fields = required.iter().zip(&names).map(|(field, name)| setters::argument(field, name));
        let one = self.constructor(
            &method,
            &lines,
            &[parameters.clone(), fields.collect()].concat(),
            quote! { #body::new(#(#names),*) },
        );
        let line = format!(" Like [`{method}`](Self::{method}), with a body that is already put together.");
        let arguments = [parameters, vec![quote! { body: #body }]].concat();
        let whole = self.constructor(&format_ident!("{method}_with"), &[line], &arguments, quote! { body });
        quote! { #one #whole }
    }

    /// The name of a field of the body as an argument, which may be that of a parameter as well.
    fn argument_name(&self, ident: &Ident) -> Ident {
        let mut parameters = self.call.in_path.iter().chain(self.required_queries());
        if parameters.any(|parameter| ident == &parameter.rust_name) { format_ident!("body_{ident}") } else { ident.clone() }
    }

    /// The body as an argument, and what the builder begins with, where the body is not put together by the builder.
    fn whole_body(&self) -> (Vec<TokenStream>, TokenStream) {
        let body = self.body_type();
        match &self.call.body {
            Body::None => (Vec::new(), quote! {}),
            Body::Form(_) => (vec![quote! { file: #body }], quote! { file }),
            Body::Json { required: true, .. } => (vec![quote! { body: impl Into<#body> }], quote! { body.into() }),
            Body::Json { .. } => (Vec::new(), quote! { ::std::option::Option::None }),
        }
    }

    fn constructor(&self, method: &Ident, lines: &[String], arguments: &[TokenStream], body: TokenStream) -> TokenStream {
        let (name, constant) = (self.name(), format_ident!("{}", self.call.constant()));
        let in_path = self.call.in_path.iter().map(|parameter| {
            let name = format_ident!("{}", parameter.rust_name);
            match parameter.kind {
                Kind::Text => quote! { #name },
                _ => quote! { &#name.to_string() },
            }
        });
        let queries: Vec<_> = self.required_queries().map(set_query).collect();
        let begin = quote! { self.client.caller.call(&table::#constant, &[#(#in_path),*]) };
        let begin = if queries.is_empty() {
            begin
        } else {
            quote! { { let mut call = #begin; #(#queries)* call } }
        };
        let body = match body.to_string().as_str() {
            "" => quote! {},
            "body" => quote! { body, },
            _ => quote! { body: #body, },
        };
        let followed = self.kept_for_status().map(|parameter| {
            let name = format_ident!("{}", parameter.rust_name);
            quote! { #name: #name.to_string(), }
        });
        quote! {
            #(#[doc = #lines])*
            pub fn #method(&self, #(#arguments),*) -> #name {
                #name { call: #begin, #body #(#followed)* }
            }
        }
    }

    /// What stands in the path, and the required part of the query, as arguments.
    fn parameters(&self) -> Vec<TokenStream> {
        let all = self.call.in_path.iter().chain(self.required_queries());
        let arguments = all.map(|parameter| {
            let (name, kind) = (format_ident!("{}", parameter.rust_name), parameter.kind.argument());
            quote! { #name: #kind }
        });
        arguments.collect()
    }

    fn required_queries(&self) -> impl Iterator<Item = &'a Parameter> {
        self.call.in_query.iter().filter(|parameter| parameter.required)
    }

    /// The required fields of the body, where it is an object that has to be sent.
    pub fn required_fields(&self) -> Option<Vec<&'a Field>> {
        let object = self.object.filter(|_| !self.is_body_optional())?;
        Some(setters::required(object, self.overlay))
    }

    fn is_body_optional(&self) -> bool {
        matches!(self.call.body, Body::Json { required: false, .. })
    }

    fn body_type(&self) -> TokenStream {
        match &self.call.body {
            Body::Json { kind, .. } => kind.owned(),
            _ => quote! { ::jsm_ops_core::Upload },
        }
    }

    /// The parameters of the path that the call after it needs as well.
    fn kept_for_status(&self) -> impl Iterator<Item = &'a Parameter> {
        let needed = self.status.into_iter().flat_map(|status| {
            let request = status.outcome.as_ref().map(WriteStateLocation::request);
            status.in_path.iter().filter(move |parameter| Some(parameter.name.as_str()) != request)
        });
        let own = &self.call.in_path;
        needed.filter_map(move |needed| own.iter().find(|parameter| parameter.name == needed.name))
    }

    /// The builder itself.
    pub fn definition(&self) -> TokenStream {
        let name = self.name();
        let doc = format!(" A call of `{}` that is being put together.", self.call.label());
        let body_field = match &self.call.body {
            Body::None => quote! {},
            _ => {
                let body = self.body_type();
                if self.is_body_optional() {
                    quote! { body: ::std::option::Option<#body>, }
                } else {
                    quote! { body: #body, }
                }
            }
        };
        let kept = self.kept_for_status().map(|parameter| {
            let name = format_ident!("{}", parameter.rust_name);
            quote! { #name: ::std::string::String, }
        });
        // An upload may be a stream, of which there is one.
        let derives = if matches!(self.call.body, Body::Form(_)) {
            quote! { Debug }
        } else {
            quote! { Clone, Debug }
        };
        let queries = self.call.in_query.iter().filter(|parameter| !parameter.required).map(query_setter);
        let fields = self.field_setters();
        let send = self.send();
        let paging = self.call.page.as_ref().map(pages::streams);
        quote! {
            #[doc = #doc]
            #[derive(#derives)]
            #[must_use = "a call does nothing until it is sent"]
            pub struct #name {
                call: Call,
                #body_field
                #(#kept)*
            }

            impl #name {
                #(#queries)*
                #(#fields)*
                #[doc = " How the call is to be carried: how long it may take, whether it may be repeated."]
                pub fn with(mut self, options: ::jsm_ops_core::CallOptions) -> Self {
                    self.call.options(options);
                    self
                }

                #send
                #paging
            }
        }
    }

    /// The fields of the body that have setters. An optional body that has required fields is put together before the call.
    pub fn settable(&self) -> impl Iterator<Item = &'a Field> {
        let object =
            self.object.filter(|object| !self.is_body_optional() || object.fields.iter().all(|field| !field.is_required()));
        object.map(|object| object.fields.as_slice()).unwrap_or_default().iter().filter(|field| !field.is_required())
    }

    /// Setters for what the body may have, and for the whole of one that may be left out.
    fn field_setters(&self) -> Vec<TokenStream> {
        let optional = self.is_body_optional();
        let whole = optional.then(|| {
            let body = self.body_type();
            quote! {
                /// The whole body, in the place of what was set before. Without one none is sent.
                pub fn body(mut self, body: impl Into<#body>) -> Self {
                    self.body = ::std::option::Option::Some(body.into());
                    self
                }
            }
        });
        let setters = self.settable().map(|field| {
            let (ident, kind, doc) = (field.ident(), setters::setter_type(field), setters::doc(field));
            let setter = self.setter_name(&ident);
            let place = if optional {
                quote! { self.body.get_or_insert_default().#ident }
            } else {
                quote! { self.body.#ident }
            };
            quote! {
                #[doc = #doc]
                pub fn #setter(mut self, #ident: #kind) -> Self {
                    #place = #ident.into();
                    self
                }
            }
        });
        setters.chain(whole).collect()
    }

    /// The name of the setter of a field of the body. A parameter of the query and a method of the builder come first.
    pub fn setter_name(&self, ident: &Ident) -> Ident {
        let name = ident.to_string();
        let taken = OWN_METHODS.contains(&name.as_str())
            || self.call.in_query.iter().any(|parameter| !parameter.required && parameter.rust_name == name);
        if taken { format_ident!("{ident}_field") } else { ident.clone() }
    }

    fn send(&self) -> TokenStream {
        let doc = docs::send(self.call);
        let body = match &self.call.body {
            Body::None => quote! { Body::None },
            Body::Form(part) => quote! { Body::Form { name: #part, file: self.body } },
            Body::Json { required: true, .. } => quote! { json_body(&self.call, &self.body)? },
            Body::Json { .. } => quote! {
                match &self.body {
                    ::std::option::Option::Some(body) => json_body(&self.call, body)?,
                    ::std::option::Option::None => Body::None,
                }
            },
        };
        let (answer, sent) = match &self.call.answer {
            Answer::Nothing => (quote! { () }, quote! { self.call.done(body).await }),
            Answer::Json(kind) => (kind.owned(), quote! { self.call.json(body).await }),
            Answer::Text(media_type) => {
                (quote! { ::std::string::String }, quote! { self.call.text(#media_type, body).await })
            }
            Answer::Bytes => {
                (quote! { ::jsm_ops_core::bytes::Bytes }, quote! { self.call.send(body).await.map(|answer| answer.body) })
            }
        };
        let (answer, sent) = match self.status {
            Some(status) => self.receipt(status, &answer),
            None => (answer, sent),
        };
        quote! {
            #[doc = #doc]
            ///
            /// # Errors
            /// See [`Error`].
            pub async fn send(self) -> ::std::result::Result<#answer, Error> {
                let body = #body;
                #sent
            }
        }
    }

    /// A receipt in the place of the answer.
    fn receipt(&self, status: &Call, answer: &TokenStream) -> (TokenStream, TokenStream) {
        let outcome = match &status.answer {
            Answer::Json(kind) => kind.owned(),
            _ => quote! { () },
        };
        let constant = format_ident!("{}", status.constant());
        let request = status.outcome.as_ref().map(WriteStateLocation::request);
        let path = status.in_path.iter().map(|parameter| {
            let name = format_ident!("{}", parameter.rust_name);
            if Some(parameter.name.as_str()) == request {
                quote! { answer.request_id.as_deref().unwrap_or_default() }
            } else {
                quote! { &self.#name }
            }
        });
        let receipt = quote! { ::jsm_ops_core::Receipt<#answer, #outcome> };
        let sent = quote! {
            let caller = self.call.caller().clone();
            let answer: #answer = self.call.json(body).await?;
            let status = caller.call(&table::#constant, &[#(#path),*]);
            ::std::result::Result::Ok(::jsm_ops_core::Receipt::new(answer, status))
        };
        (receipt, sent)
    }
}

fn set_query(parameter: &Parameter) -> TokenStream {
    let (rust_name, name) = (format_ident!("{}", parameter.rust_name), &parameter.name);
    quote! { call.query(#name, #rust_name); }
}

fn query_setter(parameter: &Parameter) -> TokenStream {
    let (rust_name, name, kind) = (format_ident!("{}", parameter.rust_name), &parameter.name, parameter.kind.argument());
    let setter = if OWN_METHODS.contains(&parameter.rust_name.as_str()) {
        format_ident!("{}_parameter", parameter.rust_name)
    } else {
        rust_name.clone()
    };
    let doc = format!(" {}", parameter.words);
    quote! {
        #[doc = #doc]
        pub fn #setter(mut self, #rust_name: #kind) -> Self {
            self.call.query(#name, #rust_name);
            self
        }
    }
}
