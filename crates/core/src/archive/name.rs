//! Names of archive entries: from untrusted paths to ones that no extractor can be led astray by.

use std::collections::HashMap;

use crate::dicom::Text;

/// Longest name of an entry, in bytes; what common file systems allow for one part of a path.
const MAX_LEN: usize = 255;
/// What is kept of a UID; a regular one is not longer (PS3.5 §9.1).
const MAX_UID_LEN: usize = 64;
/// The longest that makes a name its own: ` (4294967295)`.
const MAX_SUFFIX_LEN: usize = 13;

/// Gives each entry a name of its own, in the order asked for.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// In lower case: two names that differ in case only are one file on many machines.
    known: HashMap<String, Known>,
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    is_taken: bool,
    /// The next number for names that are the same up to it; 0 for 1. Long names count as the same if they are so once
    /// they are cut: else a number would be looked for from 1 on for each of them, which takes minutes with some 10,000.
    next: u32,
}

impl Names {
    /// `<study uid>/<path with "/" as "-">`; what would be equal to an earlier one gets ` (2)`, ` (3)`, …
    pub(super) fn entry(&mut self, study_uid: &str, path: &str, text: &dyn Text) -> String {
        let folder = part(study_uid, MAX_UID_LEN);
        let file = part(path, usize::MAX);
        let (stem, extension) = split_extension(&file);
        let room = |suffix: usize| MAX_LEN.saturating_sub(folder.len() + 1 + suffix + extension.len());
        let wanted = format!("{folder}/{}{extension}", end(stem, room(MAX_SUFFIX_LEN)));
        let wanted = lower_case(&wanted, text);
        let mut number = self.known.get(&wanted).map_or(1, |known| known.next.max(1));
        loop {
            let suffix = if number == 1 { String::new() } else { format!(" ({number})") };
            // The end of a long path says which file it is.
            let name = format!("{folder}/{}{suffix}{extension}", end(stem, room(suffix.len())));
            number += 1;
            let known = self.known.entry(lower_case(&name, text)).or_default();
            if !std::mem::replace(&mut known.is_taken, true) {
                self.known.entry(wanted).or_default().next = number;
                return name;
            }
        }
    }
}

/// Most names are ASCII; of others the platform has the tables.
fn lower_case(name: &str, text: &dyn Text) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { text.lower_case(name) }
}

/// One part of a path without anything that means more than a name.
fn part(untrusted: &str, max_len: usize) -> String {
    let untrusted = untrusted.trim_start_matches(['/', '\\']);
    let harmless = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        c if c.is_control() || is_invisible(c) => '_',
        c => c,
    };
    let part: String = untrusted.chars().map(harmless).collect();
    // "." and ".." name folders, also with the spaces and dots that Windows drops from the end.
    let part = part.replace("..", "__");
    let part = cut(part.trim_matches([' ', '.']), max_len);
    if part.is_empty() { "_".to_owned() } else { part.to_owned() }
}

/// Characters that reorder or hide text and so can make a name look like another (Unicode's categories Cf, Zl, Zp).
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Splits before the last dot, if what follows is a common sort of extension.
fn split_extension(name: &str) -> (&str, &str) {
    let at = name.rfind('.').filter(|at| *at > 0 && name.len() - at <= 12);
    name.split_at(at.unwrap_or(name.len()))
}

/// At most `max_len` bytes, not in the middle of a character.
fn cut(text: &str, max_len: usize) -> &str {
    let mut end = text.len().min(max_len);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The last `max_len` bytes at most, not from the middle of a character.
fn end(text: &str, max_len: usize) -> &str {
    let mut start = text.len().saturating_sub(max_len);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    struct Unicode;

    impl Text for Unicode {
        fn decode(&self, _: &'static str, _: &[u8]) -> Option<String> {
            None
        }

        fn lower_case(&self, text: &str) -> String {
            text.to_lowercase()
        }
    }

    fn entry(names: &mut Names, uid: &str, path: &str) -> String {
        names.entry(uid, path, &Unicode)
    }

    #[test]
    fn paths_become_one_name_below_their_study() {
        let mut names = Names::default();
        assert_eq!(entry(&mut names, "1.2", "CD/IMG/0001.dcm"), "1.2/CD-IMG-0001.dcm");
        assert_eq!(entry(&mut names, "1.2", "cd/img/0001.DCM"), "1.2/cd-img-0001 (2).DCM");
        assert_eq!(entry(&mut names, "1.2", "CD-IMG-0001.dcm"), "1.2/CD-IMG-0001 (3).dcm");
        assert_eq!(entry(&mut names, "1.3", "IM000001"), "1.3/IM000001");
        assert_eq!(entry(&mut names, "1.2", "Größe.dcm"), "1.2/Größe.dcm");
        assert_eq!(entry(&mut names, "1.2", "GRÖßE.dcm"), "1.2/GRÖßE (2).dcm");
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        let path = format!("{}/1.2.840.1.dcm", "folder/".repeat(60));
        let name = entry(&mut Names::default(), "1.2", &path);
        assert!(name.len() <= MAX_LEN && name.ends_with("-1.2.840.1.dcm"), "{name}");
    }

    #[test]
    fn long_paths_that_end_alike_share_their_numbers() {
        let mut names = Names::default();
        let name =
            |names: &mut Names, at| entry(names, "1.2", &format!("{at}/{}/1.dcm", "folder/".repeat(60)));
        let first = name(&mut names, 0);
        assert!(first.ends_with("folder--1.dcm") && first.len() == MAX_LEN, "{first}");
        for at in 1..1000 {
            assert!(name(&mut names, at).ends_with(&format!("folder--1 ({}).dcm", at + 1)));
        }
        assert_eq!(names.known.values().filter(|known| known.next > 0).count(), 1);
    }

    #[test]
    fn nothing_climbs_out() {
        let mut names = Names::default();
        assert_eq!(entry(&mut names, "../../etc", "../../passwd"), "__-__-etc/__-__-passwd");
        assert_eq!(entry(&mut names, "..", ".."), "__/__");
        assert_eq!(entry(&mut names, "", "/"), "_/_");
        assert_eq!(entry(&mut names, "1.2", "C:\\x\\y\0.dcm"), "1.2/C--x-y_.dcm");
        assert_eq!(entry(&mut names, "<b>", "<img src=x>"), "-b-/-img src=x-");
    }

    proptest! {
        #[test]
        fn every_name_is_harmless_and_its_own(inputs in prop::collection::vec((".{0,80}", ".{0,300}"), 1..20)) {
            let mut names = Names::default();
            let mut seen = HashSet::new();
            for (uid, path) in inputs {
                let name = entry(&mut names, &uid, &path);
                prop_assert!(name.len() <= MAX_LEN, "{} bytes", name.len());
                prop_assert!(!name.contains(['\\', '\0']) && !name.starts_with('/'));
                prop_assert_eq!(name.split('/').count(), 2);
                prop_assert!(name.split('/').all(|part| !part.is_empty() && part != "." && part != ".."));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert!(seen.insert(name.to_lowercase()));
            }
        }
    }
}
