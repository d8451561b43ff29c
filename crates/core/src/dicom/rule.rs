//! Rules by which a host leaves instances out.

use serde::{Deserialize, Serialize};

use super::field::Field;
use super::header::Fields;

/// An instance is left out if every field that the rule names is equal; a rule without fields matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludeRule {
    /// SOP Class UID (0008,0016).
    pub sop_class_uid: Option<String>,
    /// Modality (0008,0060).
    pub modality: Option<String>,
    /// Protocol Name (0018,1030).
    pub protocol_name: Option<String>,
}

impl ExcludeRule {
    /// What is left out if the host gives no rules: Philips' exam cards, raw data objects without images.
    pub fn defaults() -> Vec<Self> {
        vec![Self {
            sop_class_uid: Some("1.2.840.10008.5.1.4.1.1.66".to_owned()),
            protocol_name: Some("ExamCard".to_owned()),
            modality: None,
        }]
    }

    pub(super) fn matches(&self, fields: &Fields) -> bool {
        let conditions = [
            (&self.sop_class_uid, Field::SopClassUid),
            (&self.modality, Field::Modality),
            (&self.protocol_name, Field::ProtocolName),
        ];
        let mut named =
            conditions.iter().filter_map(|(wanted, field)| Some((wanted.as_ref()?, *field))).peekable();
        named.peek().is_some() && named.all(|(wanted, field)| fields.first(field) == wanted)
    }
}
