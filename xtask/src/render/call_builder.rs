//! The builder of one call. Required inputs are arguments of its constructor; everything else is a
//! setter.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::{deprecated, docs, field, form, paging, parameter, rust_type};
use crate::{
    adapt::media_types::RAW_BODY,
    characters::markdown_code,
    model::{
        Model,
        object::{Field, Object},
        operation::{OperationModel, Parameter, RequestBody, ResponseBody},
        rust_type::RustType,
    },
    names,
    overlay::{Overlay, WriteStateLocation},
};

/// Writes what belongs to one call.
pub struct CallBuilder<'a> {
    operation: &'a OperationModel,
    /// The object that is its body, if it is one.
    object: Option<&'a Object>,
    /// The call that tells how a queued write ended.
    status: Option<&'a OperationModel>,
    overlay: &'a Overlay,
}

impl<'a> CallBuilder<'a> {
    /// The builder of a call.
    pub fn new(operation: &'a OperationModel, model: &'a Model, overlay: &'a Overlay) -> Self {
        let object = match &operation.body {
            RequestBody::Json { rust_type: RustType::Named(name), .. } => model.objects.get(name),
            _ => None,
        };
        let status = operation.status_operation.as_ref();
        let status = status.and_then(|id| model.operations.iter().find(|operation| operation.id == *id));
        Self { operation, object, status, overlay }
    }

    fn name(&self) -> Ident {
        format_ident!("{}", self.operation.builder())
    }

