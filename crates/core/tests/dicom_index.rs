//! Grouping: what is told does not depend on the order of reading.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use auraloader_core::content::{Content, FileId};
use auraloader_core::dicom::{ExcludeRule, Found, Index, NativeDecoder, Reason, Walk, Warning};
use support::{Image, checksum, element, part10};

fn add(index: &mut Index, file: FileId, path: &str, bytes: &[u8]) {
    let content = Content::whole(file, bytes.len() as u64);
    let mut walk = Walk::new(content.clone());
    while let Some(range) = walk.want() {
        walk.supply(&bytes[range.start as usize..range.end as usize]);
    }
    let (path, header) = (path.to_owned(), walk.finish());
    index.add(Found { item: file.into(), path, content, crc: None, header }, &NativeDecoder);
}

/// Does what a session does once all files are read.
fn compare(index: &mut Index, files: &[(&str, Vec<u8>)]) {
    for (item, content) in index.to_compare() {
        index.set_crc(item, checksum(&files[item.file as usize].1, &content));
    }
    index.settle();
}

#[test]
fn any_order_of_reading_gives_the_same_studies() {
    let image = |instance, patient| Image { instance, patient, ..Image::default() };
    let other =
        Image { study: "1.9", series: "1.9.1", instance: "1.9.1.1", modality: "MR", ..Image::default() };
    let files = [
        ("a/1", image("1.1", "").file()),
        ("a/2", image("1.2", "Roe^Richard").file()),
        ("a/3", image("1.3", "Doe^Jane").file()),
        ("a/4", image("1.3", "Doe^Jane").file()),
        ("b/1", other.file()),
        ("notes.txt", b"hello".to_vec()),
    ];
    let mut results = Vec::new();
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 1, 5, 0, 4, 2]] {
        let mut index = Index::new(ExcludeRule::defaults());
        for at in order {
            add(&mut index, at as FileId, files[at].0, &files[at].1);
        }
        compare(&mut index, &files);
        results.push((index.studies(), index.rejected(), index.accepted()));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
    let (studies, rejected, accepted) = &results[0];
    assert_eq!(studies.len(), 2);
    assert_eq!(studies[0].patient_name, "Roe^Richard");
    assert_eq!((studies[0].images, studies[0].series_count), (3, 1));
    assert_eq!(studies[0].warnings, [Warning::MixedPatient]);
    assert_eq!(studies[1].modalities, ["MR"]);
    let reasons: Vec<_> = rejected.iter().map(|file| (file.path.as_str(), file.reason)).collect();
    assert_eq!(reasons, [("a/4", Reason::Duplicate), ("notes.txt", Reason::NotDicom)]);
    assert_eq!(
        accepted.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["a/1", "a/2", "a/3", "b/1"]
    );
}

#[test]
fn a_study_that_was_removed_and_is_added_again_counts_anew() {
    let files = [("a", Image::default().file()), ("b", Image { instance: "1.1", ..Image::default() }.file())];
    let mut index = Index::default();
    add(&mut index, 0, files[0].0, &files[0].1);
    add(&mut index, 1, files[1].0, &files[1].1);
    compare(&mut index, &files);
    assert_eq!(index.remove_study("1.2.3"), 2);
    // While reading still goes on, nothing has been settled.
    add(&mut index, 2, files[1].0, &files[1].1);
    let studies = index.studies();
    assert_eq!(studies.iter().map(|study| study.images).collect::<Vec<_>>(), [1]);
}

#[test]
fn same_uid_and_size_but_other_content_is_a_conflict() {
    let files =
        [("1", Image::default().file()), ("2", Image { patient: "Doe^Joan", ..Image::default() }.file())];
    let mut index = Index::default();
    add(&mut index, 0, "1", &files[0].1);
    add(&mut index, 1, "2", &files[1].1);
    compare(&mut index, &files);
    assert_eq!(index.len(), 2);
    assert!(index.studies()[0].warnings.contains(&Warning::Conflict));
}

#[test]
fn left_out_with_reasons() {
    let mut index = Index::new(ExcludeRule::defaults());
    let mut directory = part10("1.2.840.10008.1.2.1");
    element(&mut directory, 0x0008_0016, b"UI", b"1.2.840.10008.1.3.10");
    add(&mut index, 0, "disc/dir", &directory);
    add(&mut index, 1, "disc/DICOMDIR", &Image::default().file());
    let mut card = part10("1.2.840.10008.1.2.1");
    element(&mut card, 0x0008_0016, b"UI", b"1.2.840.10008.5.1.4.1.1.66");
    element(&mut card, 0x0018_1030, b"LO", b"ExamCard");
    element(&mut card, 0x0020_000D, b"UI", b"1.2");
    add(&mut index, 2, "disc/card", &card);
    add(&mut index, 3, "disc/nouid", &part10("1.2.840.10008.1.2.1"));
    let reasons: Vec<_> = index.rejected().into_iter().map(|file| file.reason).collect();
    assert_eq!(reasons, [Reason::Dicomdir, Reason::Excluded, Reason::Dicomdir, Reason::MissingUid]);
    assert!(index.is_empty());
}

