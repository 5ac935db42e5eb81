//! Every keyword of OpenAPI 3.0 and 3.1: a fact of the interface, prose, or ignored.

use serde_json::Value;

/// What a node of a document is.
pub enum NodeShape {
    /// A plain value.
    Plain(Plain),
    /// An object with known members.
    Object(&'static [(&'static str, Rule)]),
    /// An object whose keys are names.
    Map(&'static NodeShape),
    /// An array of one shape; it may be empty.
    List(&'static NodeShape),
    /// An array that is not empty.
    Alternatives(&'static NodeShape),
    /// A schema, or the boolean that may stand for one.
    SchemaOrFlag,
    /// A value of one of several plain types.
    OneOf(&'static [Plain]),
    /// Prose under a name that is a fact; only the name stays.
    Prose,
}

/// The types of plain values.
#[derive(Clone, Copy)]
pub enum Plain {
    /// A JSON string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A JSON number.
    Number,
    /// A list of strings.
    Texts,
    /// A list of anything.
    Values,
    /// An object of anything.
    Members,
}

impl Plain {
    /// Whether a value has this type.
    pub fn is(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Values => value.is_array(),
            Self::Members => value.is_object(),
        }
    }

    /// The type, with an article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Flag => "a boolean",
            Self::Number => "a number",
            Self::Texts => "an array of strings",
            Self::Values => "an array",
            Self::Members => "an object",
        }
    }
}

