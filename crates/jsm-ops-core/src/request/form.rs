//! Multipart forms with several parts.

use reqwest::multipart::Form;

use super::{query::QueryValue, upload::Upload};

/// The parts of a multipart form, in the order in which they are sent.
///
/// ```
/// # use jsm_ops_core::{FormParts, Upload};
/// let file = Upload::bytes("a.txt", "a");
/// let parts = FormParts::new().text("note", "disk full").file("file", file);
/// assert_eq!(parts.names().collect::<Vec<_>>(), ["note", "file"]);
/// ```
#[derive(Debug, Default)]
pub struct FormParts(Vec<(&'static str, FormPart)>);

#[derive(Debug)]
enum FormPart {
    Text(String),
    File(Upload),
}

impl FormParts {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part with a value, and removes earlier parts of the name. A list is one part per
    /// element.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: impl QueryValue) -> Self {
        self.0.retain(|(known, _)| *known != name);
        value.for_each_value(&mut |value| self.0.push((name, FormPart::Text(value))));
        self
    }

    /// Adds a part with a file, and removes earlier parts of the name.
    #[must_use]
    pub fn file(mut self, name: &'static str, file: Upload) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, FormPart::File(file)));
        self
    }

    /// The names of the parts.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|(name, _)| *name)
    }

    /// A copy for the next attempt. `None` if a file is a stream, which can be sent only once.
    pub(super) fn try_clone(&self) -> Option<Self> {
        let parts = self.0.iter().map(|(name, part)| {
            let part = match part {
                FormPart::Text(value) => FormPart::Text(value.clone()),
                FormPart::File(file) => FormPart::File(file.try_clone()?),
            };
            Some((*name, part))
        });
        parts.collect::<Option<_>>().map(Self)
    }

    pub(crate) fn into_form(self) -> Result<Form, reqwest::Error> {
        self.0.into_iter().try_fold(Form::new(), |form, (name, part)| {
            Ok(match part {
                FormPart::Text(value) => form.text(name, value),
                FormPart::File(file) => form.part(name, file.into_part()?),
            })
        })
    }
}
