//! The program itself: what it prints, over a real connection.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_aura-backend"))
            .args(["serve", "--listen", "127.0.0.1:0", "--demo", "../../examples/demo", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Listening on http://").unwrap().to_owned();
        Self { child, address }
    }

    /// Sends a request as it stands and gives status line, headers and body back.
    fn exchange(&self, head: &str, body: &[u8]) -> (String, String) {
        let mut stream = self.connect(head);
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }

    fn connect(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(stream, "{head}\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        stream
    }

    fn get(&self, path: &str, headers: &str) -> Value {
        let (head, body) = self.exchange(&format!("GET {path} HTTP/1.1{headers}"), b"");
        assert!(head.starts_with("http/1.1 200"), "{head}");
        serde_json::from_str(&body).unwrap()
    }

    /// Tells the program to stop and waits until it has; true if it ended well.
    fn stop(mut self) -> bool {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        kill.success() && self.child.wait().unwrap().success()
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
}

#[test]
fn a_connection_cut_in_the_middle_of_a_chunk_loses_nothing_that_was_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path());
    let api_key = program.get("/demo/settings", "")["apiToken"].as_str().unwrap().to_owned();
    let token = program.get("/demo/upload-token", "")["token"].as_str().unwrap().to_owned();
    let auth = format!("\r\nX-Api-Key: {api_key}\r\nAuthorization: Bearer {token}");
    let lift = program.get("/api/uploader/config", &auth)["lift"]["token"].as_str().unwrap().to_owned();

    let upload_id = "0a0b0c0d-0000-4000-8000-000000000001";
    let study = json!({ "study_uid": "1.2", "series": { "1.2.1": {} }, "series_count": 1, "images": 1 });
    let init =
        json!({ "upload_id": upload_id, "mode": "bulk", "type": "uploader", "source": "standalone-uploader",
        "patient_id": null, "studies": { "1.2": study } })
        .to_string();
    let length = init.len();
    let post = format!("POST /api/uploader/upload/init HTTP/1.1{auth}\r\nContent-Length: {length}");
    assert!(program.exchange(&post, init.as_bytes()).0.starts_with("http/1.1 200"));

    let bytes: Vec<u8> = (0..1_000_000_u32).map(|index| (index % 251) as u8).collect();
    let tus = format!("\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer {lift}");
    // base64 of the upload id
    let metadata = "upload_id MGEwYjBjMGQtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAx";
    let create = format!(
        "POST /files/ HTTP/1.1{tus}\r\nUpload-Length: 1000000\r\nUpload-Metadata: {metadata}\r\nContent-Length: 0"
    );
    let (head, _) = program.exchange(&create, b"");
    let location = header(&head, "location").to_owned();
    let patch = |offset: usize, length: usize| {
        format!(
            "PATCH {location} HTTP/1.1{tus}\r\nUpload-Offset: {offset}\r\nContent-Length: {length}\r\n\
             Content-Type: application/offset+octet-stream"
        )
    };
    let offset = || -> usize {
        let (head, _) = program.exchange(&format!("HEAD {location} HTTP/1.1{tus}"), b"");
        assert!(head.starts_with("http/1.1 200"), "{head}");
        header(&head, "upload-offset").parse().unwrap()
    };

    let (head, _) = program.exchange(&patch(0, 400_000), &bytes[..400_000]);
    assert_eq!(header(&head, "upload-offset"), "400000");

    let mut cut = program.connect(&patch(400_000, 600_000));
    cut.write_all(&bytes[400_000..700_000]).unwrap();
    drop(cut);
    let kept = offset();
    assert!((400_000..=700_000).contains(&kept), "{kept}");

    let (head, _) = program.exchange(&patch(kept, 1_000_000 - kept), &bytes[kept..]);
    assert!(head.starts_with("http/1.1 204"), "{head}");
    assert_eq!(offset(), 1_000_000);

    let stored: Vec<_> = std::fs::read_dir(data.path().join("uploads")).unwrap().collect();
    assert_eq!(stored.len(), 1);
    assert!(std::fs::read(stored[0].as_ref().unwrap().path()).unwrap() == bytes, "byte for byte");
    assert!(program.stop());
}

#[test]
fn what_was_announced_outlives_a_restart_and_so_do_the_credentials() {
    let data = tempfile::tempdir().unwrap();
    let first = Program::start(data.path());
    let before = first.get("/demo/settings", "")["apiToken"].clone();
    assert!(first.stop());
    let second = Program::start(data.path());
    assert_eq!(second.get("/demo/settings", "")["apiToken"], before);
    assert!(second.stop());
}

#[test]
fn the_phantom_is_written_the_same_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let target = directory.path().join(name);
        let status = Command::new(env!("CARGO_BIN_EXE_aura-backend"))
            .args(["phantom", "--slices", "4", "--size", "32"])
            .arg(&target)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        target
    };
    let (one, two) = (write("one"), write("two"));
    let mut count = 0;
    for series in ["SE01", "SE02", "SE03"] {
        for entry in std::fs::read_dir(one.join("PHANTOM").join(series)).unwrap() {
            let path = entry.unwrap().path();
            let twin = two.join(path.strip_prefix(&one).unwrap());
            assert!(std::fs::read(path).unwrap() == std::fs::read(twin).unwrap());
            count += 1;
        }
    }
    assert_eq!(count, 2 + 4 + 2);
}

#[test]
fn mistakes_are_said() {
    let directory = tempfile::tempdir().unwrap();
    let failed = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_aura-backend"))
            .args(arguments)
            .current_dir(&directory)
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(failed(&["phantom", "--slices", "0", "x"]).contains("at least one slice"));
    assert!(failed(&["serve", "--tus-path", "files"]).contains("no path for the tus endpoint"));
}

#[test]
fn a_gate_says_what_is_wrong_with_its_options_and_no_secret() {
    let data = tempfile::tempdir().unwrap();
    let keys = data.path().join("keys");
    std::fs::write(&keys, "clinic hidden_secret and more\n").unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aura-backend"));
        command.args(["gate", "--listen", "127.0.0.1:0", "--data"]).arg(data.path().join("gate")).args(args);
        let output = command.output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let upstream = "http://127.0.0.1:1/files";
    let keys = keys.to_str().unwrap();
    let told = run(&["--upstream", upstream, "--signatures", "uploadcare", "--keys", keys]);
    assert!(told.contains("line 1 of the keys must be a name and a secret"), "{told}");
    assert!(!told.contains("hidden_secret"), "{told}");
    let told = run(&["--upstream", upstream, "--signatures", "imagekit"]);
    assert!(told.contains("--keys"), "{told}");
    let told = run(&["--upstream", "files"]);
    assert!(told.contains("must be the URL of a tus endpoint"), "{told}");
    let told = run(&["--upstream", upstream, "--allow-type", "application/nonsense"]);
    assert!(told.contains("application/nonsense can't be recognised"), "{told}");
}
