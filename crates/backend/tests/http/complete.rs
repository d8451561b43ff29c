//! `POST /api/uploader/upload/complete`: archives that are and aren't what was announced.

use auraloader_backend::phantom::PhantomFile;
use serde_json::Value;
use zip::CompressionMethod;

use crate::support::study::{announce, archive, archive_with, dicom, element, file, phantom};
use crate::support::{Answer, Client, Lift, Server, uuid};

struct Upload<'s> {
    client: Client<'s>,
    lift_token: String,
    upload_id: String,
    assembly_id: String,
}

impl<'s> Upload<'s> {
    /// Announced and started.
    async fn of(server: &'s Server, studies: &Value) -> Self {
        let client = server.client().await;
        let (upload_id, assembly_id) = (uuid(), uuid());
        client.init(&upload_id, studies).await.expect(200);
        client.start(&upload_id, &assembly_id).await.expect(200);
        let lift_token = client.lift().await.token;
        Self { client, lift_token, upload_id, assembly_id }
    }

    fn lift(&self) -> Lift<'s> {
        Lift { server: self.client.server, token: self.lift_token.clone() }
    }

    async fn send(&self, bytes: &[u8]) -> String {
        self.lift().upload(&self.upload_id, &format!("{}.zip", self.upload_id), bytes).await
    }

    async fn complete(&self) -> Answer {
        self.client.complete(&self.upload_id, &self.assembly_id).await
    }
}

/// The answer when these files are announced and that archive is sent.
async fn outcome(announced: &[PhantomFile], sent: &[u8]) -> Answer {
    let server = Server::start();
    let upload = Upload::of(&server, &announce(announced)).await;
    upload.send(sent).await;
    upload.complete().await
}

#[track_caller]
fn refused(answer: Answer, part: &str) {
    let message = answer.expect(422).message();
    assert!(message.starts_with("The archive was refused: ") && message.contains(part), "{message}");
}

#[tokio::test]
async fn a_good_archive_is_recorded() {
    let server = Server::with(|config| config.demo = Some("../../examples/demo".into()));
    let files = phantom();
    let upload = Upload::of(&server, &announce(&files)).await;
    let bytes = archive(&files);
    upload.send(&bytes).await;
    assert_eq!(upload.complete().await.expect(200).json()["state"], "complete");

    let listed = server.call("GET", "/demo/uploads", &[], "").await.expect(200).json();
    let listed = &listed["uploads"][0];
    assert_eq!(listed["state"], "complete");
    assert_eq!(listed["bytes"], bytes.len());
    let study = &listed["studies"][0];
    assert_eq!((&study["images"], &study["received_images"]), (&6.into(), &6.into()));
    let series: Vec<_> = study["series"].as_array().unwrap().iter().map(|series| &series["images"]).collect();
    assert_eq!(series.len(), 3);
    assert_eq!(series.iter().map(|images| images.as_u64().unwrap()).sum::<u64>(), 6);

    let stored =
        server.call("GET", listed["archives"][0]["url"].as_str().unwrap(), &[], "").await.expect(200);
    assert_eq!(stored.body, bytes);
    assert_eq!(stored.header("content-type"), "application/zip");
}

#[tokio::test]
async fn complete_may_be_repeated_but_not_by_another_try() {
    let server = Server::start();
    let files = phantom();
    let upload = Upload::of(&server, &announce(&files)).await;
    upload.send(&archive(&files)).await;
    let (first, second) = tokio::join!(upload.complete(), upload.complete());
    first.expect(200);
    second.expect(200);
    upload.complete().await.expect(200);
    upload.client.start(&upload.upload_id, &upload.assembly_id).await.expect(200);
    upload.client.start(&upload.upload_id, &uuid()).await.expect(409);
    upload.client.complete(&upload.upload_id, &uuid()).await.expect(409);
    let late = upload.client.error(&upload.upload_id, "late").await.expect(200);
    assert_eq!(late.json()["state"], "complete");
}

