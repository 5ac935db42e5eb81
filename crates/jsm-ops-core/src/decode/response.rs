//! Whole responses.

use serde::de::DeserializeOwned;

use crate::{error::Error, operation::Operation, response::Response};

/// Decodes the JSON body of a successful response.
///
/// # Errors
/// [`Error::is_decode`] for an empty body and for one that does not match the type.
/// [`Error::json_path`] has the place.
pub fn response<T: DeserializeOwned>(operation: &'static Operation, response: &Response) -> Result<T, Error> {
    from_json(&response.body).or_else(|_| {
        if response.body.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::empty_response(operation, response));
        }
        // Tracking the path costs time, so only a response that failed is decoded with it.
        let mut reader = serde_json::Deserializer::from_slice(&response.body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            Error::decode(operation, response, path, error.into_inner())
        })?;
        reader.end().map_err(|error| Error::decode(operation, response, ".".to_owned(), error))?;
        Ok(value)
    })
}

/// One check for UTF-8 of the whole body is a quarter faster than one for each string. A body that
/// is not UTF-8 may still decode if the type ignores the strings in question.
fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{StatusCode, header::HeaderMap};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[serde(default, rename = "list")]
        _list: Vec<u8>,
    }

    #[test]
    fn the_error_of_a_mismatch_has_the_path() {
        static GET: Operation = Operation::new("get", "a().get", "GET", "/v1/a");
        let of = |body: &str| {
            let received = Response::new(StatusCode::OK, HeaderMap::new(), body.to_owned().into());
            response::<Vec<Sample>>(&GET, &received)
        };
        assert_eq!(of(r#"[{"list":[1]}]"#).expect("a match").len(), 1);
        let error = of(r#"[{},{"list":[1,"x"]}]"#).expect_err("a string");
        assert!(error.is_decode());
        assert_eq!((error.json_path(), error.status()), (Some("[1].list[1]"), Some(StatusCode::OK)));
        assert!(
            error.to_string().starts_with("`get` (GET /v1/a): the response does not match its type at `[1].list[1]`: "),
            "{error}"
        );
        for (body, reason) in
            [("", "empty"), (" \n", "empty"), ("[] x", "trailing"), ("<html>", "expected value"), ("[{", "EOF")]
        {
            let error = of(body).expect_err(body).to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
