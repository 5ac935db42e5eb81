//! Arguments of calls, made up from the document.

use jsm_ops_api::{BaseUrls, Client, CloudId, Gateway, Upload, reqwest};
use jsm_ops_test_server::Server;
use jsm_ops_tests::{
    document::{Operation, resolve},
    sample::sample_of,
};
use serde_json::Value;

use crate::calls::Arguments;

/// The site that all tests call.
pub const CLOUD_ID: &str = "11111111-2222-3333-4444-555555555555";

/// The file of the upload.
pub const FILE: (&str, &str) = ("log.txt", "what happened");

/// Makes up every argument of one operation.
pub struct SampleArguments(pub Operation);

impl SampleArguments {
    /// The value of a query parameter, a header, or the body or one of its properties, by its
    /// schema in the document.
    pub fn json(&self, name: &str) -> Value {
        let body = || self.0.body().filter(|_| name == "body").map(|(_, schema)| schema);
        let schema = self.parameter(name).or_else(body).or_else(|| self.property_schema(name));
        let missing = || panic!("the document has no `{name}` in {} {}", self.0.method, self.0.documented);
        sample_of(self.0.root, schema.unwrap_or_else(missing))
    }

    /// The schema of a query parameter or a header.
    fn parameter(&self, name: &str) -> Option<&'static Value> {
        let mut parameters = self.0.query().into_iter().chain(self.0.headers());
        parameters.find(|(parameter, _)| *parameter == name).map(|(_, schema)| schema)
    }

    /// The schema of a property of the body.
    pub fn property_schema(&self, name: &str) -> Option<&'static Value> {
        let (_, schema) = self.0.body()?;
        resolve(self.0.root, schema).get("properties")?.get(name)
    }

    /// The required properties of the body.
    pub fn required_properties(&self) -> Vec<&'static str> {
        let body = self.0.body().map(|(_, schema)| resolve(self.0.root, schema));
        let required = body.and_then(|body| body.get("required")).and_then(Value::as_array).into_iter().flatten();
        required.filter_map(Value::as_str).collect()
    }

    /// The value of a path parameter.
    pub fn in_path(name: &str) -> String {
        format!("the-{name}")
    }
}

impl Arguments for SampleArguments {
    fn text(&self, name: &str) -> String {
        let is_form = self.0.body().is_some_and(|(media_type, _)| media_type == "multipart/form-data");
        let is_part = is_form && self.property_schema(name).is_some();
        if self.parameter(name).is_none() && !is_part {
            return Self::in_path(name);
        }
        let value = self.value(name);
        // One element of a list, or the value itself.
        value.get(0).unwrap_or(&value).as_str().expect("a string").to_owned()
    }

    fn value(&self, name: &str) -> Value {
        self.json(name)
    }

    fn body(&self) -> Value {
        self.json("body")
    }

    fn property(&self, name: &str) -> Value {
        let schema = self.property_schema(name);
        sample_of(self.0.root, schema.unwrap_or_else(|| panic!("the body of {} has no `{name}`", self.0.documented)))
    }

    fn upload(&self) -> Upload {
        // The media type is optional (RFC 7578, 4.4), but Prism's form reader ends the process
        // without one.
        Upload::bytes(FILE.0, FILE.1).media_type("text/plain")
    }
}

/// A client of the server with the 3LO base URL.
pub fn oauth_client(server: &Server) -> Client {
    let gateway = Gateway::new(&server.url()).expect("a loopback gateway");
    Client::new(BaseUrls::oauth_at(&gateway, &cloud_id()), http())
}

/// A client of the server with the HTTP Basic base URL.
pub fn basic_client(server: &Server) -> Client {
    let gateway = Gateway::new(&server.url()).expect("a loopback gateway");
    Client::new(BaseUrls::basic_at(&gateway, &cloud_id()), http())
}

/// A client that sends no request.
pub fn unused_client() -> Client {
    Client::new(BaseUrls::oauth(&cloud_id()), http())
}

/// An HTTP client that works with every set of reqwest's features in the workspace.
pub fn http() -> reqwest::Client {
    // rustls takes the first provider of a process only, and the tests share it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// [`CLOUD_ID`] as its type.
pub fn cloud_id() -> CloudId {
    CloudId::new(CLOUD_ID).expect("a cloud id")
}