#[test]
fn a_study_or_the_last_drop_can_be_forgotten() {
    let mut index = Index::default();
    add(&mut index, 0, "1", &Image::default().file());
    add(&mut index, 1, "2", &Image { study: "1.9", ..Image::default() }.file());
    add(&mut index, 2, "3", b"junk");
    index.forget_from(2);
    assert!(index.rejected().is_empty());
    assert_eq!(index.remove_study("1.2.3"), 1);
    assert_eq!(index.accepted().iter().map(|file| file.item.file).collect::<Vec<_>>(), [1]);
}

#[test]
fn irregular_uids_and_several_values() {
    let mut index = Index::default();
    add(&mut index, 0, "1", &Image { study: "1.2.3\\4.5.6", ..Image::default() }.file());
    add(&mut index, 1, "2", &Image { study: "<b>../x</b>", ..Image::default() }.file());
    let studies = index.studies();
    assert_eq!(studies[0].study_uid, "1.2.3");
    assert_eq!(studies[1].study_uid, "<b>../x</b>");
    assert!(studies.iter().all(|study| study.warnings.contains(&Warning::IrregularUid)));
}

#[test]
fn a_study_is_shown_by_the_middle_image_of_its_largest_series() {
    let mut index = Index::default();
    let series = [("1.2.3.1", "CT", 2), ("1.2.3.2", "CT", 5), ("1.2.3.3", "SR", 9)];
    let images =
        series.iter().flat_map(|(series, modality, count)| (0..*count).map(move |_| (*series, *modality)));
    for (file, (series, modality)) in (0..).zip(images) {
        let instance = format!("1.2.3.{file}.9");
        // What is not the same in all files of a series parts it into groups.
        let patient = if file % 2 == 0 { "Doe^Jane" } else { "Doe^Jane^^Dr" };
        let image = Image { series, modality, patient, instance: &instance, ..Image::default() };
        add(&mut index, file, "x", &image.file());
    }
    add(&mut index, 40, "y", &Image { study: "1.9", series: "1.9.1", ..Image::default() }.file());
    let shown = |index: &Index, study| index.middle_image(study).map(|content| content.file);
    assert_eq!(
        (shown(&index, "1.2.3"), shown(&index, "1.9"), shown(&index, "1.8")),
        (Some(4), Some(40), None)
    );
    index.remove_study("1.2.3");
    assert_eq!((shown(&index, "1.2.3"), shown(&index, "1.9")), (None, Some(40)));
}

#[test]
fn the_middle_is_that_of_the_names_whatever_the_order_of_dropping() {
    let mut index = Index::default();
    for (file, name) in (0..).zip(["CD/IM10", "CD/IM9", "CD/IM1", "CD/IM2", "CD/IM11"]) {
        let instance = format!("1.2.3.{file}.9");
        add(&mut index, file, name, &Image { instance: &instance, ..Image::default() }.file());
    }
    assert_eq!(index.middle_image("1.2.3").map(|content| content.file), Some(1));
}

#[test]
fn what_was_left_out_of_a_study_goes_with_it() {
    let image = |study, instance| Image { study, instance, ..Image::default() }.file();
    let files = [
        ("a/1", image("1.2.3", "1.1")),
        ("a/1 again", image("1.2.3", "1.1")),
        ("b/1", image("1.9", "1.2")),
        ("b/1 again", image("1.9", "1.2")),
        ("notes.txt", b"hello".to_vec()),
    ];
    let mut index = Index::default();
    for (at, (path, bytes)) in files.iter().enumerate() {
        add(&mut index, at as FileId, path, bytes);
    }
    compare(&mut index, &files);
    let left_out = |index: &Index| index.rejected().into_iter().map(|file| file.path).collect::<Vec<_>>();
    assert_eq!(left_out(&index), ["a/1 again", "b/1 again", "notes.txt"]);
    assert_eq!(index.remove_study("1.2.3"), 2);
    assert_eq!(left_out(&index), ["b/1 again", "notes.txt"]);
}
