//! The demo account's credentials: made at the first start, kept in the data directory.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use auraloader_signing::Secret;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::Account;
use crate::random;

const FILE_NAME: &str = "credentials.json";

/// The credentials file can't be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// It can't be read or written.
    #[error("cannot read or write {FILE_NAME} in the data directory")]
    Io(#[from] io::Error),
    /// It isn't what this program writes.
    #[error("{FILE_NAME} in the data directory is damaged; delete it to have new credentials made")]
    Format(#[from] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct File {
    api_key: String,
    app_id: String,
    app_secrets: Vec<String>,
}

/// Reads the account kept in `data`, or makes one and keeps it there, readable by its owner only.
///
/// # Errors
/// [`CredentialsError`] where the file can't be read, written or understood.
pub fn load_or_create(data: &Path) -> Result<Account, CredentialsError> {
    let path = data.join(FILE_NAME);
    let file: File = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create_private_dir(data)?;
            create(&path)?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Account {
        id: "demo".to_owned(),
        api_key: file.api_key,
        app_id: file.app_id,
        app_secrets: file.app_secrets.into_iter().map(Secret::new).collect(),
    })
}

/// Makes a directory that only its owner can look into.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn create(path: &Path) -> Result<File, CredentialsError> {
    let file = File {
        api_key: random::token("aura_au_demo_"),
        app_id: random::token("aura_pk_"),
        app_secrets: vec![random::token("aura_sk_")],
    };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(&serde_json::to_vec_pretty(&file)?)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::load_or_create;

    #[test]
    fn the_second_start_finds_what_the_first_made() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let first = load_or_create(&data).unwrap();
        let second = load_or_create(&data).unwrap();
        assert_eq!(first.api_key, second.api_key);
        assert_eq!(first.app_id, second.app_id);
        assert_eq!(first.app_secrets[0].expose(), second.app_secrets[0].expose());

        let other = load_or_create(&dir.path().join("other")).unwrap();
        assert_ne!(first.app_secrets[0].expose(), other.app_secrets[0].expose());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        load_or_create(dir.path()).unwrap();
        let mode = dir.path().join(super::FILE_NAME).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
