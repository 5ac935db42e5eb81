//! Ids as segments of a path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986, section 2.3, and the colon, which the ids of Atlassian accounts hold
/// and which section 3.3 allows in a segment.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// An id that cannot be a segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` is {value:?}, which would change the path of the request; give the id of one thing")]
pub struct InvalidSegment {
    parameter: String,
    value: String,
}

/// Encodes an id as one segment of a path.
///
/// # Errors
/// An empty id, `.` and `..`: URL normalisation removes them, encoded or not, and the request would go to another operation
/// (WHATWG URL, "path state"). A slash in an id would end as `%2F`, which gateways decode; it is refused for the same reason.
pub fn segment(parameter: &str, value: &str) -> Result<String, InvalidSegment> {
    let mut path = String::new();
    push_segment(&mut path, parameter, value).map(|()| path)
}

/// Adds an id to a path, like [`segment`].
pub(crate) fn push_segment(path: &mut String, parameter: &str, value: &str) -> Result<(), InvalidSegment> {
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
    fn ids_that_would_change_the_path_are_refused() {
        for id in ["", ".", "..", "a/b", "/", "..\\", "../alerts"] {
            let error = segment("alert_id", id).expect_err(id).to_string();
            assert!(error.contains("alert_id"), "{error}");
        }
    }
}
