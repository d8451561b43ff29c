//! From a request to the text that is signed.

use std::fmt::Write;

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode,
};
use sha2::{Digest, Sha256};

use super::Request;

/// What JavaScript's `encodeURIComponent` escapes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What the URL Standard escapes in the query of an http(s) URL; such bytes never reach the wire as they are.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');

/// The canonical request of the headers named in `signed` (lower case, sorted).
pub(super) fn canonical_request(request: &Request<'_>, signed: &[(&str, String)]) -> String {
    let mut text =
        format!("{}\n{}\n{}\n", request.method.to_ascii_uppercase(), path(request), query(request));
    for (name, value) in signed {
        // Writing to a `String` can't fail.
        let _ = writeln!(text, "{name}:{value}");
    }
    let _ = write!(text, "\n{}\n{}", signed_names(signed), sha256_hex(request.body.unwrap_or_default()));
    text
}

/// The names as `SignedHeaders` gives them.
pub(super) fn signed_names(signed: &[(&str, String)]) -> String {
    signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
}

/// A header's value, trimmed, every run of white space made one space.
pub(super) fn normalized(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn path(request: &Request<'_>) -> String {
    let own = path_of(request.url);
    let joined = match request.base_url {
        Some(base) if !is_absolute(request.url) => format!("{}/{own}", path_of(base)),
        _ => own.to_owned(),
    };
    let mut segments: Vec<String> = Vec::new();
    let mut ends_open = true;
    for segment in joined.split('/') {
        let dots = segment.replace("%2e", ".").replace("%2E", ".");
        ends_open = matches!(dots.as_str(), "" | "." | "..");
        match dots.as_str() {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(recoded(segment)),
        }
    }
    let tail = if ends_open && !segments.is_empty() { "/" } else { "" };
    format!("/{}{tail}", segments.join("/"))
}

/// Percent-decoded, then encoded anew, so that every spelling of a segment signs alike.
fn recoded(segment: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(segment).collect();
    percent_encode(&bytes, COMPONENT).to_string()
}

fn query(request: &Request<'_>) -> String {
    let (_, written) = without_fragment(request.url).split_once('?').unwrap_or_default();
    let mut pairs: Vec<String> = written
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| utf8_percent_encode(pair, QUERY).to_string())
        .collect();
    pairs.extend(request.params.iter().map(|(key, value)| {
        format!("{}={}", utf8_percent_encode(key, COMPONENT), utf8_percent_encode(value, COMPONENT))
    }));
    pairs.sort_unstable();
    pairs.join("&")
}

/// The path of an absolute URL or of a reference without scheme.
fn path_of(url: &str) -> &str {
    let rest = match url.split_once("://") {
        Some((_, after)) if is_absolute(url) => {
            after.find(['/', '?', '#']).and_then(|at| after.get(at..)).unwrap_or_default()
        }
        _ => url,
    };
    let rest = without_fragment(rest);
    rest.split_once('?').map_or(rest, |(path, _)| path)
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

/// Starts with a scheme (RFC 3986 §3.1) and an authority.
fn is_absolute(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::{Request, normalized, path, query};

    fn path_for(base_url: Option<&str>, url: &str) -> String {
        path(&Request { base_url, url, ..Request::default() })
    }

    #[test]
    fn paths() {
        let cases = [
            (None, "/", "/"),
            (None, "", "/"),
            (None, "?a=b", "/"),
            (None, "/a//b/./c/../d/", "/a/b/d/"),
            (None, "/../../a/..", "/"),
            (None, "/a/%2e%2E/b", "/b"),
            (None, "/a b/%c3%a4/ä", "/a%20b/%C3%A4/%C3%A4"),
            (None, "/a%2Fb/(x)!~*'", "/a%2Fb/(x)!~*'"),
            (None, "/100%/x", "/100%25/x"),
            (None, "https://h.example/x?y#z", "/x"),
            (None, "https://h.example?y", "/"),
            (Some("https://h.example/api/"), "x", "/api/x"),
            (Some("https://h.example"), "/x/", "/x/"),
            (Some("https://h.example/api"), "https://other.example/x", "/x"),
        ];
        for (base, url, expected) in cases {
            assert_eq!(path_for(base, url), expected, "{base:?} {url}");
        }
    }

    #[test]
    fn pairs_are_sorted_as_text_and_only_params_are_encoded_anew() {
        let request = Request {
            url: "/x?z=1&a=%20+&&b=ü x#f?q=1",
            params: &[("a b", "c&d"), ("a", "")],
            ..Request::default()
        };
        assert_eq!(query(&request), "a%20b=c%26d&a=&a=%20+&b=%C3%BC%20x&z=1");
    }

    #[test]
    fn white_space_in_values() {
        assert_eq!(normalized("  a \t b\u{a0}c "), "a b c");
    }
}
