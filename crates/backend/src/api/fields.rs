//! Bodies, field by field, so that everything wrong is said at once.

use serde_json::{Map, Value};

use crate::error::{ApiError, FieldErrors};

/// A JSON object that is being read.
pub(crate) struct Fields {
    object: Map<String, Value>,
    errors: FieldErrors,
}

impl Fields {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let object = serde_json::from_slice(body).map_err(ApiError::Json)?;
        Ok(Self { object, errors: FieldErrors::new() })
    }

    /// A field that must be there; the text says what it must be.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        must: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.object.get(name).and_then(read);
        if value.is_none() {
            self.refuse(name, must);
        }
        value
    }

    /// A field that may be missing or `null`.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        must: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        match self.object.get(name) {
            None | Some(Value::Null) => None,
            Some(_) => self.required(name, must, read),
        }
    }

    /// A field with one possible value.
    pub(crate) fn exactly(&mut self, name: &str, expected: &str) {
        self.required(name, &format!("must be \"{expected}\""), |value| (value == expected).then_some(()));
    }

    /// A field with a UUID, given back in lower case.
    pub(crate) fn uuid(&mut self, name: &str) -> String {
        let read = |value: &Value| uuid::Uuid::try_parse(value.as_str()?).ok();
        self.required(name, "must be a UUID", read).map(|uuid| uuid.to_string()).unwrap_or_default()
    }

    pub(crate) fn refuse(&mut self, field: impl Into<String>, must: &str) {
        let field = field.into();
        let text = format!("The {field} {must}.");
        self.errors.entry(field).or_default().push(text);
    }

    /// Takes a field out as it is.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.object.remove(name)
    }

    /// Fails if anything was refused.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self.errors)) }
    }
}
