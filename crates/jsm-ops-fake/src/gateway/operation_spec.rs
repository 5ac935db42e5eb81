//! An operation of the interface, and how its path template matches.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::gateway::path::Family;

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Method and path template: `GET /v1/alerts/{id}`.
    pub name: String,
    pub method: String,
    pub family: Family,
    /// The segments of the path template.
    pub segments: Vec<String>,
    /// The scopes that a 3LO token needs, all of them; `None` where no 3LO token opens it.
    pub scopes: Option<Vec<String>>,
    /// The query parameters.
    pub query: Vec<QueryParameter>,
    /// The body of the request.
    pub body: Option<Content>,
    /// Whether a request without the body is refused.
    pub body_required: bool,
    /// The status of the success.
    pub status: u16,
    /// The body of the success.
    pub success: Option<Content>,
}

/// A query parameter.
#[derive(Debug)]
pub(crate) struct QueryParameter {
    pub name: &'static str,
    pub required: bool,
    pub schema: &'static Value,
}

/// A body.
#[derive(Debug)]
pub(crate) struct Content {
    pub media_type: &'static str,
    pub schema: &'static Value,
}

/// How many letters of a segment stand outside of its parameter.
fn literal(segment: &str) -> usize {
    Segment::of(segment).map_or(usize::MAX, |segment| segment.suffix.len())
}

/// A segment of a template that has a parameter, and maybe something behind it.
struct Segment<'a> {
    name: &'a str,
    suffix: &'a str,
}

impl<'a> Segment<'a> {
    fn of(template: &'a str) -> Option<Self> {
        let (name, suffix) = template.strip_prefix('{')?.split_once('}')?;
        Some(Self { name, suffix })
    }
}

impl Operation {
    /// How much of each segment is written in the template. `{id}` is the shortest way to say anything; `{id}.ics` and `on-calls`
    /// say more.
    pub(crate) fn literals(&self) -> Vec<usize> {
        self.segments.iter().map(|segment| literal(segment)).collect()
    }

    /// The parameters that make a path out of the template, decoded; `None` where none do.
    pub(crate) fn parameters(&self, relative: &str) -> Option<Vec<(&str, String)>> {
        let mut found = Vec::new();
        let mut segments = relative.split('/');
        for template in &self.segments {
            let segment = segments.next()?;
            match Segment::of(template) {
                None if template == segment => {}
                None => return None,
                Some(Segment { name, suffix }) => {
                    let value = segment.strip_suffix(suffix).filter(|value| !value.is_empty())?;
                    found.push((name, percent_decode_str(value).decode_utf8().ok()?.into_owned()));
                }
            }
        }
        segments.next().is_none().then_some(found)
    }
}
