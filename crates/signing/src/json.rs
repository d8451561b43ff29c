//! JSON objects whose members stay in the order given.

use serde_json::Value;

/// An object as JavaScript's `JSON.stringify` writes it, so that its signers and ours make the same token.
pub(crate) fn object(members: &[(&str, Value)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
    format!("{{{}}}", members.join(","))
}
