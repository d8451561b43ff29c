//! What was found, as one JSON object.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use auraloader_core::dicom::{Field, Fields, Index, Reason, StudyInfo, Warning};
use serde::Serialize;

use crate::index::Item;

#[derive(Serialize)]
struct Report<'a> {
    files: Vec<File<'a>>,
    studies: Vec<StudyInfo>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    status: Status,
    reason: Option<Reason>,
    warnings: Vec<Warning>,
    transfer_syntax: &'a str,
    fields: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Accepted,
    LeftOut,
}

/// Writes `{"files": […], "studies": […]}`, the files in the order of their paths.
pub(crate) fn write(out: &mut impl Write, items: &[Item], index: &Index) -> Result<()> {
    let files = items.iter().map(|item| {
        let reason = index.reason(item.id);
        File {
            path: &item.path,
            status: if reason.is_none() { Status::Accepted } else { Status::LeftOut },
            reason,
            warnings: index.warnings(item.id),
            transfer_syntax: &item.transfer_syntax,
            fields: values(&item.fields),
        }
    });
    let report = Report { files: files.collect(), studies: index.studies() };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    Ok(writeln!(out)?)
}

/// The fields by their keys; of several UIDs the first counts.
fn values(fields: &Fields) -> BTreeMap<&'static str, &str> {
    let of = |(field, text)| match field {
        Field::StudyUid | Field::SeriesUid | Field::InstanceUid | Field::SopClassUid => fields.first(field),
        _ => text,
    };
    fields.iter().map(|(field, text): (Field, _)| (field.key(), of((field, text)))).collect()
}
