//! Operations: what a caller hands over, and what the service returns.

use super::{page::Page, rust_type::RustType};
use crate::{
    names,
    overlay::{Idempotency, Paging, WriteStateLocation},
    rewrite::AddressFamily,
};

/// The area of operations that neither the overlay nor a tag of the document puts into one.
pub const UNSORTED: &str = "unsorted";

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationModel {
    /// The Rust name, unique among all operations.
    pub id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template, relative to the base URL of the family.
    pub path: String,
    /// The address family.
    pub family: AddressFamily,
    /// The key of its area.
    pub area: String,
    /// The name of the method on the accessor of its area.
    pub rust_method: String,
    /// Parameters of the path, in the order of the template.
    pub path_params: Vec<Parameter>,
    /// Query parameters, required ones first, otherwise in the order of their names.
    pub query_params: Vec<Parameter>,
    /// Parameters that are headers, required ones first, otherwise in the order of their names.
    pub header_params: Vec<Parameter>,
    /// The body of the request.
    pub body: RequestBody,
    /// The media type of a JSON body with another one than `application/json`.
    pub body_media_type: Option<String>,
    /// The body of a successful response.
    pub response: ResponseBody,
    /// The media type of a JSON response with another one than `application/json`, and of bytes
    /// with another one than `application/octet-stream`.
    pub response_media_type: Option<String>,
    /// Whether it may be sent twice.
    pub idempotency: Idempotency,
    /// How its pages follow each other, and how many items the service shows at all.
    pub paging: Option<(Paging, Option<u32>)>,
    /// What its pages are made of.
    pub page: Option<Page>,
    /// The operation that returns the state of a queued write.
    pub status_operation: Option<String>,
    /// Where in the response the state of a queued write is.
    pub write_state: Option<WriteStateLocation>,
    /// OAuth 2.0 scopes; none where it takes no OAuth token.
    pub scopes: Vec<String>,
    /// Whether Atlassian marks it as experimental.
    pub experimental: bool,
    /// Whether Atlassian marks it as deprecated.
    pub deprecated: bool,
    /// The document's name for its group, which Atlassian's reference has a page for.
    pub tag: String,
    /// Our docs: what it does.
    pub summary: String,
    /// Our docs: when to use it.
    pub description: String,
    /// Whether the overlay has an entry for it.
    pub in_overlay: bool,
}

/// A parameter of the path, the query or the headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// The name in Rust.
    pub rust_name: String,
    /// The type of its value.
    pub rust_type: RustType,
    /// Whether every request must have it.
    pub required: bool,
    /// Whether its list is one value with commas.
    pub with_commas: bool,
    /// Whether Atlassian marks it as deprecated.
    pub deprecated: bool,
    /// Our docs.
    pub docs: String,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBody {
    /// No body.
    None,
    /// JSON of a type.
    Json {
        /// The type that is serialized.
        rust_type: RustType,
        /// Whether every request must have it.
        required: bool,
    },
    /// A multipart form with one file, by the name of the part.
    Form(String),
    /// A multipart form with several parts, required ones first.
    Parts(Vec<FormPart>),
}

/// A part of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPart {
    /// The name on the wire.
    pub name: String,
    /// The name in Rust.
    pub rust_name: String,
    /// What it holds.
    pub content: PartContent,
    /// Whether every request must have it.
    pub required: bool,
    /// Whether Atlassian marks it as deprecated.
    pub deprecated: bool,
}

/// What a part of a multipart form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    /// A file.
    File,
    /// A value of a plain type, or a list of them.
    Text(RustType),
}

/// The body of a successful response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseBody {
    /// No body that says anything.
    Empty,
    /// JSON of a type.
    Json(RustType),
    /// Text, of this media type.
    Text(String),
    /// Bytes, as they come.
    Bytes,
}

impl Parameter {
    /// Whether its values are sent as one value with commas.
    pub fn is_comma_list(&self) -> bool {
        self.with_commas && matches!(self.rust_type, RustType::List(_))
    }
}

impl OperationModel {
    /// The name of its call builder.
    pub fn builder(&self) -> String {
        names::builder_name(&self.id)
    }

    /// `GET /v1/alerts`
    pub fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// How it is called in Rust: `alerts().list`
    pub fn rust_path(&self) -> String {
        format!("{}().{}", names::module_name(&self.area), self.rust_method)
    }

    /// The constant of its row in the table of operations.
    pub fn constant(&self) -> String {
        names::constant_name(&self.id)
    }

    /// The query parameters that every request must have.
    pub fn required_query_params(&self) -> impl Iterator<Item = &Parameter> {
        self.query_params.iter().filter(|parameter| parameter.required)
    }

    /// The headers that every request must have.
    pub fn required_header_params(&self) -> impl Iterator<Item = &Parameter> {
        self.header_params.iter().filter(|parameter| parameter.required)
    }

    /// The query parameters and headers that a request may leave out.
    pub fn optional_params(&self) -> impl Iterator<Item = &Parameter> {
        self.optional_query_params().chain(self.optional_header_params())
    }

    /// The query parameters that a request may leave out.
    pub fn optional_query_params(&self) -> impl Iterator<Item = &Parameter> {
        self.query_params.iter().filter(|parameter| !parameter.required)
    }

    /// The headers that a request may leave out.
    pub fn optional_header_params(&self) -> impl Iterator<Item = &Parameter> {
        self.header_params.iter().filter(|parameter| !parameter.required)
    }

    /// All parameters: those of the path first, then the query, then headers.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.path_params.iter().chain(&self.query_params).chain(&self.header_params)
    }

    /// The parameters that every request must have: those of the path first, then the query, then
    /// headers.
    pub fn required_params(&self) -> impl Iterator<Item = &Parameter> {
        self.path_params.iter().chain(self.required_query_params()).chain(self.required_header_params())
    }

    /// The named schemas that it mentions.
    pub fn schemas(&self) -> Vec<&str> {
        let mut types: Vec<&RustType> = self.parameters().map(|parameter| &parameter.rust_type).collect();
        if let RequestBody::Json { rust_type, .. } = &self.body {
            types.push(rust_type);
        }
        if let ResponseBody::Json(rust_type) = &self.response {
            types.push(rust_type);
        }
        types.into_iter().filter_map(RustType::named).collect()
    }
}
