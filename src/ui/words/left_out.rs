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

    /// What *Copy list* copies: a line a file, grouped as drawn.
    pub(in crate::ui) fn left_out_report(self, groups: &[(Reason, Vec<&RejectedFile>)]) -> String {
        let mut text = String::new();
        for (reason, files) in groups {
            let reason = self.reason(*reason);
            for file in files {
                text.push_str(&file.path);
                text.push('\t');
                text.push_str(&reason);
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
    fn the_copied_list_has_a_line_a_file() {
        let (_owner, words) = english();
        let file = RejectedFile { path: "a/b.txt".into(), reason: Reason::NotDicom };
        let text = words.left_out_report(&[(Reason::NotDicom, vec![&file])]);
        assert_eq!(text, "a/b.txt\tNot an imaging file\n");
    }
}
