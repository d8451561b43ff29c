//! What uploads are held to, as the command line says it.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use auraloader_backend::gate::{GatePolicy, Keys, Scheme};
use auraloader_signing::auraimage::is_recognisable;
use clap::{Args, ValueEnum};

use super::Failure;

/// What uploads must be signed with and are held to.
#[derive(Args)]
pub(crate) struct PolicyOptions {
    /// How tus requests must be signed
    #[arg(long, value_enum, requires = "keys")]
    signatures: Option<SchemeName>,
    /// File with a name and a secret a line; the name is the app id, slug or public key that the scheme knows
    #[arg(long, requires = "signatures")]
    keys: Option<PathBuf>,
    /// Largest upload in bytes
    #[arg(long)]
    pub(crate) max_size: Option<u64>,
    /// Media type that may be uploaded, as application/zip or image/*; may be repeated [default, with any of these
    /// options: ZIP, DICOM and images]
    #[arg(long, value_name = "MEDIA_TYPE")]
    allow_type: Vec<String>,
    /// Origin whose pages may upload, with scheme and port; may be repeated [default: all]
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,
    /// Uploads that an account may begin in a minute
    #[arg(long)]
    uploads_per_minute: Option<NonZeroU32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum SchemeName {
    /// AURA-HMAC-SHA256 on each request, for uploads from servers
    Aura,
    /// A token that carries limits
    Auraimage,
    /// A signed expiry
    Uploadcare,
    /// A JWT that is good for one upload
    Imagekit,
}

impl PolicyOptions {
    /// Whether more than the size is limited.
    pub(crate) fn want_gate(&self) -> bool {
        self.signatures.is_some()
            || !self.allow_type.is_empty()
            || !self.origin.is_empty()
            || self.uploads_per_minute.is_some()
    }

    pub(crate) fn read(&self) -> Result<GatePolicy, Failure> {
        let scheme = match (self.signatures, &self.keys) {
            (Some(name), Some(keys)) => name.with(read_keys(keys)?),
            _ => Scheme::Open,
        };
        if let Some(unknown) = self.allow_type.iter().find(|media_type| !is_recognisable(media_type)) {
            return Err(format!("--allow-type: {unknown} can't be recognised by a file's first bytes").into());
        }
        let mut policy = GatePolicy::new(scheme);
        policy.max_size = self.max_size;
        if !self.allow_type.is_empty() {
            policy.allowed_types.clone_from(&self.allow_type);
        }
        policy.origins = self.origin.iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect();
        policy.uploads_per_minute = self.uploads_per_minute;
        Ok(policy)
    }
}

impl SchemeName {
    fn with(self, keys: Keys) -> Scheme {
        match self {
            Self::Aura => Scheme::Aura(keys),
            Self::Auraimage => Scheme::AuraImage(keys),
            Self::Uploadcare => Scheme::Uploadcare(keys),
            Self::Imagekit => Scheme::ImageKit(keys.into_pairs()),
        }
    }
}

fn read_keys(path: &Path) -> Result<Keys, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(path)?) & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others can read the keys: chmod 600 would mend that");
    }
    Ok(Keys::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}
