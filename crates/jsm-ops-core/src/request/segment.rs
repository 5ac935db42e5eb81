//! Ids as segments of a path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters (RFC 3986, section 2.3) and the colon. Ids of
/// Atlassian accounts have colons, and section 3.3 allows them in a segment.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// An id that cannot be a segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` is {value:?}, which would change the path of the request; give the id of one object")]
pub struct InvalidSegment {
    parameter: String,
    value: String,
}

/// Encodes an id as one segment of a path. `parameter` is its name for the error.
///
/// ```
/// # use jsm_ops_core::segment;
/// assert_eq!(segment("name", "on call").as_deref(), Ok("on%20call"));
/// assert!(segment("name", "../alerts").is_err());
/// ```
///
/// # Errors
/// An empty id, `.` and `..`: URL parsers remove them, encoded or not, and the request would go to
/// another operation (WHATWG URL, "path state"). An id with a slash or backslash: gateways decode
/// `%2F` and `%5C`, with the same effect.
pub fn segment(parameter: &str, value: &str) -> Result<String, InvalidSegment> {
    let mut path = String::new();
    push_segment(&mut path, parameter, value).map(|()| path)
}

/// Replaces each `{name}` of a path template by the next value, encoded as one segment.
pub(crate) fn fill_path(template: &str, values: &[&str]) -> Result<String, InvalidSegment> {
    let mut path = String::with_capacity(template.len() + values.iter().map(|value| value.len()).sum::<usize>());
    let mut values = values.iter();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        path.push_str(before);
        // A missing value counts as an empty one: the error then has the name of the parameter.
        push_segment(&mut path, name, values.next().copied().unwrap_or_default())?;
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

fn push_segment(path: &mut String, parameter: &str, value: &str) -> Result<(), InvalidSegment> {
    if matches!(value, "" | "." | "..") || value.contains(['/', '\\']) {
        return Err(InvalidSegment { parameter: parameter.to_owned(), value: value.to_owned() });
    }
    path.extend(utf8_percent_encode(value, ENCODED));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_encoded() {
        assert_eq!(segment("id", "712020:ab-1_2.~"), Ok("712020:ab-1_2.~".to_owned()));
        assert_eq!(segment("name", "a b?c#d%é"), Ok("a%20b%3Fc%23d%25%C3%A9".to_owned()));
        assert_eq!(segment("name", "..."), Ok("...".to_owned()));
    }

    #[test]
    fn ids_that_would_change_the_path_are_invalid() {
        for id in ["", ".", "..", "a/b", "/", "..\\", "../alerts"] {
            let error = segment("alert_id", id).expect_err(id).to_string();
            assert!(error.contains("alert_id"), "{error}");
        }
    }

    #[test]
    fn templates_are_filled_in_order() {
        assert_eq!(fill_path("/v1/a/{id}/b/{x}.ics", &["1 2", "ä"]), Ok("/v1/a/1%202/b/%C3%A4.ics".to_owned()));
        assert_eq!(fill_path("/v1/a", &[]), Ok("/v1/a".to_owned()));
    }

    #[test]
    fn the_error_of_a_missing_value_has_its_name() {
        let error = fill_path("/v1/a/{alertId}", &[]).expect_err("no value").to_string();
        assert!(error.contains("alertId"), "{error}");
    }
}
