//! JSON (RFC 8259) as far as the API needs it: a few fields are looked for, and little is written.
//!
//! `serde_json` would weigh 26 KB of the bundle; the tests have it judge what is done here.

/// A value where it stands in its text; nothing is copied before it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// A text that is one value; `None` if brackets or strings are left open, or more follows.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (value, rest) = value(text)?;
        rest.trim_ascii().is_empty().then_some(value)
    }

    /// As it stands in the text.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// A member of an object.
    pub fn get(self, name: &str) -> Option<Self> {
        self.members().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The members of an object; none if it is no object.
    pub fn members(self) -> impl Iterator<Item = (String, Self)> {
        let mut rest = inside(self.0, "{");
        std::iter::from_fn(move || {
            let (name, after) = value(rest)?;
            let (value, after) = value(after.trim_ascii_start().strip_prefix(':')?)?;
            rest = next(after);
            Some((name.string()?, value))
        })
    }

    /// The values of an array; none if it is no array.
    pub fn values(self) -> impl Iterator<Item = Self> {
        let mut rest = inside(self.0, "[");
        std::iter::from_fn(move || {
            let (value, after) = value(rest)?;
            rest = next(after);
            Some(value)
        })
    }

    /// What a string says; `None` if it is no string, or no Unicode.
    pub fn string(self) -> Option<String> {
        let mut rest = self.0.strip_prefix('"')?.strip_suffix('"')?;
        let mut text = String::with_capacity(rest.len());
        while let Some((before, escape)) = rest.split_once('\\') {
            text.push_str(before);
            let mut chars = escape.chars();
            let plain = match chars.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let (first, after) = unit(chars.as_str())?;
                    // Outside the Basic Multilingual Plane it takes two of them (§7).
                    let second = after.strip_prefix("\\u").and_then(unit);
                    let pair = second.map(|(second, after)| ([first, second], after));
                    let pair = pair.filter(|_| (0xD800..0xDC00).contains(&first));
                    let (decoded, after) = match pair {
                        Some((units, after)) => (char::decode_utf16(units).next()?.ok()?, after),
                        None => (char::from_u32(first.into())?, after),
                    };
                    chars = after.chars();
                    decoded
                }
                same => same,
            };
            text.push(plain);
            rest = chars.as_str();
        }
        text.push_str(rest);
        Some(text)
    }
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

fn inside<'a>(text: &'a str, bracket: &str) -> &'a str {
    text.strip_prefix(bracket).unwrap_or_default()
}

fn next(after: &str) -> &str {
    // Without a comma it was the last.
    after.trim_ascii_start().strip_prefix(',').unwrap_or_default()
}

/// The first value of a text, and what follows it. Nesting is counted, not recursed into.
fn value(text: &str) -> Option<(Json<'_>, &str)> {
    let text = text.trim_ascii_start();
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        let mut ends_here = false;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                in_string = !in_string;
                ends_here = !in_string && depth == 0;
            }
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                ends_here = depth == 0;
            }
            // The end of a number or word.
            b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {
                return split(text, at);
            }
            _ => {}
        }
        if ends_here {
            return split(text, at + 1);
        }
    }
    if depth == 0 && !in_string { split(text, text.len()) } else { None }
}

fn split(text: &str, at: usize) -> Option<(Json<'_>, &str)> {
    let (value, rest) = text.split_at_checked(at)?;
    (!value.is_empty()).then_some((Json(value), rest))
}

/// Writes a value; commas come by themselves.
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// An object or array begins (`{` or `[`).
    pub fn open(&mut self, bracket: char) {
        self.comma();
        self.0.push(bracket);
    }

    /// It ends (`}` or `]`).
    pub fn close(&mut self, bracket: char) {
        self.0.push(bracket);
    }

    /// The name of the member whose value comes next.
    pub fn name(&mut self, name: &str) {
        self.text(name);
        self.0.push(':');
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.comma();
        self.0.push('"');
        for char in text.chars() {
            match char {
                '"' | '\\' => self.0.extend(['\\', char]),
                '\0'..'\u{20}' => {
                    let digit = |value: u32| char::from_digit(value, 16).unwrap_or_default();
                    let code = u32::from(char);
                    self.0.push_str("\\u00");
                    self.0.extend([digit(code >> 4), digit(code & 15)]);
                }
                _ => self.0.push(char),
            }
        }
        self.0.push('"');
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.comma();
        self.0.push_str(json);
    }

    /// A member that is a string.
    pub fn field(&mut self, name: &str, text: &str) {
        self.name(name);
        self.text(text);
    }

    /// A member that is a count.
    pub fn count(&mut self, name: &str, count: usize) {
        self.name(name);
        self.raw(&count.to_string());
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }

    fn comma(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The same by way of what is under test.
    fn reread(json: Json<'_>) -> Value {
        match json.raw().as_bytes()[0] {
            b'{' => json.members().map(|(name, value)| (name, reread(value))).collect(),
            b'[' => json.values().map(reread).collect(),
            b'"' => json.string().expect("text").into(),
            _ => serde_json::from_str(json.raw()).expect("a number or word"),
        }
    }

    #[test]
    fn what_is_read_is_what_serde_reads() {
        for text in [
            r#" {"a" : [1, -2.5e3,"x\"y\\" , true,null, {}, []] ,"b\n":{"c":"\u00e9\ud83d\ude00\/"}} "#,
            r#"["}", "]", "\\", "a,b:c", {"d": [[[]]]}]"#,
            "7",
            "\"\"",
        ] {
            let value = Json::parse(text).map(reread);
            assert_eq!(value, Some(serde_json::from_str(text).expect("JSON")), "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_or_no_json_is_nothing() {
        for text in ["", " ", "{", r#"{"a": 1"#, r#"["a]"#, r#"{} {}"#, r#""a\"#, "}", "<html lang=en>"] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
        for text in [r#""\ud800""#, r#""\u12""#, r#""\uzzzz""#, "1"] {
            assert_eq!(Json::parse(text).and_then(Json::string), None, "{text}");
        }
        assert_eq!(Json::parse("[[").map(|json| json.values().count()), None);
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(Json::parse(&deep).is_some());
    }

    #[test]
    fn what_is_written_is_what_serde_reads() {
        let hostile = "a\"b\\c\n\u{1}\u{1f}é😀</script>";
        let mut json = Writer::default();
        json.open('{');
        json.field(hostile, hostile);
        json.count("n", 7);
        json.name("list");
        json.open('[');
        json.text("");
        json.raw("null");
        json.open('{');
        json.close('}');
        json.close(']');
        json.close('}');
        let wanted = serde_json::json!({hostile: hostile, "n": 7, "list": ["", null, {}]});
        assert_eq!(serde_json::from_str::<Value>(&json.finish()).expect("JSON"), wanted);
    }
}
