//! What the command line, the environment and files say, as the session takes it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use auraloader_core::credentials::{Grant, Source};
use auraloader_core::dicom::ExcludeRule;
use auraloader_core::secret::Secret;
use auraloader_core::session::{Compression, Config};
use clap::{Args, ValueEnum};

/// As the widget has it: ten minutes, but never more than half of a token's life.
const RENEW_BEFORE: u64 = 600_000;

/// Options of `auraloader upload`. Secrets are never among them: a command line can be read by everybody on a machine.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder, read with all folders in it
    pub(crate) dir: PathBuf,
    /// Base URL of the Aura API
    #[arg(long, value_name = "URL", env = "AURALOADER_API")]
    api: String,
    /// Environment variable that holds the service's API key
    #[arg(long, value_name = "NAME", default_value = "AURALOADER_API_KEY")]
    api_key_env: String,
    /// Environment variable that holds an upload token
    #[arg(long, value_name = "NAME", default_value = "AURALOADER_TOKEN", conflicts_with = "token_command")]
    token_env: String,
    /// Command that prints {"token": "aubt_…", "expires_at": "…"}; run again before a token expires
    #[arg(long, value_name = "COMMAND")]
    pub(crate) token_command: Option<String>,
    /// Aurabox patient id that the studies belong to
    #[arg(long, value_name = "ID", env = "AURALOADER_PATIENT_ID", hide_env_values = true)]
    patient_id: Option<String>,
    /// File with a JSON object that is sent along unchanged
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Leave out instances, e.g. modality=SR,protocol-name=Localizer (fields: sop-class-uid, modality, protocol-name; all
    /// must match); replaces the built-in rule for exam cards
    #[arg(long, value_name = "RULE", value_parser = rule)]
    exclude: Vec<ExcludeRule>,
    /// Leave out nothing by a rule, not even exam cards
    #[arg(long, conflicts_with = "exclude")]
    no_exclude: bool,
    /// How the archive's entries are written
    #[arg(long, value_enum, default_value_t = Packing::Auto)]
    compression: Packing,
    /// One archive for everything, or one a study
    #[arg(long, value_enum, default_value_t = Archive::Upload)]
    archive: Archive,
    /// Bytes of one request; auto follows what link and server take
    #[arg(long, value_name = "BYTES", default_value = "auto", value_parser = chunk_size)]
    chunk_size: ChunkSize,
    /// Milliseconds between the tries of one request
    #[arg(long, value_name = "MS,MS,…", value_delimiter = ',', default_value = "0,1000,3000,5000")]
    retry_delays: Vec<u64>,
    /// Neither go on with an earlier run nor leave anything to go on with
    #[arg(long)]
    no_resume: bool,
    /// Where unfinished uploads are remembered
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,
    /// Print one JSON object with what came of it
    #[arg(long)]
    pub(crate) json: bool,
    /// Don't show progress, and say nothing of success
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Tell each request on standard error: method, address and status
    #[arg(long)]
    pub(crate) debug: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Packing {
    /// Deflated where that gets them across sooner
    Auto,
    /// As they are
    Store,
    /// Deflated wherever that makes them smaller
    Deflate,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Archive {
    /// One for everything
    Upload,
    /// One a study
    Study,
}

/// `None`: as many as link and server take.
#[derive(Clone, Copy)]
struct ChunkSize(Option<u64>);

impl Options {
    pub(crate) fn resume(&self) -> bool {
        !self.no_resume
    }

    /// What the session is configured with; it remembers uploads if there is a place for that.
    pub(crate) fn config(&self, resume: bool) -> Result<Config> {
        Ok(Config {
            api_base_url: self.api_base_url()?,
            api_token: Secret::new(secret(&self.api_key_env, "the API key")?),
            upload_token: self.upload_token()?,
            signature: None,
            patient_id: self.patient_id.clone(),
            context: self.context()?,
            chunk_size: self.chunk_size.0,
            compression: match self.compression {
                Packing::Auto => Compression::Auto,
                Packing::Store => Compression::Store,
                Packing::Deflate => Compression::Deflate,
            },
            by_study: self.archive == Archive::Study,
            retry_delays: self.retry_delays.clone(),
            resume,
            exclude_rules: match (self.no_exclude, self.exclude.is_empty()) {
                (true, _) => Vec::new(),
                (false, true) => ExcludeRule::defaults(),
                (false, false) => self.exclude.clone(),
            },
        })
    }

    fn api_base_url(&self) -> Result<String> {
        let url = url::Url::parse(&self.api).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.context("--api must be a valid URL")?;
        ensure!(url.password().is_none(), "--api must not hold a password");
        Ok(self.api.trim_end_matches('/').to_owned())
    }

    fn upload_token(&self) -> Result<Source> {
        let has_resolver = self.token_command.is_some();
        let given = if has_resolver {
            None
        } else {
            let token = secret(&self.token_env, "an upload token (or use --token-command)")?;
            ensure!(
                token.starts_with("aubt_"),
                "the upload token in {} must start with 'aubt_'",
                self.token_env
            );
            Some(Grant { value: Secret::new(token), expires: None })
        };
        Ok(Source { given, has_resolver, threshold: RENEW_BEFORE })
    }

    fn context(&self) -> Result<Option<String>> {
        let Some(path) = &self.context else { return Ok(None) };
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let is_object = serde_json::from_str::<serde_json::Map<_, _>>(&text).is_ok();
        ensure!(is_object, "{} must hold a JSON object", path.display());
        Ok(Some(text.trim().to_owned()))
    }
}

fn secret(name: &str, what: &str) -> Result<String> {
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => Ok(value.trim().to_owned()),
        _ => bail!("the environment variable {name} must hold {what}"),
    }
}

fn chunk_size(text: &str) -> Result<ChunkSize, &'static str> {
    match (text, text.parse()) {
        ("auto", _) => Ok(ChunkSize(None)),
        (_, Ok(bytes)) if bytes > 0 => Ok(ChunkSize(Some(bytes))),
        _ => Err("a whole number of bytes above 0, or auto"),
    }
}

fn rule(text: &str) -> Result<ExcludeRule, String> {
    let mut rule = ExcludeRule::default();
    for field in text.split(',') {
        let (name, value) = field.split_once('=').ok_or_else(|| format!("{field:?} has no '='"))?;
        let slot = match name.trim() {
            "sop-class-uid" => &mut rule.sop_class_uid,
            "modality" => &mut rule.modality,
            "protocol-name" => &mut rule.protocol_name,
            other => return Err(format!("{other:?} is none of sop-class-uid, modality, protocol-name")),
        };
        *slot = Some(value.trim().to_owned());
    }
    Ok(rule)
}
