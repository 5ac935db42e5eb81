//! The specification of one operation, and how its path template matches.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::gateway::gateway_path::AddressFamily;

/// The specification of one operation.
#[derive(Debug)]
pub(crate) struct OperationSpec {
    /// Method and path template: `GET /v1/alerts/{id}`.
    pub name: String,
    /// The name without those of path parameters, which change: `GET /v1/alerts/{}`.
    pub shape: String,
    pub method: String,
    pub family: AddressFamily,
    /// The segments of the path template.
    pub segments: Vec<String>,
    /// The scopes that an access token needs, all of them. `None` if the operation rejects 3LO.
    pub scopes: Option<Vec<String>>,
    pub query: Vec<QueryParameterSpec>,
    /// The body of the request.
    pub body: Option<BodySpec>,
    pub body_required: bool,
    /// The status of a success.
    pub status: u16,
    /// The body of a success.
    pub success: Option<BodySpec>,
}

/// The name of an operation without those of its path parameters: `GET /v1/alerts/{}`.
pub(crate) fn shape(name: &str) -> String {
    let mut shape = String::new();
    let mut rest = name;
    while let Some((before, (_, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        shape.push_str(before);
        shape.push_str("{}");
        rest = after;
    }
    shape + rest
}

/// The specification of a query parameter.
#[derive(Debug)]
pub(crate) struct QueryParameterSpec {
    pub name: &'static str,
    pub required: bool,
    pub schema: &'static Value,
}

/// The specification of a body.
#[derive(Debug)]
pub(crate) struct BodySpec {
    pub media_type: &'static str,
    pub schema: &'static Value,
}

impl BodySpec {
    /// Whether the body is JSON, under any name.
    pub(crate) fn is_json(&self) -> bool {
        self.media_type == "application/json" || self.media_type.ends_with("+json")
    }
}

/// A segment of a path template: a parameter, and perhaps a suffix.
struct TemplateSegment<'a> {
    name: &'a str,
    suffix: &'a str,
}

impl<'a> TemplateSegment<'a> {
    /// Parses a segment. `None` if it has no parameter.
    fn parse(template: &'a str) -> Option<Self> {
        let (name, suffix) = template.strip_prefix('{')?.split_once('}')?;
        Some(Self { name, suffix })
    }
}

impl OperationSpec {
    /// The number of literal characters of each segment, to rank templates. `{id}` ranks lowest,
    /// then `{id}.ics`, then `on-calls`, which has no parameter.
    pub(crate) fn specificity(&self) -> Vec<usize> {
        let literals = |segment: &String| TemplateSegment::parse(segment).map_or(usize::MAX, |segment| segment.suffix.len());
        self.segments.iter().map(literals).collect()
    }

    /// Matches a path against the template, and returns its parameters, decoded, in order.
    pub(crate) fn match_path(&self, relative: &str) -> Option<Vec<(&str, String)>> {
        let mut parameters = Vec::new();
        let mut segments = relative.split('/');
        for template in &self.segments {
            let segment = segments.next()?;
            match TemplateSegment::parse(template) {
                None if template == segment => {}
                None => return None,
                Some(TemplateSegment { name, suffix }) => {
                    let value = segment.strip_suffix(suffix).filter(|value| !value.is_empty())?;
                    parameters.push((name, percent_decode_str(value).decode_utf8().ok()?.into_owned()));
                }
            }
        }
        segments.next().is_none().then_some(parameters)
    }
}
