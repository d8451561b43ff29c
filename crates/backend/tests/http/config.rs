//! `GET /api/uploader/config`, and what every call with an upload token has in common.

use crate::support::{ALL_SCOPES, CLINIC, HOST, OTHER, Server};
use serde_json::json;

const PATH: &str = "/api/uploader/config";

#[tokio::test]
async fn tells_where_and_with_what_to_upload() {
    let server = Server::start();
    let answer = server.client().await.get(PATH).await.expect(200);
    let body = answer.json();
    assert_eq!(body["lift"]["endpoint"], format!("http://{HOST}/files/"));
    assert_eq!(body["lift"]["bucket"], "uploads");
    assert_eq!(body["mode"], "bulk");
    let token = body["lift"]["token"].as_str().unwrap();
    assert!(!token.starts_with("aubt_") && token.len() >= 64);
    assert!(!server.database_holds(token), "only its hash is stored");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_endpoint_follows_the_configuration() {
    let server = Server::with(|config| {
        config.public_url = Some("https://upload.example.org/".to_owned());
        config.tus_path = "/tus/v1".to_owned();
    });
    let body = server.client().await.get(PATH).await.expect(200).json();
    assert_eq!(body["lift"]["endpoint"], "https://upload.example.org/tus/v1/");
}

#[tokio::test]
async fn both_the_key_and_the_token_are_needed() {
    let server = Server::start();
    let client = server.client().await;
    let bearer = format!("Bearer {}", client.token);
    let basic = format!("Basic {}", client.token);
    for (headers, message) in [
        (vec![], "The X-Api-Key header is missing."),
        (vec![("Authorization", bearer.as_str())], "The X-Api-Key header is missing."),
        (vec![("X-Api-Key", "nobody"), ("Authorization", &bearer)], "The API key is not known."),
        (vec![("X-Api-Key", CLINIC.api_key)], "The Authorization header needs a bearer token."),
        (
            vec![("X-Api-Key", CLINIC.api_key), ("Authorization", &basic)],
            "The Authorization header needs a bearer token.",
        ),
        (
            vec![("X-Api-Key", CLINIC.api_key), ("Authorization", "Bearer aubt_x")],
            "The token is not known or has expired.",
        ),
        (
            vec![("X-Api-Key", OTHER.api_key), ("Authorization", &bearer)],
            "The token is not known or has expired.",
        ),
    ] {
        let answer = server.call("GET", PATH, &headers, "").await.expect(401);
        assert_eq!(answer.message(), message, "{headers:?}");
    }
    client.get(PATH).await.expect(200);
}

#[tokio::test]
async fn a_token_ends_with_its_life() {
    let server = Server::start();
    let client = server.client_with(CLINIC, json!({ "ttl": 60, "scopes": ALL_SCOPES })).await;
    server.advance(59);
    client.get(PATH).await.expect(200);
    server.advance(1);
    assert_eq!(client.get(PATH).await.expect(401).message(), "The token is not known or has expired.");
}

#[tokio::test]
async fn a_token_ends_with_its_uses() {
    let server = Server::start();
    let wish = json!({ "scopes": ["integration:read"], "max_uses": 2 });
    let client = server.client_with(CLINIC, wish).await;
    client.get(PATH).await.expect(200);
    // A call that its scope forbids is no use of it.
    client.cancel(&crate::support::uuid()).await.expect(403);
    client.get(PATH).await.expect(200);
    assert_eq!(
        client.get(PATH).await.expect(401).message(),
        "The token has been used as often as it may be."
    );
}

#[tokio::test]
async fn a_scope_is_needed() {
    let server = Server::start();
    let client = server.client_with(CLINIC, json!({ "scopes": ["upload:init", "upload:manage"] })).await;
    let message = client.get(PATH).await.expect(403).message();
    assert_eq!(message, "The token does not have the scope integration:read.");
}

#[tokio::test]
async fn thirty_a_minute_and_token() {
    let server = Server::start();
    let client = server.client().await;
    for _ in 0..30 {
        client.get(PATH).await.expect(200);
    }
    let refused = client.get(PATH).await.expect(429);
    assert!((1..=3).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    server.client().await.get(PATH).await.expect(200);
    // Lifecycle calls are counted apart.
    client.cancel(&crate::support::uuid()).await.expect(200);
}
