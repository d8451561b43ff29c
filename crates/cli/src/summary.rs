//! What was found, as a person reads it.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use auraloader_core::archive::is_invisible;
use auraloader_core::dicom::{Index, StudyInfo, readable_name};
use serde::Serialize;

/// Writes a paragraph a study, then what was left out by reason.
pub(crate) fn write(out: &mut impl Write, index: &Index) -> Result<()> {
    let studies = index.studies();
    writeln!(
        out,
        "{}, {}",
        counted(studies.len(), "study", "studies"),
        counted(index.len(), "image", "images")
    )?;
    for study in &studies {
        writeln!(out, "\n{}", or(&printable(&readable_name(&study.patient_name)), "Unnamed patient"))?;
        for line in lines(study).iter().filter(|line| !line.is_empty()) {
            writeln!(out, "  {line}")?;
        }
    }
    let rejected = index.rejected();
    if !rejected.is_empty() {
        writeln!(out, "\n{} left out", counted(rejected.len(), "file", "files"))?;
    }
    let mut reasons: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for file in rejected {
        reasons.entry(file.reason).or_default().push(file.path);
    }
    for (reason, paths) in reasons {
        writeln!(out, "  {} ({})", term(&reason), paths.len())?;
        for path in paths {
            writeln!(out, "    {}", printable(&path))?;
        }
    }
    Ok(())
}

fn lines(study: &StudyInfo) -> [String; 5] {
    let series = study.series.values().map(|series| {
        let named = [&series.series_number, &series.modality, &series.series_description];
        let named: Vec<_> = named.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
        format!(
            "{}: {}",
            or(&printable(&named.join(" ")), "series"),
            counted(series.images, "image", "images")
        )
    });
    let warnings = study.warnings.iter().map(term);
    [
        printable(&joined([study.study_description.clone(), study.modalities.join(", ")])),
        printable(&joined([study.study_date.clone(), study.institution_name.clone()])),
        printable(&study.study_uid),
        series.collect::<Vec<_>>().join("; "),
        warnings.map(|warning| format!("warning: {warning}")).collect::<Vec<_>>().join(", "),
    ]
}

fn joined(parts: [String; 2]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn or<'a>(text: &'a str, instead: &'a str) -> &'a str {
    if text.is_empty() { instead } else { text }
}

/// The term that JSON has for it, e.g. `not-dicom`.
pub(crate) fn term(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

/// What files and servers say must neither steer the terminal nor look like something else there.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{FFFD}' } else { c }).collect()
}
