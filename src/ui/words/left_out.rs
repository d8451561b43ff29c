//! What is said of files that don't go along.

use auraloader_core::dicom::{Reason, RejectedFile};

use super::*;

impl Words {
    /// Why files were left out.
    pub(in crate::ui) fn reason(self, reason: Reason) -> String {
        self.get(match reason {
            Reason::NotDicom => LEFT_NOT_DICOM,
            Reason::Empty => LEFT_EMPTY,
            Reason::Unreadable => LEFT_UNREADABLE,
            Reason::Dicomdir => LEFT_DICOMDIR,
            Reason::Excluded => LEFT_EXCLUDED,
            Reason::MissingUid => LEFT_MISSING_UID,
            Reason::Duplicate => LEFT_DUPLICATE,
            Reason::DamagedArchive => LEFT_DAMAGED_ARCHIVE,
            Reason::EncryptedArchive => LEFT_ENCRYPTED_ARCHIVE,
            Reason::NestedArchive => LEFT_NESTED_ARCHIVE,
            Reason::UnsupportedArchive => LEFT_UNSUPPORTED_ARCHIVE,
            Reason::ArchiveLimit => LEFT_ARCHIVE_LIMIT,
            _ => LEFT_OTHER,
        })
    }

    /// What *Copy list* copies: a line a file, by reason as drawn.
    pub(in crate::ui) fn left_out_report(self, rejected: &[RejectedFile]) -> String {
        let mut text = String::new();
        for reason in Reason::ALL {
            let said = self.reason(reason);
            for file in rejected.iter().filter(|file| file.reason == reason) {
                text.push_str(&file.path);
                text.push('\t');
                text.push_str(&said);
                text.push('\n');
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::english;
    use super::*;

    #[test]
    fn the_copied_list_has_a_line_a_file_by_reason_in_their_order() {
        let (_owner, words) = english();
        let file = |path: &str, reason| RejectedFile { path: path.into(), reason };
        let rejected = [file("a", Reason::Empty), file("b.txt", Reason::NotDicom), file("c", Reason::Empty)];
        assert_eq!(
            words.left_out_report(&rejected),
            "b.txt\tNot an imaging file\na\tThe file is empty\nc\tThe file is empty\n"
        );
    }
}
