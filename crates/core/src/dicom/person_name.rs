//! Person names (PS3.5 §6.2.1): `family^given^middle^prefix^suffix`, in up to three component groups.

/// A name as it is read aloud: *prefix given middle family suffix*, from the alphabetic group, else the
/// ideographic or phonetic one; `""` if there is none.
///
/// Of several names the first that says anything. Components beyond the five follow the suffix.
///
/// ```
/// assert_eq!(auraloader_core::dicom::readable_name("Doe^Jane^^Dr"), "Dr Jane Doe");
/// ```
pub fn readable(value: &str) -> String {
    let mut groups = value.split(['\\', '=']);
    let group = groups.find(|group| group.contains(|c| c != '^' && !is_blank(c)));
    let mut parts = group.unwrap_or_default().split('^').map(|part| part.trim_matches(is_blank));
    let [family, given, middle, prefix] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let mut name = String::new();
    for word in [prefix, given, middle, family].into_iter().chain(parts).filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

/// Also the ideographic space, and what pads a value inside of it.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn reads_as_it_is_said() {
        assert_eq!(readable("Family^Given^Middle^Prof.^Jr"), "Prof. Given Middle Family Jr");
        assert_eq!(readable("Yamada^Tarou=山田^太郎=やまだ^たろう"), "Tarou Yamada");
        assert_eq!(readable("=山田^太郎"), "太郎 山田");
        assert_eq!(readable("==やまだ^たろう"), "たろう やまだ");
        assert_eq!(readable("OnlyFamily"), "OnlyFamily");
    }

    #[test]
    fn odd_names_are_read_as_far_as_they_say_anything() {
        for nothing in ["", " ", "^^^^", "^ ^=\\=", "\u{3000}^\0", "\\\\"] {
            assert_eq!(readable(nothing), "", "{nothing:?}");
        }
        assert_eq!(readable("^^=山田"), "山田");
        assert_eq!(readable("\\Doe^Jane"), "Jane Doe");
        assert_eq!(readable("Doe^Jane\\Roe^Richard"), "Jane Doe");
        assert_eq!(readable(" Doe \0^\tJane\u{3000}^^^"), "Jane Doe");
        assert_eq!(readable("A^B^C^D^E^F^^G=H=I=J"), "D B C A E F G");
    }
}
