//! Which type a file has by its first bytes, and which types a name means.

/// The one name that the recogniser knows a type by, in lower case and without parameters.
///
/// Browsers on Windows call a ZIP archive `application/x-zip-compressed`; iPhones call HEIF by the name of its codec.
fn canonical(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-zip-compressed" | "application/x-zip" => "application/zip".to_owned(),
        "image/jpg" | "image/pjpeg" => "image/jpeg".to_owned(),
        "image/heic" => "image/heif".to_owned(),
        "image/x-ms-bmp" | "image/x-bmp" => "image/bmp".to_owned(),
        "image/x-icon" => "image/vnd.microsoft.icon".to_owned(),
        _ => essence,
    }
}

/// Whether there are files that are recognised as of a type or wildcard by [`is_of_type`].
#[must_use]
pub fn is_recognisable(media_type: &str) -> bool {
    let name = canonical(media_type);
    match name.strip_suffix("/*") {
        Some(family) => {
            matches!(family, "*" | "application" | "audio" | "font" | "image" | "text" | "video")
        }
        None => infer::is_mime_supported(&name),
    }
}

/// Whether a file that begins with `head` ([`HEAD_LENGTH`](super::HEAD_LENGTH) bytes of it) is of a type, as `image/png`, `image/*` or `*/*`, which every file is.
///
/// A file can be of several types: the preamble of a DICOM file may hold the header of a TIFF file (PS3.10 §7.1), and
/// many a document is a ZIP archive.
#[must_use]
pub fn is_of_type(media_type: &str, head: &[u8]) -> bool {
    let name = canonical(media_type);
    match name.strip_suffix("/*") {
        Some("*") => true,
        Some("application") if infer::is_mime(head, "application/dicom") => true,
        Some(family) => infer::get(head).is_some_and(|found| {
            found.mime_type().split_once('/').is_some_and(|(of_found, _)| of_found == family)
        }),
        None => infer::is_mime(head, &name),
    }
}
