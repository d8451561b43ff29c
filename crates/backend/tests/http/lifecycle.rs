//! `POST /api/uploader/upload/{init,start,error,cancel}`.

use serde_json::{Value, json};

use crate::support::{ALL_SCOPES, CLINIC, OTHER, Server, init_body, step_body, study, uuid};

fn studies() -> Value {
    study::announce(&study::phantom())
}

#[tokio::test]
async fn init_gives_each_study_an_id_and_the_same_again() {
    let server = Server::start();
    let client = server.client().await;
    let upload_id = uuid();
    let first = client.init(&upload_id, &studies()).await.expect(200).json();
    assert_eq!(first["studies"].as_array().unwrap().len(), 1);
    assert!(!first["studies"][0]["id"].as_str().unwrap().is_empty());
    assert_eq!(client.init(&upload_id, &studies()).await.expect(200).json(), first);
    assert_ne!(client.init(&uuid(), &studies()).await.expect(200).json(), first);
}

#[tokio::test]
async fn init_does_not_change_what_was_announced() {
    let server = Server::start();
    let client = server.client().await;
    let upload_id = uuid();
    client.init(&upload_id, &studies()).await.expect(200);
    let fewer = study::announce(&study::phantom()[..2]);
    let refused = client.init(&upload_id, &fewer).await.expect(409);
    assert_eq!(refused.message(), "This upload_id was announced before with other studies.");
}

#[tokio::test]
async fn init_says_what_it_lacks() {
    let server = Server::start();
    let client = server.client().await;
    let good = init_body(&uuid(), &studies());
    let uid = studies().as_object().unwrap().keys().next().unwrap().clone();
    let of_study = |name: &str| format!("studies.{uid}.{name}");

    type Spoil<'a> = Box<dyn Fn(&mut Value) + 'a>;
    let cases: Vec<(Spoil<'_>, String)> = vec![
        (Box::new(|body| body["upload_id"] = json!("abc")), "upload_id".into()),
        (Box::new(|body| body["mode"] = json!("single")), "mode".into()),
        (Box::new(|body| body["type"] = json!(1)), "type".into()),
        (Box::new(|body| body["source"] = json!("other")), "source".into()),
        (Box::new(|body| body["patient_id"] = json!(7)), "patient_id".into()),
        (Box::new(|body| body["context"] = json!("text")), "context".into()),
        (Box::new(|body| body["studies"] = json!([])), "studies".into()),
        (Box::new(|body| body["studies"] = json!({})), "studies".into()),
        (Box::new(|body| body["studies"][&uid]["images"] = json!(0)), of_study("images")),
        (Box::new(|body| body["studies"][&uid]["images"] = json!("6")), of_study("images")),
        (Box::new(|body| body["studies"][&uid]["series"] = json!({})), of_study("series")),
        (Box::new(|body| body["studies"][&uid]["series_count"] = json!(9)), of_study("series_count")),
        (Box::new(|body| body["studies"][&uid]["study_uid"] = json!("1.2")), of_study("study_uid")),
    ];
    for (spoil, field) in &cases {
        let mut body = good.clone();
        spoil(&mut body);
        let refused = client.post("init", &body).await.expect(422).json();
        let fields: Vec<_> = refused["errors"].as_object().unwrap().keys().collect();
        assert_eq!(fields, [field]);
    }
    client.post("init", &json!("text")).await.expect(400);
    client.post("init", &good).await.expect(200);
}

#[tokio::test]
async fn init_needs_no_patient_and_no_context() {
    let server = Server::start();
    let mut body = init_body(&uuid(), &studies());
    body.as_object_mut().unwrap().remove("context");
    body["patient_id"] = json!("PAT-1");
    body["something_new"] = json!(true);
    server.client().await.post("init", &body).await.expect(200);
}

#[tokio::test]
async fn start_comes_after_init_and_may_be_repeated() {
    let server = Server::start();
    let client = server.client().await;
    let (upload_id, assembly_id) = (uuid(), uuid());
    assert_eq!(
        client.start(&upload_id, &assembly_id).await.expect(404).message(),
        "No upload with this upload_id was announced."
    );
    client.init(&upload_id, &studies()).await.expect(200);
    for _ in 0..2 {
        let body = client.start(&upload_id, &assembly_id).await.expect(200).json();
        assert_eq!(body["state"], "started");
    }
    // A new try of the same upload.
    client.start(&upload_id, &uuid()).await.expect(200);
}

#[tokio::test]
async fn lifecycle_bodies_are_checked() {
    let server = Server::start();
    let client = server.client().await;
    for step in ["start", "complete"] {
        let fields = |body: Value| body["errors"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            fields(client.post(step, &json!({})).await.expect(422).json()),
            ["assembly_id", "mode", "upload_id"]
        );
    }
    let upload_id = uuid();
    client.post("error", &json!({ "upload_id": upload_id, "mode": "uploader" })).await.expect(422);
    client.post("cancel", &json!({ "upload_id": upload_id, "mode": "bulk" })).await.expect(422);
}

