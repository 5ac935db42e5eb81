//! What calls send, from the model.

use std::collections::{BTreeMap, BTreeSet};

use super::{BaseUrls, Request, SentType, Wire};
use crate::{
    model::{
        Model,
        object::Object,
        operation::{FormPart, OperationModel, Parameter, PartContent, RequestBody, ResponseBody},
        rust_type::RustType,
        union::AlternativeKind,
    },
    names::{query_setter_name, type_name},
    overlay::Overlay,
    render::field,
    rewrite::AddressFamily,
};

impl Wire {
    /// What calls of a model send.
    pub fn of(model: &Model, overlay: &Overlay) -> Self {
        let mut types = Types { model, found: BTreeMap::new(), open: Vec::new() };
        let operations = model.operations.iter().map(|operation| {
            let path = operation.rust_path();
            (path, types.request(operation, overlay))
        });
        let operations = operations.collect();
        types.follow();
        let base_urls = AddressFamily::ALL.into_iter().map(|family| {
            let [oauth, basic] = [family.oauth_base_url(), family.basic_base_url()].map(str::to_owned);
            (family.rust_name().to_owned(), BaseUrls { oauth, basic })
        });
        Self { base_urls: base_urls.collect(), operations, types: types.found }
    }
}

/// The types that requests hold.
struct Types<'a> {
    model: &'a Model,
    found: BTreeMap<String, SentType>,
    /// Schemas that are not yet in `found`.
    open: Vec<&'a str>,
}

impl<'a> Types<'a> {
    fn request(&mut self, operation: &'a OperationModel, overlay: &Overlay) -> Request {
        let path = operation.path_params.iter().map(|one| format!("path {}", self.text(&one.rust_type)));
        let mut arguments: Vec<String> = path.collect();
        arguments.extend(operation.required_query_params().map(|one| self.parameter("query", one)));
        arguments.extend(operation.required_header_params().map(|one| self.parameter("header", one)));
        let (body, object) = self.body(operation);
        if let Some(object) = object {
            let required = field::required(object, overlay);
            arguments.extend(required.iter().map(|one| format!("body {}: {}", one.wire_name, self.text(&one.rust_type))));
        }
        let queries = operation.optional_query_params().map(|one| ("query", one));
        let setters = queries.chain(operation.optional_header_params().map(|one| ("header", one)));
        let setters = setters.map(|(place, one)| (query_setter_name(&one.rust_name), self.parameter(place, one))).collect();
        let status = operation.status_operation.as_ref();
        let status = status.and_then(|id| self.model.operations.iter().find(|other| other.id == *id));
        Request {
            request: format!("{} {}", operation.method, without_names(&operation.path)),
            base_url: operation.family.rust_name().to_owned(),
            accept: match &operation.response {
                ResponseBody::Text(media_type) => Some(media_type.clone()),
                _ => None,
            },
            body,
            pages: operation.paging.map(|(paging, _)| paging.name().to_owned()),
            status: status.map(OperationModel::rust_path),
            scopes: operation.scopes.clone(),
            arguments,
            setters,
        }
    }

    fn parameter(&mut self, place: &str, parameter: &'a Parameter) -> String {
        let form = if parameter.is_comma_list() { " with commas" } else { "" };
        format!("{place} {}: {}{form}", parameter.name, self.text(&parameter.rust_type))
    }

    fn part(&mut self, part: &'a FormPart) -> String {
        let optional = if part.required { "" } else { "?" };
        match &part.content {
            PartContent::File => format!("file {}{optional}", part.name),
            PartContent::Text(rust_type) => format!("{}: {}{optional}", part.name, self.text(rust_type)),
        }
    }

    /// The body of a request, and the object whose required fields are arguments.
    fn body(&mut self, operation: &'a OperationModel) -> (Option<String>, Option<&'a Object>) {
        match &operation.body {
            RequestBody::None => (None, None),
            RequestBody::Form(part) => (Some(format!("multipart/form-data, file {part}")), None),
            RequestBody::Parts(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.part(part)).collect();
                (Some(format!("multipart/form-data, {}", parts.join(", "))), None)
            }
            RequestBody::Json { rust_type, required } => {
                let optional = if *required { "" } else { "?" };
                let text = format!("application/json {}{optional}", self.text(rust_type));
                let object = rust_type.named().and_then(|name| self.model.objects.get(name));
                (Some(text), object.filter(|_| *required && matches!(rust_type, RustType::Named(_))))
            }
        }
    }

    /// The text of a type. Named types are followed later.
    fn text(&mut self, rust_type: &'a RustType) -> String {
        match rust_type {
            RustType::String => "string".to_owned(),
            RustType::Integer32 | RustType::Integer64 => "integer".to_owned(),
            RustType::Number => "number".to_owned(),
            RustType::Boolean => "boolean".to_owned(),
            RustType::DateTime => "date-time".to_owned(),
            RustType::Any => "any".to_owned(),
            RustType::AnyObject => "{any}".to_owned(),
            RustType::Named(name) => {
                self.open.push(name);
                type_name(name)
            }
            RustType::List(item) => format!("[{}]", self.text(item)),
            RustType::Map(value) => format!("{{{}}}", self.text(value)),
        }
    }

    fn follow(&mut self) {
        let model = self.model;
        let mut known = BTreeSet::new();
        while let Some(name) = self.open.pop() {
            if !known.insert(name) {
                continue;
            }
            let found = if let Some(object) = model.objects.get(name) {
                Some(SentType::Object(self.fields(object)))
            } else if let Some(one) = model.enums.iter().find(|one| one.schema == name) {
                Some(SentType::Enum(one.variants.iter().cloned().collect()))
            } else {
                model.unions.iter().find(|union| union.schema == name).map(|union| {
                    let alternatives = union.alternatives.iter();
                    SentType::Union(alternatives.map(|one| (one.variant.clone(), self.alternative(&one.kind))).collect())
                })
            };
            if let Some(found) = found {
                self.found.insert(type_name(name), found);
            }
        }
    }

    fn fields(&mut self, object: &'a Object) -> BTreeMap<String, String> {
        let fields = object.fields.iter().map(|field| {
            let optional = if field.is_required() { "" } else { "?" };
            (field.rust_name.clone(), format!("{}: {}{optional}", field.wire_name, self.text(&field.rust_type)))
        });
        fields.collect()
    }

    fn alternative(&mut self, kind: &'a AlternativeKind) -> String {
        match kind {
            AlternativeKind::Object(name) => {
                self.open.push(name);
                type_name(name)
            }
            AlternativeKind::List(name) => {
                self.open.push(name);
                format!("[{}]", type_name(name))
            }
            AlternativeKind::String => "string".to_owned(),
            AlternativeKind::Integer => "integer".to_owned(),
            AlternativeKind::Number => "number".to_owned(),
            AlternativeKind::Boolean => "boolean".to_owned(),
        }
    }
}

/// A path template whose parameters have no names.
fn without_names(path: &str) -> String {
    let parts = path.split('/').map(|part| match (part.find('{'), part.rfind('}')) {
        (Some(start), Some(end)) if start < end => format!("{}{{}}{}", &part[..start], &part[end + 1..]),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_parameters_have_no_names() {
        for (path, expected) in [
            ("/v1/alerts/{id}/notes/{noteId}", "/v1/alerts/{}/notes/{}"),
            ("/v1/schedules/{id}.ics", "/v1/schedules/{}.ics"),
            ("/v1/alerts", "/v1/alerts"),
        ] {
            assert_eq!(without_names(path), expected);
        }
    }
}
