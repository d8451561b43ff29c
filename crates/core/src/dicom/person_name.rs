//! Person names (PS3.5 §6.2.1): `family^given^middle^prefix^suffix`, in up to three component groups.

/// A name as it is read aloud: *prefix given middle family suffix*, from the alphabetic group, else the
/// ideographic or phonetic one; `""` if there is none.
///
/// ```
/// assert_eq!(auraloader_core::dicom::readable_name("Doe^Jane^^Dr"), "Dr Jane Doe");
/// ```
pub fn readable(value: &str) -> String {
    let first = value.split('\\').next().unwrap_or_default();
    let group = first.split('=').find(|group| group.contains(|c: char| c != '^' && c != ' '));
    let mut parts = group.unwrap_or_default().split('^').map(str::trim);
    let [family, given, middle, prefix, suffix] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let words = [prefix, given, middle, family, suffix];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn reads_as_it_is_said() {
        assert_eq!(readable("Family^Given^Middle^Prof.^Jr"), "Prof. Given Middle Family Jr");
        assert_eq!(readable("Yamada^Tarou=山田^太郎=やまだ^たろう"), "Tarou Yamada");
        assert_eq!(readable("=山田^太郎"), "太郎 山田");
        assert_eq!(readable("^^^^"), "");
        assert_eq!(readable("OnlyFamily"), "OnlyFamily");
    }
}
