//! What a gate holds uploads to.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use auraloader_signing::Secret;
use auraloader_signing::imagekit::KeyPair;
use thiserror::Error;

/// The media types that are let through where nothing else is said: archives, DICOM files, images.
pub const DEFAULT_TYPES: [&str; 3] = ["application/zip", "application/dicom", "image/*"];

/// What uploads are held to, whatever an upload's own signature says besides.
#[derive(Clone, Debug)]
pub struct GatePolicy {
    /// How requests are signed.
    pub scheme: Scheme,
    /// The most bytes that an upload may have.
    pub max_size: Option<u64>,
    /// The media types, wildcards among them, of which a file must be one by its first bytes; none lets all through.
    pub allowed_types: Vec<String>,
    /// The origins whose pages may upload, as browsers name them (`https://clinic.example`); none lets all.
    pub origins: Vec<String>,
    /// How many uploads an account may begin in a minute.
    pub uploads_per_minute: Option<NonZeroU32>,
}

impl GatePolicy {
    /// Lets through what `scheme` lets through, if it is of the [`DEFAULT_TYPES`].
    #[must_use]
    pub fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            max_size: None,
            allowed_types: DEFAULT_TYPES.map(str::to_owned).into(),
            origins: Vec::new(),
            uploads_per_minute: None,
        }
    }
}

/// How requests are signed, and the keys by which that is verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Scheme {
    /// Not at all.
    Open,
    /// Each request by AURA-HMAC-SHA256, for uploads from servers. Keys by app id.
    Aura(Keys),
    /// By a token that carries limits. Keys by slug.
    AuraImage(Keys),
    /// By a signed expiry. Keys by whatever name the account shall have.
    Uploadcare(Keys),
    /// By a JWT that is good for one upload.
    ImageKit(Vec<KeyPair>),
}

/// Secrets by the name of whom they belong to: several of one name while one is being exchanged.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<String, Vec<Secret>>);

impl Keys {
    /// Reads a line each of a name and a secret, with white space between; a line that begins with `#` is a comment.
    ///
    /// # Errors
    /// [`KeysError`] where a line is no such pair, or there is none.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let mut keys = BTreeMap::<String, Vec<Secret>>::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (None, ..) => {}
                (Some(name), Some(secret), None) => {
                    keys.entry(name.to_owned()).or_default().push(Secret::new(secret));
                }
                _ => return Err(KeysError::Line(number)),
            }
        }
        if keys.is_empty() { Err(KeysError::Empty) } else { Ok(Self(keys)) }
    }

    /// The secrets of a name; none where it isn't known.
    pub(super) fn of(&self, name: &str) -> &[Secret] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[Secret])> {
        self.0.iter().map(|(name, secrets)| (name.as_str(), secrets.as_slice()))
    }

    /// Each name with each of its secrets as ImageKit's public and private key.
    #[must_use]
    pub fn into_pairs(self) -> Vec<KeyPair> {
        let pairs = self.0.into_iter().flat_map(|(name, secrets)| {
            secrets.into_iter().map(move |secret| KeyPair::new(name.clone(), secret))
        });
        pairs.collect()
    }
}

/// Keys that can't be read. Says where, never what.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeysError {
    /// A line isn't a name and a secret.
    #[error("line {0} of the keys must be a name and a secret, with white space between")]
    Line(usize),
    /// There is no key.
    #[error("the keys are empty: a line must be a name and a secret")]
    Empty,
}

#[cfg(test)]
mod tests {
    use super::{Keys, KeysError};

    #[test]
    fn a_name_and_a_secret_a_line() {
        let keys = Keys::parse("# clinic\nclinic  one\n\n # the next\nclinic two#2\nother\tthree\n").unwrap();
        let secrets: Vec<&str> = keys.of("clinic").iter().map(|secret| secret.expose()).collect();
        assert_eq!(secrets, ["one", "two#2"]);
        assert_eq!(keys.of("other").len(), 1);
        assert!(keys.of("nobody").is_empty());
        assert_eq!(keys.into_pairs().len(), 3);
    }

    #[test]
    fn what_is_no_pair_is_told_by_its_line_alone() {
        assert_eq!(Keys::parse("a b\nlonely-secret\n").unwrap_err(), KeysError::Line(2));
        assert_eq!(Keys::parse("a b c").unwrap_err(), KeysError::Line(1));
        assert_eq!(Keys::parse("# nothing\n").unwrap_err(), KeysError::Empty);
        assert!(!KeysError::Line(2).to_string().contains("lonely"));
    }
}
