//! Names of entries: from untrusted bytes to a path that can be shown and compared.

use super::fields::Fields;
use crate::archive::crc::Crc32;
use crate::archive::name::is_invisible;

/// Info-ZIP Unicode Path (APPNOTE 6.3.10 §4.6.9).
const UNICODE_PATH: u16 = 0x7075;

/// 0x80 to 0xFF of the IBM PC, which a name is in unless it says otherwise (APPNOTE 6.3.10 §D.1).
const CP437: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
    áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// The path of an entry: parts that name something, separated by `/`, and never empty.
///
/// `says_utf8` is bit 11 of the general purpose flags; `extra` are the extra fields of the central header.
pub(super) fn path(name: &[u8], says_utf8: bool, extra: &[u8]) -> String {
    if let Some(name) = unicode_path(name, extra) {
        return harmless(name);
    }
    match str::from_utf8(name) {
        // Many writers have UTF-8 and don't say so; text in another encoding is hardly ever valid UTF-8.
        Ok(name) => harmless(name),
        Err(_) if says_utf8 => harmless(&String::from_utf8_lossy(name)),
        Err(_) => harmless(&name.iter().map(|byte| cp437(*byte)).collect::<String>()),
    }
}

/// The name from the Unicode Path field, if that is of this very name and not left from an earlier one.
fn unicode_path<'a>(name: &[u8], extra: &'a [u8]) -> Option<&'a str> {
    let mut field = Fields(Fields(extra).extra(UNICODE_PATH)?);
    let version = field.bytes(1_usize)?;
    let mut crc = Crc32::new();
    crc.update(name);
    let fits = version == [1] && field.u32()? == crc.finish();
    str::from_utf8(field.0).ok().filter(|_| fits)
}

fn cp437(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(at) => CP437.chars().nth(usize::from(at)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn harmless(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for part in name.split(['/', '\\']) {
        let part = if path.is_empty() { without_drive(part) } else { part };
        if matches!(part, "" | "." | "..") {
            continue;
        }
        if !path.is_empty() {
            path.push('/');
        }
        for c in part.chars() {
            let hides = c.is_control() || is_invisible(c);
            path.push(if hides { char::REPLACEMENT_CHARACTER } else { c });
        }
    }
    if path.is_empty() {
        path.push('_');
    }
    path
}

/// Without `C:`, however often it is there.
fn without_drive(mut part: &str) -> &str {
    while let [letter, b':', ..] = part.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        part = part.get(2..).unwrap_or_default();
    }
    part
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unicode(of: &[u8], version: u8, name: &[u8]) -> Vec<u8> {
        // An extended timestamp in front, as Info-ZIP writes it.
        let mut extra = b"UT\x05\0\x03\0\0\0\0".to_vec();
        extra.extend(UNICODE_PATH.to_le_bytes());
        extra.extend((5 + name.len() as u16).to_le_bytes());
        extra.push(version);
        extra.extend(crc32fast::hash(of).to_le_bytes());
        extra.extend(name);
        extra
    }

    #[test]
    fn the_encoding_is_what_it_says_or_looks_like() {
        assert_eq!(path("Größe/画像.dcm".as_bytes(), true, &[]), "Größe/画像.dcm");
        assert_eq!(path("Größe/画像.dcm".as_bytes(), false, &[]), "Größe/画像.dcm");
        assert_eq!(path(b"Gr\x94\xE1e \xFF\x80", false, &[]), "Größe \u{A0}Ç");
        assert_eq!(path(b"Gr\x94\xE1e", true, &[]), "Gr\u{FFFD}\u{FFFD}e");
        assert_eq!(CP437.chars().count(), 128);
    }

    #[test]
    fn a_unicode_path_counts_if_it_is_of_this_name() {
        let name = b"Gr__e";
        assert_eq!(path(name, false, &unicode(name, 1, "Größe".as_bytes())), "Größe");
        assert_eq!(path(name, false, &unicode(b"another", 1, "Größe".as_bytes())), "Gr__e");
        assert_eq!(path(name, false, &unicode(name, 2, "Größe".as_bytes())), "Gr__e");
        assert_eq!(path(name, false, &unicode(name, 1, b"Gr\xF6\xDFe")), "Gr__e");
        assert_eq!(path(name, false, &unicode(name, 1, b"../../x")), "x");
    }

    #[test]
    fn nothing_climbs_out_or_hides() {
        let path = |name: &str| path(name.as_bytes(), true, &[]);
        assert_eq!(path("../../etc/passwd"), "etc/passwd");
        assert_eq!(path("/a//./b/../c"), "a/b/c");
        assert_eq!(path("CD\\IMG\\1"), "CD/IMG/1");
        assert_eq!(path("C:\\D:E:x\\f:y"), "x/f:y");
        assert_eq!(path("C:.."), "_");
        assert_eq!(path(""), "_");
        assert_eq!(path("a\0b\u{202E}mcd.exe"), "a\u{FFFD}b\u{FFFD}mcd.exe");
    }

    proptest! {
        #[test]
        fn every_path_is_harmless(name in prop::collection::vec(any::<u8>(), 0..80), says_utf8 in any::<bool>(), extra in prop::collection::vec(any::<u8>(), 0..40)) {
            let path = path(&name, says_utf8, &extra);
            prop_assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{}", path);
            prop_assert!(!path.contains(|c: char| c.is_control() || c == '\\'), "{}", path);
        }
    }
}
