//! `auraloader upload` against the reference backend: what arrives, what is gone on with, and what is told.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod server;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use auraloader_backend::phantom::Phantom;
use serde_json::Value;
use server::Server;
use support::{files_below, parse, scratch};

const AN_HOUR: Duration = Duration::from_secs(3600);
/// Makes some two dozen requests of each upload.
const SLOWLY: [&str; 4] = ["--compression", "store", "--chunk-size", "65536"];

/// A folder for one test: files to send, a server's data, state of the program.
struct Place {
    root: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let root = scratch(name);
        let place = Self { root };
        Phantom { slices: 16, size: 128 }.write(&place.files()).unwrap();
        fs::write(place.files().join("notes.txt"), "Not an image").unwrap();
        place
    }

    fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    fn server(&self) -> Server {
        Server::start(&self.root.join("data"), AN_HOUR, None)
    }

    /// With everything that an upload needs, and a token of the server's.
    fn upload(&self, server: &Server, more: &[&str]) -> Command {
        let token = parse(&server.token_json())["token"].as_str().unwrap().to_owned();
        let mut command = self.upload_without_token(server, more);
        command.env("AURALOADER_TOKEN", token);
        command
    }

    fn upload_without_token(&self, server: &Server, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auraloader"));
        command.arg("upload").arg(self.files()).args(["--api", &server.url("/api"), "--json", "--state-dir"]);
        command.arg(self.state()).args(more);
        command.env("AURALOADER_API_KEY", &server.api_key);
        command.env_remove("AURALOADER_TOKEN").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Beside the study that is there a copy of it under UIDs of its own.
    fn add_second_study(&self) {
        let index = support::index(&self.files());
        let uid = index["studies"][0]["study_uid"].as_str().unwrap().to_owned();
        let other = format!("{}{}", &uid[..uid.len() - 1], if uid.ends_with('9') { '8' } else { '9' });
        for path in files_below(&self.files()) {
            let mut bytes = fs::read(self.files().join(&path)).unwrap();
            for at in 0..bytes.len().saturating_sub(uid.len()) {
                if bytes[at..].starts_with(uid.as_bytes()) {
                    bytes[at..at + uid.len()].copy_from_slice(other.as_bytes());
                }
            }
            let copy = self.files().join("second").join(path);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::write(copy, bytes).unwrap();
        }
    }

    /// Whether the archive holds exactly the DICOM files, byte for byte; its length.
    fn assert_arrived(&self, server: &Server) -> u64 {
        self.assert_arrived_in(server, 1)
    }

    /// The same of so many archives, each of another study; their length.
    fn assert_arrived_in(&self, server: &Server, count: usize) -> u64 {
        let archives = server.archives();
        assert_eq!(archives.len(), count, "{archives:?}");
        let (mut arrived, mut studies, mut len) = (BTreeMap::new(), BTreeSet::new(), 0);
        for archive in archives {
            let archive = File::open(archive).unwrap();
            len += archive.metadata().unwrap().len();
            let mut archive = zip::ZipArchive::new(archive).unwrap();
            for index in 0..archive.len() {
                let mut entry = archive.by_index(index).unwrap();
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                let name = entry.name().unwrap();
                let (study, path) = name.split_once('/').unwrap();
                studies.insert(study.to_owned());
                arrived.insert(path.to_owned(), bytes);
            }
        }
        assert_eq!(studies.len(), count, "{studies:?}");
        let is_sent = |path: &String| !path.ends_with("notes.txt") && !path.ends_with("DICOMDIR");
        let sent: BTreeMap<_, _> = files_below(&self.files())
            .into_iter()
            .filter(is_sent)
            .map(|path| (path.replace('/', "-"), fs::read(self.files().join(&path)).unwrap()))
            .collect();
        assert_eq!(arrived.keys().collect::<Vec<_>>(), sent.keys().collect::<Vec<_>>());
        assert!(arrived == sent, "byte for byte");
        len
    }

    /// Records and locks of unfinished uploads.
    fn remembered(&self) -> usize {
        files_below(&self.state()).len()
    }
}

