//! The demo page and what it needs.

use serde_json::Value;

use crate::support::{CLINIC, HOST, Server, study, uuid};

fn server() -> Server {
    Server::with(|config| {
        config.demo = Some("../../examples/demo".into());
        config.widget = Some("../../examples/demo".into());
    })
}

#[tokio::test]
async fn the_page_and_its_files_are_served_under_a_strict_policy() {
    let server = server();
    let page = server.call("GET", "/demo", &[], "").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let html = page.text();
    for path in ["/demo/assets/demo.js", "/demo/assets/demo.css", "/demo/assets/icon.svg"] {
        assert!(html.contains(path), "{path}");
        server.call("GET", path, &[], "").await.expect(200);
    }
    assert!(html.contains(r#"src="/widget/standalone-auraloader.umd.js""#));
    assert!(!html.contains("<style") && !html.contains("style=") && !html.contains("onclick"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    server.call("GET", "/demo/", &[], "").await.expect(200);
    server.call("GET", "/demo/assets/../../Cargo.toml", &[], "").await.expect(404);
    server.call("GET", "/widget/demo.js", &[], "").await.expect(200);
}

#[tokio::test]
async fn the_integrators_part_gives_a_working_token() {
    let server = server();
    let settings = server.call("GET", "/demo/settings", &[], "").await.expect(200).json();
    assert_eq!(settings["apiToken"], CLINIC.api_key);
    assert_eq!(settings["apiBaseUrl"], format!("http://{HOST}/api"));

    let answer = server.call("GET", "/demo/upload-token", &[], "").await.expect(200).json();
    assert!(answer["expires_at"].is_string());
    let bearer = format!("Bearer {}", answer["token"].as_str().unwrap());
    let headers = [("X-Api-Key", CLINIC.api_key), ("Authorization", bearer.as_str())];
    server.call("GET", "/api/uploader/config", &headers, "").await.expect(200);
    assert!(!answer.to_string().contains(CLINIC.secret) && !settings.to_string().contains(CLINIC.secret));
}

#[tokio::test]
async fn the_sample_study_is_there_and_the_same_each_time() {
    let server = server();
    let listed = server.call("GET", "/demo/sample", &[], "").await.expect(200).json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2 + 24 + 8);
    let mut files = Vec::new();
    for entry in listed {
        let answer = server.call("GET", entry["url"].as_str().unwrap(), &[], "").await.expect(200);
        files.push(study::file(entry["path"].as_str().unwrap(), answer.body));
    }
    let studies = study::announce(&files);
    let studies: Vec<_> = studies.as_object().unwrap().values().collect();
    assert_eq!(studies.len(), 1);
    assert_eq!(studies[0]["patient_name"], "Phantom^Sample");
    assert_eq!(studies[0]["series_count"], 3);
    assert_eq!(studies[0]["warnings"], Value::Array(Vec::new()));

    let again = crate::demo::server();
    let url = listed[5]["url"].as_str().unwrap();
    assert_eq!(again.call("GET", url, &[], "").await.expect(200).body, files[5].bytes);
    server.call("GET", "/demo/sample/PHANTOM/none", &[], "").await.expect(404);
}

#[tokio::test]
async fn uploads_are_listed_newest_first_and_archives_only_when_complete() {
    let server = server();
    let client = server.client().await;
    let files = study::phantom();
    let (first, second) = (uuid(), uuid());
    for upload_id in [&first, &second] {
        client.init(upload_id, &study::announce(&files)).await.expect(200);
    }
    client.start(&first, &uuid()).await.expect(200);
    client.lift().await.upload(&first, "a.zip", &study::archive(&files)).await;

    let listed = server.call("GET", "/demo/uploads", &[], "").await.expect(200).json();
    let ids: Vec<_> =
        listed["uploads"].as_array().unwrap().iter().map(|upload| &upload["upload_id"]).collect();
    assert_eq!(ids, [&Value::from(second), &Value::from(first.as_str())]);
    assert_eq!(listed["uploads"][1]["archives"], Value::Array(Vec::new()));
    server.call("GET", &format!("/demo/uploads/{first}.zip"), &[], "").await.expect(404);
    server.call("GET", "/demo/uploads/nonsense", &[], "").await.expect(404);
}

#[tokio::test]
async fn without_the_option_there_is_no_demo() {
    let server = Server::start();
    for path in ["/demo", "/demo/uploads", "/demo/upload-token", "/demo/sample", "/widget/x.js"] {
        server.call("GET", path, &[], "").await.expect(404);
    }
}