#[tokio::test]
async fn complete_comes_after_start_and_of_the_same_try() {
    let server = Server::start();
    let client = server.client().await;
    let upload_id = uuid();
    client.complete(&upload_id, &uuid()).await.expect(404);
    client.init(&upload_id, &announce(&phantom())).await.expect(200);
    assert_eq!(
        client.complete(&upload_id, &uuid()).await.expect(409).message(),
        "The upload was not started."
    );
    client.start(&upload_id, &uuid()).await.expect(200);
    client.complete(&upload_id, &uuid()).await.expect(409);
}

#[tokio::test]
async fn what_is_not_whole_is_not_complete() {
    let server = Server::start();
    let files = phantom();
    let bytes = archive(&files);
    let upload = Upload::of(&server, &announce(&files)).await;
    assert_eq!(upload.complete().await.expect(409).message(), "Nothing was sent for this upload.");

    let lift = upload.lift();
    let location =
        lift.create(&upload.upload_id, bytes.len()).await.expect(201).header("location").to_owned();
    lift.patch(&location, 0, &bytes[..1000]).await.expect(204);
    let message = upload.complete().await.expect(409).message();
    assert_eq!(message, format!("The archive is not whole: 1000 of {} bytes have arrived.", bytes.len()));

    lift.patch(&location, 1000, &bytes[1000..]).await.expect(204);
    upload.complete().await.expect(200);
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_does_no_harm() {
    let server = Server::start();
    let files = phantom();
    let bytes = archive(&files);
    let upload = Upload::of(&server, &announce(&files)).await;
    upload.lift().create(&upload.upload_id, bytes.len()).await.expect(201);
    upload.send(&bytes).await;
    upload.lift().create(&upload.upload_id, bytes.len()).await.expect(201);
    upload.complete().await.expect(200);
    assert_eq!(server.stored_files().len(), 2, "one archive and its state");
}

#[tokio::test]
async fn one_archive_a_study_is_read_as_one_upload() {
    let server = Server::start();
    let second = dicom(&[
        (0x0008, 0x0016, "UI", b"1.2.840.10008.5.1.4.1.1.7"),
        (0x0008, 0x0018, "UI", b"1.2.3.4"),
        (0x0020, 0x000D, "UI", b"1.2.3"),
        (0x0020, 0x000E, "UI", b"1.2.3.1"),
    ]);
    let (first, second) = (phantom(), vec![file("other/a", second)]);
    let all: Vec<_> = first.iter().chain(&second).cloned().collect();
    let upload = Upload::of(&server, &announce(&all)).await;
    let lift = upload.lift();
    lift.upload(&upload.upload_id, &format!("{}-1.zip", upload.upload_id), &archive(&first)).await;
    refused(upload.complete().await, "the study 1.2.3 is missing");
    lift.upload(&upload.upload_id, &format!("{}-2.zip", upload.upload_id), &archive(&second)).await;
    upload.complete().await.expect(200);
}

#[tokio::test]
async fn deflated_entries_are_read() {
    let files = phantom();
    outcome(&files, &archive_with(&files, CompressionMethod::Deflated)).await.expect(200);
}

#[tokio::test]
async fn fewer_or_more_than_announced_is_refused() {
    let files = phantom();
    let third: Vec<_> = files.iter().filter(|file| !file.path.contains("SE03")).cloned().collect();
    refused(outcome(&files, &archive(&third)).await, "is missing");
    refused(outcome(&third, &archive(&files)).await, "was not announced");

    // An image of a series that has others.
    refused(outcome(&files, &archive(&files[1..])).await, "holds 5 images instead of 6");
    refused(outcome(&files[1..], &archive(&files)).await, "holds 6 images instead of 5");

    let other = dicom(&[(0x0020, 0x000D, "UI", b"1.2.3"), (0x0020, 0x000E, "UI", b"1.2.3.1")]);
    let extra: Vec<_> = files.iter().cloned().chain([file("extra", other)]).collect();
    refused(outcome(&files, &archive(&extra)).await, "the study 1.2.3 was not announced");
    refused(outcome(&extra, &archive(&files)).await, "the study 1.2.3 is missing");
}

#[tokio::test]
async fn what_is_no_archive_is_refused() {
    let files = phantom();
    let bytes = archive(&files);
    refused(outcome(&files, b"this is no archive").await, "not a readable ZIP archive");
    refused(outcome(&files, &bytes[..bytes.len() - 100]).await, "not a readable ZIP archive");
}

#[tokio::test]
async fn a_changed_byte_is_noticed() {
    let files = phantom();
    let mut bytes = archive(&files);
    // In the pixels of the first image, behind everything that is read of its header.
    let at = files[0].bytes.len() - 10;
    bytes[at] ^= 1;
    refused(outcome(&files, &bytes).await, "is damaged");
}

#[tokio::test]
async fn entries_that_are_no_instances_are_refused() {
    let files = phantom();
    let with = |extra: PhantomFile| files.iter().cloned().chain([extra]).collect::<Vec<_>>();
    refused(outcome(&files, &archive(&with(file("readme.txt", "hello")))).await, "is not a DICOM instance");
    let no_study = dicom(&[(0x0008, 0x0060, "CS", b"CT")]);
    refused(outcome(&files, &archive(&with(file("x", no_study)))).await, "is not a DICOM instance");
}

#[tokio::test]
async fn names_that_lead_out_are_refused() {
    let files = phantom();
    let bytes = archive(&files);
    // The name stands in the local header and in the directory.
    let spoilt = replace(&bytes, b"study/PHANTOM-SE01-IM0001", b"../dy/PHANTOM-SE01-IM0001");
    refused(outcome(&files, &spoilt).await, "has an unsafe name");
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut found = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert_eq!(found, 2);
    bytes
}

const STUDY: [(u16, u16, &str, &[u8]); 2] =
    [(0x0020, 0x000D, "UI", b"1.2.3"), (0x0020, 0x000E, "UI", b"1.2.3.1")];

/// What dicom-object refuses or reads otherwise, the widget sends and so the backend takes.
#[tokio::test]
async fn whatever_the_widget_accepts_is_accepted() {
    let good = dicom(&STUDY);
    let bare = good[132 + 12..].to_vec();
    let long_title = [
        &good[..132],
        &element(2, 0x10, "UI", b"1.2.840.10008.1.2.1")[..],
        &element(2, 0x16, "AE", b"AN_AE_TITLE_LONGER_THAN_ALLOWED"),
        &good[good.len() - 2 * 16 + 2..],
    ]
    .concat();
    let unknown_syntax = replace_once(&good, b"1.2.840.10008.1.2.1\0", b"1.2.999.10008.1.2.1\0");
    let long_header = [
        &good[..good.len() - tail_len()],
        &element(0x0009, 0x0010, "LO", b"SOMEBODY")[..],
        &element(0x0009, 0x1001, "OB", &vec![1; 400_000]),
        &good[good.len() - tail_len()..],
    ]
    .concat();
    let odd_uid = dicom(&[(0x0020, 0x000D, "UI", b"1.2.<b>x\\1.9 "), (0x0020, 0x000E, "UI", b"../..")]);
    for (name, bytes) in [
        ("bare", bare),
        ("title", long_title),
        ("syntax", unknown_syntax),
        ("long", long_header),
        ("uid", odd_uid),
    ] {
        let files = [file(name, bytes)];
        let answer = outcome(&files, &archive(&files)).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
}

/// Bytes of the two elements of [`STUDY`].
fn tail_len() -> usize {
    STUDY.iter().map(|(group, number, vr, value)| element(*group, *number, vr, value).len()).sum()
}

fn replace_once(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// A header can nest sequences by the thousand and claim gigabytes; neither may take the server down.
#[tokio::test]
async fn hostile_headers_do_no_harm() {
    let start = dicom(&[]);
    let mut nested = start.clone();
    for _ in 0..13_000 {
        nested.extend([0x08, 0, 0x40, 0x11, b'S', b'Q', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        nested.extend([0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
    let mut claimed = start.clone();
    claimed.extend([0x08, 0, 0x40, 0x11, b'U', b'N', 0, 0, 0xF0, 0xFF, 0xFF, 0x7F]);
    let mut title = start;
    title.extend([0x08, 0, 0x05, 0, b'U', b'T', 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]);

    let files = phantom();
    for hostile in [nested, claimed, title] {
        let all: Vec<_> = files.iter().cloned().chain([file("hostile", hostile)]).collect();
        refused(outcome(&files, &archive(&all)).await, "is not a DICOM instance");
    }
}