/// Exit code, what it printed as JSON, and what it said.
fn ended(output: &Output) -> (i32, Value, String) {
    let (json, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let code = output.status.code().expect("an exit code");
    let report = if json.is_empty() { Value::Null } else { parse(&json) };
    assert!(report.is_null() || report["exit_code"] == code, "{json}");
    (code, report, said.into_owned())
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_folder_arrives_byte_for_byte_however_it_is_packed() {
    for compression in ["store", "auto", "deflate"] {
        let place = Place::new(&format!("upload-{compression}"));
        let server = place.server();
        let mut command = place.upload(&server, &["--compression", compression, "--patient-id", "P1"]);
        let (code, report, said) = ended(&command.output().unwrap());
        assert_eq!(code, 0, "{said}");
        assert_eq!(report["outcome"], "complete");
        assert_eq!(report["counts"]["images"], report["counts"]["images_sent"]);
        assert_eq!(report["left_out"][0]["reason"], "not-dicom");
        assert_eq!(
            report["server_studies"].as_array().unwrap().len(),
            report["studies"].as_array().unwrap().len()
        );
        assert_eq!(report["error"], Value::Null);
        place.assert_arrived(&server);
        assert_eq!(place.remembered(), 0);
        // What is in the files stays out of logs.
        let index = support::index(&place.files());
        let name = index["studies"][0]["patient_name"].as_str().unwrap();
        assert!(!name.is_empty());
        assert!(!said.contains(name) && !report.to_string().contains(name), "{said}");
    }
}

#[test]
fn each_study_arrives_in_an_archive_of_its_own() {
    let place = Place::new("upload-by-study");
    place.add_second_study();
    let server = place.server();
    let (code, report, said) = ended(&place.upload(&server, &["--archive", "study"]).output().unwrap());
    assert_eq!(code, 0, "{said}");
    assert_eq!(report["server_studies"].as_array().unwrap().len(), 2);
    place.assert_arrived_in(&server, 2);
    assert_eq!(place.remembered(), 0);
}

#[test]
fn an_interrupted_upload_is_gone_on_with_and_nothing_is_sent_twice() {
    let place = Place::new("upload-interrupted");
    let server = place.server();
    server.traffic.hold();
    let child = place.upload(&server, &SLOWLY).spawn().unwrap();
    server.traffic.wait_for_patch();
    interrupt(&child);
    let (code, first, said) = ended(&child.wait_with_output().unwrap());
    assert_eq!((code, &first["outcome"]), (130, &"interrupted".into()), "{said}");
    assert!(place.remembered() > 0);
    server.traffic.release();
    let (code, second, said) = ended(&place.upload(&server, &SLOWLY).output().unwrap());
    assert_eq!(code, 0, "{said}");
    assert_eq!(first["upload_id"], second["upload_id"]);
    let len = place.assert_arrived(&server);
    assert!(server.traffic.taken() <= len, "a byte was sent twice");
    assert_eq!(place.remembered(), 0);
}

#[test]
fn without_resuming_an_interrupted_upload_is_taken_back() {
    let place = Place::new("upload-not-resumed");
    let server = place.server();
    server.traffic.hold();
    let child = place.upload(&server, &[&SLOWLY[..], &["--no-resume"]].concat()).spawn().unwrap();
    server.traffic.wait_for_patch();
    interrupt(&child);
    let (code, report, said) = ended(&child.wait_with_output().unwrap());
    assert_eq!((code, &report["outcome"]), (130, &"interrupted".into()), "{said}");
    assert_eq!(server.archives(), Vec::<PathBuf>::new(), "{said}");
    assert!(!place.state().exists());
}

#[test]
fn a_server_that_goes_away_and_comes_back_is_gone_on_with() {
    let place = Place::new("upload-outage");
    let server = place.server();
    let (address, data) = (server.address, server.data.clone());
    server.traffic.hold();
    let child =
        place.upload(&server, &[&SLOWLY[..], &["--retry-delays", "0,200,500"]].concat()).spawn().unwrap();
    server.traffic.wait_for_patch();
    drop(server);
    let server = Server::start(&data, AN_HOUR, Some(address));
    let (code, report, said) = ended(&child.wait_with_output().unwrap());
    assert_eq!((code, &report["outcome"]), (0, &"complete".into()), "{said}");
    place.assert_arrived(&server);
}

#[test]
fn two_runs_don_t_send_the_same_at_once() {
    let place = Place::new("upload-twice");
    let server = place.server();
    server.traffic.hold();
    let first = place.upload(&server, &SLOWLY).spawn().unwrap();
    server.traffic.wait_for_patch();
    let (code, report, said) = ended(&place.upload(&server, &SLOWLY).output().unwrap());
    assert_eq!(code, 1, "{said}");
    assert_eq!(report["error"]["message"], "these files are being sent by another run");
    server.traffic.release();
    assert_eq!(ended(&first.wait_with_output().unwrap()).0, 0);
    let len = place.assert_arrived(&server);
    assert_eq!(server.traffic.taken(), len, "by one run");
}

#[test]
fn a_token_command_is_run_again_before_its_token_expires() {
    let place = Place::new("upload-token-command");
    // Renewed when half of its life is over.
    let server = Server::start(&place.root.join("data"), Duration::from_secs(20), None);
    let fetch =
        "import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())";
    let line = format!("exec python3 -c '{fetch}' '{}'", server.url("/demo/upload-token"));
    server.traffic.hold();
    let more = [&SLOWLY[..], &["--token-command", &line]].concat();
    let child = place.upload_without_token(&server, &more).spawn().unwrap();
    server.traffic.wait_for_patch();
    server.traffic.wait_for_tokens(2);
    server.traffic.release();
    let (code, _, said) = ended(&child.wait_with_output().unwrap());
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("aubt_"), "{said}");
    place.assert_arrived(&server);
}

#[test]
fn each_ending_has_its_exit_code() {
    let place = Place::new("upload-exit-codes");
    let server = place.server();
    let nothing = place.root.join("nothing");
    fs::create_dir_all(&nothing).unwrap();
    fs::write(nothing.join("notes.txt"), "Not an image").unwrap();
    let no_object = place.root.join("context.json");
    fs::write(&no_object, "[]").unwrap();
    let run = |change: &dyn Fn(&mut Command)| {
        let mut command = place.upload(&server, &["--retry-delays", "0"]);
        change(&mut command);
        ended(&command.output().unwrap())
    };
    let of = |dir: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auraloader"));
        command.arg("upload").arg(dir).args(["--api", &server.url("/api"), "--json"]);
        command.args(["--no-resume"]).env("AURALOADER_API_KEY", &server.api_key);
        command.env("AURALOADER_TOKEN", parse(&server.token_json())["token"].as_str().unwrap());
        ended(&command.output().unwrap())
    };

    let (code, report, said) = run(&|command| {
        command.env("AURALOADER_TOKEN", "aubt_wrong");
    });
    assert_eq!((code, &report["outcome"]), (4, &"not-authorised".into()), "{said}");
    assert_eq!(report["error"]["message"], "Authentication failed. Check your upload token.");
    assert!(!said.contains("aubt_wrong"), "{said}");
    let (code, ..) = run(&|command| {
        command.env("AURALOADER_API_KEY", "aura_au_wrong");
    });
    assert_eq!(code, 4);
    let (code, report, _) = run(&|command| {
        command.env_remove("AURALOADER_TOKEN").args(["--token-command", "echo '{}'"]);
    });
    assert_eq!(code, 4);
    assert!(report["error"]["message"].as_str().unwrap().contains("the token command gave no token"));

    let mut away = Command::new(env!("CARGO_BIN_EXE_auraloader"));
    away.arg("upload").arg(place.files()).args(["--json", "--no-resume", "--retry-delays", "0"]);
    away.env("AURALOADER_API", "http://127.0.0.1:9/api").env("AURALOADER_API_KEY", "key");
    let (code, report, _) = ended(&away.env("AURALOADER_TOKEN", "aubt_x").output().unwrap());
    assert_eq!((code, &report["outcome"]), (1, &"failed".into()));
    let (code, report, _) = of(&nothing);
    assert_eq!((code, &report["outcome"]), (3, &"nothing-to-send".into()));
    assert_eq!(report["counts"]["left_out"], 1);

    let (code, report, said) = run(&|command| {
        command.env_remove("AURALOADER_TOKEN");
    });
    assert_eq!((code, &report["outcome"]), (2, &"usage".into()));
    assert!(said.contains("AURALOADER_TOKEN"), "{said}");
    let (code, ..) = run(&|command| {
        command.env("AURALOADER_TOKEN", "no_token");
    });
    assert_eq!(code, 2);
    let (code, ..) = run(&|command| {
        command.arg("--context").arg(&no_object);
    });
    assert_eq!(code, 2);
    for wrong in [["--chunk-size", "0"], ["--exclude", "colour=red"], ["--compression", "zip"]] {
        assert_eq!(
            run(&|command| {
                command.args(wrong);
            })
            .0,
            2,
            "{wrong:?}"
        );
    }
    assert_eq!(of(&place.root.join("missing")).0, 2);
}

#[test]
fn what_a_rule_names_is_left_out() {
    let place = Place::new("upload-excluded");
    let server = place.server();
    let (code, report, said) = ended(&place.upload(&server, &["--exclude", "modality=CT"]).output().unwrap());
    assert_eq!(code, 3, "{said}");
    let reasons: Vec<_> = report["left_out"].as_array().unwrap().iter().map(|file| &file["reason"]).collect();
    assert!(reasons.contains(&&"excluded".into()), "{reasons:?}");
}