    /// The functions of the accessor that begin the call.
    pub fn constructors(&self) -> TokenStream {
        let method = format_ident!("{}", self.operation.rust_method);
        let lines = docs::operation(self.operation);
        let parameters = self.parameters();
        let Some(required) = self.required_fields() else {
            let (extra, given) = self.whole_body();
            return self.constructor(&method, &lines, &[parameters, extra].concat(), given);
        };
        let body = self.body_type();
        let names: Vec<Ident> = required.iter().map(|field| self.argument_name(&field.rust_name)).collect();
        let fields = required.iter().zip(&names).map(|(one, name)| field::argument(one, name));
        let one = self.constructor(
            &method,
            &lines,
            &[parameters.clone(), fields.collect()].concat(),
            quote! { #body::new(#(#names),*) },
        );
        let line = format!(" Like [`{method}`](Self::{method}), with a whole body.");
        let arguments = [parameters, vec![quote! { body: #body }]].concat();
        let whole = self.constructor(&format_ident!("{method}_with"), &[line], &arguments, quote! { body });
        quote! { #one #whole }
    }

    /// The name of a field of the body as an argument, which may be that of a parameter as well.
    fn argument_name(&self, field: &str) -> Ident {
        let is_parameter = self.operation.required_params().any(|parameter| field == parameter.rust_name);
        format_ident!("{}", names::body_argument_name(field, is_parameter))
    }

    /// The argument for the whole body and the value it becomes, for a body that the builder does
    /// not assemble.
    fn whole_body(&self) -> (Vec<TokenStream>, TokenStream) {
        let body = self.body_type();
        match &self.operation.body {
            RequestBody::None => (Vec::new(), quote! {}),
            RequestBody::Form(_) => (vec![quote! { file: #body }], quote! { file }),
            RequestBody::Parts(parts) => form::required(parts, |name| self.argument_name(name)),
            RequestBody::Json { required: true, .. } => {
                (vec![quote! { body: impl ::std::convert::Into<#body> }], quote! { body.into() })
            }
            RequestBody::Json { .. } => (Vec::new(), quote! { ::std::option::Option::None }),
        }
    }

    fn constructor(&self, method: &Ident, lines: &[String], arguments: &[TokenStream], body: TokenStream) -> TokenStream {
        let (name, constant) = (self.name(), format_ident!("{}", self.operation.constant()));
        let path_params = self.operation.path_params.iter().map(|parameter| {
            let name = format_ident!("{}", parameter.rust_name);
            match parameter.rust_type {
                RustType::String => quote! { #name },
                _ => quote! { &#name.to_string() },
            }
        });
        let headers = self.operation.required_header_params().map(parameter::set_header);
        let queries: Vec<_> = self.operation.required_query_params().map(parameter::set_query).chain(headers).collect();
        let begin = quote! { self.client.dispatcher.call(&crate::operations::#constant, &[#(#path_params),*]) };
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
        let deprecated = deprecated::attribute(self.operation.deprecated);
        quote! {
            #(#[doc = #lines])*
            #deprecated
            pub fn #method(&self, #(#arguments),*) -> #name {
                #name { call: #begin, #body #(#followed)* }
            }
        }
    }

    /// What stands in the path, and the required part of the query, as arguments.
    fn parameters(&self) -> Vec<TokenStream> {
        let arguments = self.operation.required_params().map(|parameter| {
            let (name, value) = (format_ident!("{}", parameter.rust_name), rust_type::argument(&parameter.rust_type));
            quote! { #name: #value }
        });
        arguments.collect()
    }

    /// The required fields of the body, where it is an object that has to be sent.
    pub fn required_fields(&self) -> Option<Vec<&'a Field>> {
        let object = self.object.filter(|_| !self.is_body_optional())?;
        Some(field::required(object, self.overlay))
    }

    fn is_body_optional(&self) -> bool {
        matches!(self.operation.body, RequestBody::Json { required: false, .. })
    }

    fn body_type(&self) -> TokenStream {
        match &self.operation.body {
            RequestBody::Json { rust_type, .. } => rust_type::owned(rust_type),
            RequestBody::Parts(_) => quote! { ::jsm_ops_core::FormParts },
            _ => quote! { ::jsm_ops_core::Upload },
        }
    }

    /// The parameters of the path that the call after it needs as well.
    fn kept_for_status(&self) -> impl Iterator<Item = &'a Parameter> {
        let needed = self.status.into_iter().flat_map(|status| {
            let request = status.write_state.as_ref().map(WriteStateLocation::request);
            status.path_params.iter().filter(move |parameter| Some(parameter.name.as_str()) != request)
        });
        let own = &self.operation.path_params;
        needed.filter_map(move |needed| own.iter().find(|parameter| parameter.name == needed.name))
    }

    /// The builder itself.
    pub fn definition(&self) -> TokenStream {
        let name = self.name();
        let doc = format!(" Builds a call of {}.", markdown_code(&self.operation.label()));
        let body_field = match &self.operation.body {
            RequestBody::None => quote! {},
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
        let derives = if matches!(self.operation.body, RequestBody::Form(_) | RequestBody::Parts(_)) {
            quote! { Debug }
        } else {
            quote! { Clone, Debug }
        };
        let queries = self.operation.optional_query_params().map(parameter::query_setter);
        let headers = self.operation.optional_header_params().map(parameter::header_setter);
        let parts = match &self.operation.body {
            RequestBody::Parts(parts) => form::setters(parts, |name| self.body_setter_name(name)),
            _ => Vec::new(),
        };
        let fields = self.field_setters();
        let send = self.send();
        let paging = self.operation.page.as_ref().map(paging::streams);
        quote! {
            #[doc = #doc]
            #[derive(#derives)]
            #[must_use = "a call does nothing until it is sent"]
            pub struct #name {
                call: ::jsm_ops_core::Call,
                #body_field
                #(#kept)*
            }

            impl #name {
                #(#queries)*
                #(#headers)*
                #(#parts)*
                #(#fields)*
                #[doc = " Sets options of this call: its deadline, and whether it may be retried."]
                pub fn with(mut self, options: ::jsm_ops_core::CallOptions) -> Self {
                    self.call.options(options);
                    self
                }

                #send
                #paging
            }
        }
    }

    /// The fields of the body that have setters. The caller assembles an optional body that has
    /// required fields.
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
                /// Sets the whole body and replaces fields that were set before. Without a body or
                /// fields, the request has no body.
                pub fn body(mut self, body: impl ::std::convert::Into<#body>) -> Self {
                    self.body = ::std::option::Option::Some(body.into());
                    self
                }
            }
        });
        let setters = self.settable().map(|one| {
            let (ident, value, doc) = (field::ident(one), field::setter_type(one), format!(" {}", one.docs));
            let setter = self.setter_name(one);
            let place = if optional {
                quote! { self.body.get_or_insert_default().#ident }
            } else {
                quote! { self.body.#ident }
            };
            let deprecated = deprecated::attribute(one.deprecated);
            quote! {
                #[doc = #doc]
                #deprecated
                pub fn #setter(mut self, #ident: #value) -> Self {
                    #place = #ident.into();
                    self
                }
            }
        });
        setters.chain(whole).collect()
    }

    /// The name of the setter of a field of the body. A parameter of the query and a method of the
    /// builder come first.
    pub fn setter_name(&self, field: &Field) -> Ident {
        self.body_setter_name(&field.rust_name)
    }

    /// The name of the setter of a field or part of this name.
    pub fn body_setter_name(&self, field: &str) -> Ident {
        let is_parameter_setter = self.operation.optional_params().any(|one| one.rust_name == field);
        format_ident!("{}", names::body_setter_name(field, is_parameter_setter))
    }

    fn send(&self) -> TokenStream {
        let doc = docs::send(self.operation);
        let body = match &self.operation.body {
            RequestBody::None => quote! { ::jsm_ops_core::Body::None },
            RequestBody::Form(part) => quote! { ::jsm_ops_core::Body::Form { name: #part, file: self.body } },
            RequestBody::Parts(_) => quote! { ::jsm_ops_core::Body::Parts(self.body) },
            RequestBody::Json { required: true, .. } => self.json_body(quote! { &self.body }),
            RequestBody::Json { .. } => {
                let json = self.json_body(quote! { body });
                quote! {
                    match &self.body {
                        ::std::option::Option::Some(body) => #json,
                        ::std::option::Option::None => ::jsm_ops_core::Body::None,
                    }
                }
            }
        };
        let accept = self.operation.response_media_type.as_ref();
        let (response, sent) = match &self.operation.response {
            ResponseBody::Empty => (quote! { () }, quote! { self.call.send_empty(body).await }),
            ResponseBody::Json(rust_type) => {
                let sent = match accept {
                    Some(accept) => quote! { self.call.json_as(#accept, body).await },
                    None => quote! { self.call.json(body).await },
                };
                (rust_type::owned(rust_type), sent)
            }
            ResponseBody::Text(media_type) => {
                (quote! { ::std::string::String }, quote! { self.call.text(#media_type, body).await })
            }
            ResponseBody::Bytes => {
                let accept = accept.map_or(RAW_BODY, String::as_str);
                (quote! { ::jsm_ops_core::bytes::Bytes }, quote! { self.call.bytes(#accept, body).await })
            }
        };
        let (response, sent) = match self.status {
            Some(status) => self.receipt(status, &response),
            None => (response, sent),
        };
        quote! {
            #[doc = #doc]
            pub async fn send(self) -> ::std::result::Result<#response, ::jsm_ops_core::Error> {
                let body = #body;
                #sent
            }
        }
    }

    fn json_body(&self, body: TokenStream) -> TokenStream {
        match &self.operation.body_media_type {
            Some(media_type) => quote! { self.call.json_body_as(#media_type, #body)? },
            None => quote! { self.call.json_body(#body)? },
        }
    }

    /// A receipt instead of the response.
    fn receipt(&self, status: &OperationModel, response: &TokenStream) -> (TokenStream, TokenStream) {
        let outcome = match &status.response {
            ResponseBody::Json(rust_type) => rust_type::owned(rust_type),
            _ => quote! { () },
        };
        let constant = format_ident!("{}", status.constant());
        let request = status.write_state.as_ref().map(WriteStateLocation::request);
        let path = status.path_params.iter().map(|parameter| {
            let name = format_ident!("{}", parameter.rust_name);
            if Some(parameter.name.as_str()) == request {
                quote! { response.request_id.as_deref().unwrap_or_default() }
            } else {
                quote! { &self.#name }
            }
        });
        let receipt = quote! { ::jsm_ops_core::Receipt<#response, #outcome> };
        let sent = quote! {
            let dispatcher = self.call.dispatcher().clone();
            let response: #response = self.call.json(body).await?;
            let status = dispatcher.call(&crate::operations::#constant, &[#(#path),*]);
            ::std::result::Result::Ok(::jsm_ops_core::Receipt::new(response, status))
        };
        (receipt, sent)
    }
}