#[tokio::test]
async fn error_is_recorded_and_start_goes_on_from_it() {
    let server = Server::with(|config| config.demo = Some("../../examples/demo".into()));
    let client = server.client().await;
    let (upload_id, assembly_id) = (uuid(), uuid());
    client.error(&upload_id, "nothing known").await.expect(404);
    client.init(&upload_id, &studies()).await.expect(200);
    for _ in 0..2 {
        assert_eq!(
            client.error(&upload_id, "the disc was taken out").await.expect(200).json()["state"],
            "error"
        );
    }
    let listed = server.call("GET", "/demo/uploads", &[], "").await.expect(200).json();
    assert_eq!(listed["uploads"][0]["message"], "the disc was taken out");
    client.start(&upload_id, &assembly_id).await.expect(200);
    let listed = server.call("GET", "/demo/uploads", &[], "").await.expect(200).json();
    assert_eq!(listed["uploads"][0]["state"], "started");
    assert_eq!(listed["uploads"][0]["message"], Value::Null);
}

#[tokio::test]
async fn cancel_leaves_nothing() {
    let server = Server::start();
    let client = server.client().await;
    let upload_id = uuid();
    client.init(&upload_id, &studies()).await.expect(200);
    client.start(&upload_id, &uuid()).await.expect(200);
    assert!(server.database_holds("Phantom^Sample") && server.database_holds("REF-1"));
    let lift = client.lift().await;
    let location = lift.create(&upload_id, 1000).await.expect(201).header("location").to_owned();
    lift.patch(&location, 0, &[7; 500]).await.expect(204);
    assert_eq!(server.stored_files().len(), 2);

    assert_eq!(client.cancel(&upload_id).await.expect(200).json()["state"], "cancelled");
    assert_eq!(server.stored_files(), Vec::<std::path::PathBuf>::new());
    assert!(!server.database_holds("Phantom^Sample") && !server.database_holds("REF-1"));
    lift.head(&location).await.expect(404);

    // Again, and whatever comes late.
    client.cancel(&upload_id).await.expect(200);
    client.init(&upload_id, &studies()).await.expect(409);
    client.start(&upload_id, &uuid()).await.expect(409);
    client.complete(&upload_id, &uuid()).await.expect(409);
    assert_eq!(client.error(&upload_id, "late").await.expect(200).json()["state"], "cancelled");
    assert_eq!(lift.create(&upload_id, 1000).await.expect(409).text(), "The upload was cancelled.");
}

#[tokio::test]
async fn a_cancel_that_overtakes_init_wins() {
    let server = Server::start();
    let client = server.client().await;
    let upload_id = uuid();
    client.cancel(&upload_id).await.expect(200);
    assert_eq!(client.init(&upload_id, &studies()).await.expect(409).message(), "The upload was cancelled.");
}

#[tokio::test]
async fn what_nobody_came_back_for_is_removed_after_a_week() {
    let server = Server::with(|config| config.rate_limits = false);
    let client = server.client().await;
    let (unfinished, finished, assembly_id) = (uuid(), uuid(), uuid());
    let archive = study::archive(&study::phantom());
    for upload_id in [&unfinished, &finished] {
        client.init(upload_id, &studies()).await.expect(200);
        client.start(upload_id, &assembly_id).await.expect(200);
        client.lift().await.upload(upload_id, "a.zip", &archive).await;
    }
    client.complete(&finished, &assembly_id).await.expect(200);
    assert_eq!(server.stored_files().len(), 4);

    server.advance(7 * 24 * 3600 + 1);
    server.maintain_until(|| server.stored_files().len() == 2).await;
    assert_eq!(
        client.get("/api/uploader/config").await.expect(401).message(),
        "The token is not known or has expired."
    );
    let client = server.client().await;
    client.start(&unfinished, &assembly_id).await.expect(409);
    assert_eq!(client.start(&finished, &assembly_id).await.expect(200).json()["state"], "complete");
}

#[tokio::test]
async fn uploads_belong_to_their_account() {
    let server = Server::start();
    let (client, other) = (server.client().await, server.client_of(OTHER).await);
    let upload_id = uuid();
    client.init(&upload_id, &studies()).await.expect(200);
    other.start(&upload_id, &uuid()).await.expect(404);
    other.error(&upload_id, "not mine").await.expect(404);
    other.cancel(&upload_id).await.expect(200);
    client.start(&upload_id, &uuid()).await.expect(200);
}

#[tokio::test]
async fn each_call_needs_its_scope() {
    let server = Server::start();
    let init_only = server.client_with(CLINIC, json!({ "scopes": ["upload:init"] })).await;
    let manage_only = server.client_with(CLINIC, json!({ "scopes": ["upload:manage"] })).await;
    let upload_id = uuid();
    init_only.init(&upload_id, &studies()).await.expect(200);
    assert_eq!(
        manage_only.init(&uuid(), &studies()).await.expect(403).message(),
        "The token does not have the scope upload:init."
    );
    for step in ["start", "complete", "error", "cancel"] {
        let refused = init_only.post(step, &step_body(&upload_id, &uuid())).await.expect(403);
        assert_eq!(refused.message(), "The token does not have the scope upload:manage.");
    }
    manage_only.start(&upload_id, &uuid()).await.expect(200);
}

#[tokio::test]
async fn sixty_a_minute_and_token_all_lifecycle_calls_together() {
    let server = Server::start();
    let client = server.client_with(CLINIC, json!({ "scopes": ALL_SCOPES })).await;
    let upload_id = uuid();
    client.init(&upload_id, &studies()).await.expect(200);
    for _ in 0..59 {
        client.start(&upload_id, &uuid()).await.expect(200);
    }
    let refused = client.cancel(&upload_id).await.expect(429);
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    server.advance(wait);
    client.cancel(&upload_id).await.expect(200);
}