/// What happens to a member of an object.
pub enum Rule {
    /// It is a fact of this shape.
    Keep(&'static NodeShape),
    /// It is a fact unless it is prose instead of one.
    KeepIf(fn(&Value) -> bool),
    /// It is prose, or the copy of a fact.
    Drop,
    /// It is a fact that the generator does not read. The run says so, with this reason.
    Ignore(&'static str),
}

use NodeShape::{Alternatives, List, Map, Object, Prose};
use Plain::{Flag, Members, Number, Text, Texts, Values};
use Rule::{Drop, Ignore, Keep, KeepIf};

/// Extensions that are facts, all of them flags; all others are dropped, whatever they hold.
pub const EXTENSIONS: [&str; 1] = ["x-experimental"];

static TEXT: NodeShape = NodeShape::Plain(Text);
static FLAG: NodeShape = NodeShape::Plain(Flag);
static NUMBER: NodeShape = NodeShape::Plain(Number);
/// A bound of OpenAPI 3.0 is a flag beside the limit. A bound of 3.1 is the limit itself.
static FLAG_OR_NUMBER: NodeShape = NodeShape::OneOf(&[Flag, Number]);
/// A type of OpenAPI 3.0, or a list of types of 3.1.
static TYPE: NodeShape = NodeShape::OneOf(&[Text, Texts]);
static TEXTS: NodeShape = NodeShape::Plain(Texts);
static VALUES: NodeShape = NodeShape::Plain(Values);
static MEMBERS: NodeShape = NodeShape::Plain(Members);

/// The whole document.
pub static ROOT: NodeShape = Object(&[
    ("openapi", Keep(&TEXT)),
    ("info", Keep(&INFO)),
    ("servers", Keep(&SERVERS)),
    ("security", Keep(&SECURITY)),
    ("components", Keep(&COMPONENTS)),
    ("tags", Keep(&TAGS)),
    ("paths", Keep(&PATHS)),
    ("externalDocs", Drop),
    ("jsonSchemaDialect", Drop),
    ("webhooks", Ignore("the service sends these requests, and the client does not receive any")),
]);
static INFO: NodeShape = Object(&[
    ("title", Keep(&TEXT)),
    ("version", Keep(&TEXT)),
    ("summary", Drop),
    ("description", Drop),
    ("termsOfService", Drop),
    ("contact", Drop),
    ("license", Drop),
]);
static SERVERS: NodeShape = List(&Object(&[("url", Keep(&TEXT)), ("variables", Keep(&VARIABLES)), ("description", Drop)]));
static VARIABLES: NodeShape = Map(&Object(&[("default", Keep(&TEXT)), ("enum", Keep(&TEXTS)), ("description", Drop)]));
/// Alternatives of schemes, each with the scopes that it asks for.
static SECURITY: NodeShape = List(&Map(&NodeShape::Plain(Texts)));
static TAGS: NodeShape = List(&Object(&[("name", Keep(&TEXT)), ("description", Drop), ("externalDocs", Drop)]));
static COMPONENTS: NodeShape = Object(&[
    ("schemas", Keep(&SCHEMAS)),
    ("securitySchemes", Keep(&SECURITY_SCHEMES)),
    ("parameters", Keep(&NAMED_PARAMETERS)),
    ("responses", Keep(&RESPONSES)),
    ("requestBodies", Keep(&REQUEST_BODIES)),
    ("headers", Keep(&NAMED_PARAMETERS)),
    ("pathItems", Keep(&PATHS)),
    ("links", Drop),
    ("callbacks", Ignore(CALLBACKS)),
    ("examples", Drop),
]);
const CALLBACKS: &str = "the service sends these requests, and the client does not receive any";
static SECURITY_SCHEMES: NodeShape = Map(&Object(&[
    ("type", Keep(&TEXT)),
    ("scheme", Keep(&TEXT)),
    ("name", Keep(&TEXT)),
    ("in", Keep(&TEXT)),
    ("bearerFormat", Keep(&TEXT)),
    ("openIdConnectUrl", Keep(&TEXT)),
    ("flows", Keep(&FLOWS)),
    ("description", Drop),
]));
static FLOWS: NodeShape = Map(&Object(&[
    ("authorizationUrl", Keep(&TEXT)),
    ("tokenUrl", Keep(&TEXT)),
    ("refreshUrl", Keep(&TEXT)),
    ("scopes", Keep(&SCOPES)),
]));
static SCOPES: NodeShape = Map(&Prose);
static PATHS: NodeShape = Map(&Object(&[
    ("get", Keep(&OPERATION)),
    ("put", Keep(&OPERATION)),
    ("post", Keep(&OPERATION)),
    ("delete", Keep(&OPERATION)),
    ("options", Keep(&OPERATION)),
    ("head", Keep(&OPERATION)),
    ("patch", Keep(&OPERATION)),
    ("trace", Keep(&OPERATION)),
    ("parameters", Keep(&PARAMETERS)),
    ("servers", Keep(&SERVERS)),
    ("$ref", Keep(&TEXT)),
    ("summary", Drop),
    ("description", Drop),
]));
static OPERATION: NodeShape = Object(&[
    ("tags", Keep(&TEXTS)),
    ("operationId", Keep(&TEXT)),
    ("parameters", Keep(&PARAMETERS)),
    ("requestBody", Keep(&REQUEST_BODY)),
    ("responses", Keep(&RESPONSES)),
    ("deprecated", Keep(&FLAG)),
    ("security", Keep(&SECURITY)),
    ("servers", Keep(&SERVERS)),
    ("callbacks", Ignore(CALLBACKS)),
    ("summary", Drop),
    ("description", Drop),
    ("externalDocs", Drop),
]);
static PARAMETERS: NodeShape = List(&PARAMETER);
static NAMED_PARAMETERS: NodeShape = Map(&PARAMETER);
static PARAMETER: NodeShape = Object(&[
    ("$ref", Keep(&TEXT)),
    ("name", Keep(&TEXT)),
    ("in", Keep(&TEXT)),
    ("required", Keep(&FLAG)),
    ("deprecated", Keep(&FLAG)),
    ("allowEmptyValue", Keep(&FLAG)),
    ("style", Keep(&TEXT)),
    ("explode", Keep(&FLAG)),
    ("allowReserved", Keep(&FLAG)),
    ("schema", Keep(&SCHEMA)),
    ("content", Keep(&CONTENT)),
    ("summary", Drop),
    ("description", Drop),
    ("example", Drop),
    ("examples", Drop),
]);
static REQUEST_BODIES: NodeShape = Map(&REQUEST_BODY);
static REQUEST_BODY: NodeShape = Object(&[
    ("$ref", Keep(&TEXT)),
    ("content", Keep(&CONTENT)),
    ("required", Keep(&FLAG)),
    ("summary", Drop),
    ("description", Drop),
]);
static RESPONSES: NodeShape = Map(&Object(&[
    ("$ref", Keep(&TEXT)),
    ("content", Keep(&CONTENT)),
    ("headers", Keep(&NAMED_PARAMETERS)),
    ("links", Drop),
    ("summary", Drop),
    ("description", Drop),
]));
static CONTENT: NodeShape =
    Map(&Object(&[("schema", Keep(&SCHEMA)), ("encoding", Keep(&MEMBERS)), ("example", Drop), ("examples", Drop)]));
static SCHEMAS: NodeShape = Map(&SCHEMA_OR_FLAG);
static SCHEMA_ALTERNATIVES: NodeShape = Alternatives(&SCHEMA_OR_FLAG);
static SCHEMA_OR_FLAG: NodeShape = NodeShape::SchemaOrFlag;
/// The keywords of a schema object.
pub static SCHEMA: NodeShape = Object(&[
    ("$ref", Keep(&TEXT)),
    ("type", Keep(&TYPE)),
    ("format", Keep(&TEXT)),
    ("const", KeepIf(is_value)),
    ("contentMediaType", Keep(&TEXT)),
    ("contentEncoding", Keep(&TEXT)),
    ("nullable", Keep(&FLAG)),
    ("enum", Keep(&VALUES)),
    ("default", KeepIf(is_value)),
    ("required", Keep(&TEXTS)),
    ("properties", Keep(&SCHEMAS)),
    ("additionalProperties", Keep(&SCHEMA_OR_FLAG)),
    ("items", Keep(&SCHEMA_OR_FLAG)),
    ("oneOf", Keep(&SCHEMA_ALTERNATIVES)),
    ("anyOf", Keep(&SCHEMA_ALTERNATIVES)),
    ("allOf", Keep(&SCHEMA_ALTERNATIVES)),
    ("not", Keep(&SCHEMA_OR_FLAG)),
    ("$defs", Keep(&SCHEMAS)),
    ("discriminator", Keep(&MEMBERS)),
    ("multipleOf", Keep(&NUMBER)),
    ("minimum", Keep(&NUMBER)),
    ("maximum", Keep(&NUMBER)),
    ("exclusiveMinimum", Keep(&FLAG_OR_NUMBER)),
    ("exclusiveMaximum", Keep(&FLAG_OR_NUMBER)),
    ("minLength", Keep(&NUMBER)),
    ("maxLength", Keep(&NUMBER)),
    ("pattern", Keep(&TEXT)),
    ("minItems", Keep(&NUMBER)),
    ("maxItems", Keep(&NUMBER)),
    ("uniqueItems", Keep(&FLAG)),
    ("minProperties", Keep(&NUMBER)),
    ("maxProperties", Keep(&NUMBER)),
    ("readOnly", Keep(&FLAG)),
    ("writeOnly", Keep(&FLAG)),
    ("deprecated", Keep(&FLAG)),
    ("title", Drop),
    ("description", Drop),
    ("example", Drop),
    ("examples", Drop),
    ("externalDocs", Drop),
    ("xml", Drop),
    ("$comment", Drop),
    ("$schema", Drop),
    ("$id", Ignore("a reference to it would not be found")),
    ("$anchor", Ignore("a reference to it would not be found")),
    ("$dynamicAnchor", Ignore("a reference to it would not be found")),
    ("$dynamicRef", Ignore(WIDER)),
    ("$vocabulary", Ignore(WIDER)),
    ("prefixItems", Ignore(WIDER)),
    ("contains", Ignore(WIDER)),
    ("minContains", Ignore(WIDER)),
    ("maxContains", Ignore(WIDER)),
    ("patternProperties", Ignore(WIDER)),
    ("propertyNames", Ignore(WIDER)),
    ("unevaluatedItems", Ignore(WIDER)),
    ("unevaluatedProperties", Ignore(WIDER)),
    ("dependentRequired", Ignore(WIDER)),
    ("dependentSchemas", Ignore(WIDER)),
    ("if", Ignore(WIDER)),
    ("then", Ignore(WIDER)),
    ("else", Ignore(WIDER)),
    ("contentSchema", Ignore(WIDER)),
]);
const WIDER: &str = "the Rust type takes every value that the schema takes without it";

/// Whether a default is a value. The document has sentences there too ("the time of the request"):
/// a string with white space is one.
fn is_value(default: &Value) -> bool {
    !default.as_str().is_some_and(|text| text.contains(char::is_whitespace))
}
