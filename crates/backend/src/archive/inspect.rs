//! From ZIP files to studies, series and counts.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use zip::ZipArchive;
use zip::read::ZipFile;

use super::instance::{Instance, read_instance};
use super::{ArchiveError, Contents};
use crate::api::init::Announcement;

/// How many times larger than its deflated bytes an entry may claim to be; medical images reach 50 at most.
const MAX_RATIO: u64 = 1100;

pub(super) fn read(archives: &[PathBuf]) -> Result<Contents, ArchiveError> {
    let mut contents = Contents::default();
    for path in archives {
        let file = File::open(path).map_err(|error| ArchiveError::Zip(error.into()))?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(ArchiveError::Zip)?;
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(ArchiveError::Zip)?;
            add(&mut contents, read_entry(entry)?);
        }
    }
    Ok(contents)
}

fn read_entry<R: Read>(mut entry: ZipFile<'_, R>) -> Result<Instance, ArchiveError> {
    let name = entry.name().map_err(ArchiveError::Zip)?.into_owned();
    if entry.enclosed_name().is_none() {
        return Err(ArchiveError::UnsafeName { name });
    }
    if entry.size() / MAX_RATIO > entry.compressed_size() {
        return Err(ArchiveError::Bomb { name });
    }
    let size = entry.size();
    let instance = read_instance(&mut entry, size);
    // To its end, so that the checksum of every byte is verified.
    match (instance, io::copy(&mut entry, &mut io::sink())) {
        (Ok(Some(instance)), Ok(_)) => Ok(instance),
        (Ok(None), Ok(_)) => Err(ArchiveError::NotDicom { name }),
        (Err(_), _) | (_, Err(_)) => Err(ArchiveError::Damaged { name }),
    }
}

fn add(contents: &mut Contents, instance: Instance) {
    let study = contents.studies.entry(instance.study_uid).or_default();
    let series = study.series.entry(instance.series_uid).or_default();
    if series.images == 0 {
        series.modality = instance.modality;
        series.description = instance.series_description;
    }
    series.images = series.images.saturating_add(1);
}

/// Gives the contents back if they are what was announced.
pub(super) fn compare(contents: Contents, announced: &Announcement) -> Result<Contents, ArchiveError> {
    for (study_uid, study) in &contents.studies {
        let expected = announced
            .get(study_uid)
            .ok_or_else(|| ArchiveError::ExtraStudy { study_uid: study_uid.clone() })?;
        if let Some(extra) = study.series.keys().find(|uid| !expected.series.contains(*uid)) {
            return Err(ArchiveError::ExtraSeries { series_uid: extra.clone() });
        }
    }
    for (study_uid, expected) in announced {
        let study = contents
            .studies
            .get(study_uid)
            .ok_or_else(|| ArchiveError::MissingStudy { study_uid: study_uid.clone() })?;
        if let Some(missing) = expected.series.iter().find(|uid| !study.series.contains_key(*uid)) {
            return Err(ArchiveError::MissingSeries { series_uid: missing.clone() });
        }
        if study.images() != expected.images {
            return Err(ArchiveError::Images {
                study_uid: study_uid.clone(),
                announced: expected.images,
                found: study.images(),
            });
        }
    }
    Ok(contents)
}
