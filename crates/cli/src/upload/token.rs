//! Upload tokens from a command: what `uploadTokenResolver` is to the widget.

use std::process::Stdio;

use auraloader_core::credentials::{Grant, PATIENCE, Unresolved};
use auraloader_core::secret::Secret;
use auraloader_core::time::Unix;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::process::Command;

/// A command line for the system's shell.
#[derive(Clone)]
pub(super) struct TokenCommand(String);

#[derive(Deserialize)]
struct Printed {
    token: Option<String>,
    expires_at: Option<String>,
}

impl TokenCommand {
    pub(super) fn new(line: &str) -> Self {
        Self(line.to_owned())
    }

    /// Runs it; what it says on standard error is for the person.
    pub(super) async fn run(&self) -> Result<Grant, Unresolved> {
        let mut command = shell(&self.0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await;
        let output = output.ok().and_then(Result::ok).filter(|output| output.status.success());
        read(&output.ok_or(Unresolved::Failed)?.stdout)
    }
}

fn shell(line: &str) -> Command {
    #[cfg(windows)]
    {
        let mut command = Command::new("cmd");
        command.arg("/C").arg(line);
        command
    }
    #[cfg(not(windows))]
    {
        let mut command = Command::new("sh");
        command.arg("-c").arg(line);
        command
    }
}

/// `{token, expires_at}`; errors name what is wrong, not its value.
fn read(printed: &[u8]) -> Result<Grant, Unresolved> {
    let wrong = |what: &str| Unresolved::Incomplete(format!("the token command {what}"));
    let printed: Printed = serde_json::from_slice(printed).map_err(|_| wrong("printed no JSON object"))?;
    let token = printed.token.filter(|token| !token.is_empty()).ok_or_else(|| wrong("gave no token"))?;
    if !token.starts_with("aubt_") {
        return Err(wrong("gave a token that does not start with 'aubt_'"));
    }
    let at = printed.expires_at.ok_or_else(|| wrong("gave no expires_at"))?;
    let at = OffsetDateTime::parse(&at, &Rfc3339).map_err(|_| wrong("gave an expires_at that is no date"))?;
    let expires = u64::try_from(at.unix_timestamp()).unwrap_or(0) * 1000;
    Ok(Grant { value: Secret::new(token), expires: Some(Unix(expires)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_prints_is_read_or_said_to_be_wrong_without_its_value() {
        let grant = read(br#"{"token":"aubt_x","expires_at":"2026-11-22T12:00:00Z","scopes":[]}"#).unwrap();
        assert_eq!((grant.value.expose(), grant.expires), ("aubt_x", Some(Unix(1_795_348_800_000))));
        for (printed, wrong) in [
            ("aubt_hidden", "printed no JSON object"),
            (r#"{"token":"","expires_at":"2026-11-22T12:00:00Z"}"#, "gave no token"),
            (r#"{"token":"hidden"}"#, "does not start with 'aubt_'"),
            (r#"{"token":"aubt_hidden"}"#, "gave no expires_at"),
            (r#"{"token":"aubt_hidden","expires_at":"hidden"}"#, "is no date"),
        ] {
            let Err(Unresolved::Incomplete(said)) = read(printed.as_bytes()) else { panic!("{printed}") };
            assert!(said.contains(wrong) && !said.contains("hidden"), "{said}");
        }
    }
}
