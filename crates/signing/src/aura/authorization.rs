//! The `Authorization` header, taken apart.

use super::{ALGORITHM, Request, VerifyError};

/// What the header says; nothing of it is verified yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The app that claims to have signed. Look its secrets up by this.
    pub app_id: &'a str,
    pub(super) signed_headers: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header of a request.
    ///
    /// # Errors
    /// [`VerifyError::MissingHeader`], [`VerifyError::DuplicateHeader`], [`VerifyError::Scheme`] or
    /// [`VerifyError::Authorization`].
    pub fn of(request: &Request<'a>) -> Result<Self, VerifyError> {
        let name = "authorization";
        let mut values =
            request.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let value = values.next().ok_or(VerifyError::MissingHeader { name })?;
        if values.next().is_some() {
            return Err(VerifyError::DuplicateHeader { name });
        }
        Self::parse(value)
    }

    fn parse(value: &'a str) -> Result<Self, VerifyError> {
        let parts = value
            .trim()
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or(VerifyError::Scheme)?;
        let (mut app_id, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.split(',') {
            let (key, value) = part.trim().split_once('=').ok_or(VerifyError::Authorization)?;
            let place = match key {
                "Credential" => &mut app_id,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(VerifyError::Authorization),
            };
            if value.is_empty() || place.replace(value).is_some() {
                return Err(VerifyError::Authorization);
            }
        }
        match (app_id, signed_headers, signature) {
            (Some(app_id), Some(signed_headers), Some(signature)) => {
                Ok(Self { app_id, signed_headers, signature })
            }
            _ => Err(VerifyError::Authorization),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorization, VerifyError};

    #[test]
    fn spaces_after_the_commas_are_allowed() {
        let parsed =
            Authorization::parse("AURA-HMAC-SHA256 Credential=a, SignedHeaders=b;c, Signature=d=").unwrap();
        assert_eq!(parsed, Authorization { app_id: "a", signed_headers: "b;c", signature: "d=" });
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for (value, error) in [
            ("Bearer x", VerifyError::Scheme),
            ("AURA-HMAC-SHA256", VerifyError::Scheme),
            ("AURA-HMAC-SHA256 Credential=a,SignedHeaders=b", VerifyError::Authorization),
            ("AURA-HMAC-SHA256 Credential=,SignedHeaders=b,Signature=c", VerifyError::Authorization),
            (
                "AURA-HMAC-SHA256 Credential=a,Credential=a,SignedHeaders=b,Signature=c",
                VerifyError::Authorization,
            ),
            ("AURA-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c,X=d", VerifyError::Authorization),
            ("AURA-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c,", VerifyError::Authorization),
        ] {
            assert_eq!(Authorization::parse(value), Err(error), "{value}");
        }
    }
}
