//! What an upload is held to.

use super::claims::Claims;
use super::{Violation, media};

/// As many of a file's first bytes tell its type, in bytes.
///
/// AuraImage looks at 12, which is enough for most images; DICOM's magic bytes are at 128, HEIF names its codec after a
/// list, tar has its own at 257.
pub const HEAD_LENGTH: usize = 512;

/// The limits of a token that has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraints {
    slug: String,
    max_size: u64,
    allowed_types: Vec<String>,
    expires: i64,
}

impl Constraints {
    /// The account for which the token was made.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The most bytes that the upload may have.
    #[must_use]
    pub const fn max_size(&self) -> u64 {
        self.max_size
    }

    /// The media types that the file may have, wildcards among them.
    #[must_use]
    pub fn allowed_types(&self) -> &[String] {
        &self.allowed_types
    }

    /// The token's last good moment, in Unix milliseconds.
    #[must_use]
    pub const fn expires(&self) -> i64 {
        self.expires
    }

    /// Checks the declared length of the whole upload (`Upload-Length`, or `Content-Length` where that is the whole),
    /// in bytes.
    ///
    /// # Errors
    /// [`Violation::TooLarge`].
    pub fn check_declared(&self, length: u64) -> Result<(), Violation> {
        let max_size = self.max_size;
        if length > max_size { Err(Violation::TooLarge { length, max_size }) } else { Ok(()) }
    }

    /// Checks how many bytes of the whole upload have arrived, those of earlier requests included. Ask before what has
    /// arrived is stored: a length can be deferred, or a lie.
    ///
    /// # Errors
    /// [`Violation::TooLarge`].
    pub fn check_received(&self, total: u64) -> Result<(), Violation> {
        self.check_declared(total)
    }

    /// Checks that the file is of an allowed type by its first [`HEAD_LENGTH`] bytes, or by all of them where it has
    /// fewer. Further bytes do no harm.
    ///
    /// # Errors
    /// [`Violation::Type`].
    pub fn check_head(&self, head: &[u8]) -> Result<(), Violation> {
        if self.allowed_types.iter().any(|media_type| media::is_of_type(media_type, head)) {
            Ok(())
        } else {
            Err(Violation::Type { allowed: self.allowed_types.clone() })
        }
    }
}

impl From<Claims> for Constraints {
    fn from(Claims { slug, max_size, allowed_types, expires }: Claims) -> Self {
        Self { slug, max_size, allowed_types, expires }
    }
}
