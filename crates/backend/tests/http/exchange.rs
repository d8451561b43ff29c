//! `POST /api/auth/exchange`.

use crate::support::{ALL_SCOPES, CLINIC, HOST, Integrator, OTHER, Server, borrowed};
use auraloader_signing::Secret;
use auraloader_signing::aura::{self, HmacSigner};
use serde_json::{Value, json};

const WISH: &str = r#"{"ttl":3600,"scopes":["upload:init","upload:manage"],"max_uses":100}"#;

#[tokio::test]
async fn a_signed_request_is_given_a_token() {
    let server = Server::start();
    let answer = server.exchange(CLINIC, &serde_json::from_str(WISH).unwrap()).await.expect(200);
    let body = answer.json();
    let token = body["token"].as_str().unwrap();
    assert!(token.starts_with("aubt_") && token.len() == 5 + 64, "{token}");
    assert_eq!(body["expires_at"], "2025-06-15T16:06:40Z");
    assert_eq!(body["scopes"], json!(["upload:init", "upload:manage"]));
    assert_eq!(body["max_uses"], 100);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!server.database_holds(token), "only its hash is stored");
}

#[tokio::test]
async fn an_hour_and_no_end_of_uses_are_the_default() {
    let server = Server::start();
    let body = server.exchange(CLINIC, &json!({ "scopes": ALL_SCOPES })).await.expect(200).json();
    assert_eq!(body["expires_at"], "2025-06-15T16:06:40Z");
    assert_eq!(body.get("max_uses"), None);
}

#[tokio::test]
async fn what_was_changed_on_the_way_is_refused() {
    let server = Server::start();
    let headers = server.signed_exchange(CLINIC, WISH);
    let headers = borrowed(&headers);
    let more = WISH.replace("3600", "9999");
    let evil: Vec<_> =
        headers.iter().map(|(name, value)| (*name, if *name == "Host" { "evil" } else { *value })).collect();
    for (path, headers, body) in [
        ("/api/auth/exchange", &headers, more.as_str()),
        ("/api/auth/exchange?a=b", &headers, WISH),
        ("/api/auth/exchange", &evil, WISH),
    ] {
        let answer = server.call("POST", path, headers, body.to_owned()).await.expect(401);
        assert_eq!(answer.message(), "The request's signature was refused: the signature does not match.");
    }
    // The same request as it was signed is still good: a forged one doesn't use up its nonce.
    server.call("POST", "/api/auth/exchange", &headers, WISH).await.expect(200);
}

#[tokio::test]
async fn a_request_is_good_once() {
    let server = Server::start();
    let headers = server.signed_exchange(CLINIC, WISH);
    server.call("POST", "/api/auth/exchange", &borrowed(&headers), WISH).await.expect(200);
    let again = server.call("POST", "/api/auth/exchange", &borrowed(&headers), WISH).await.expect(401);
    assert_eq!(again.message(), "A request with this nonce was already made.");
}

#[tokio::test]
async fn a_request_is_good_for_five_minutes() {
    let server = Server::start();
    for (age, status) in [(300, 200), (301, 401), (-300, 200), (-301, 401)] {
        let headers = server.signed_exchange(CLINIC, WISH);
        server.advance(age);
        server.call("POST", "/api/auth/exchange", &borrowed(&headers), WISH).await.expect(status);
    }
}

#[tokio::test]
async fn who_has_not_signed_is_refused() {
    let server = Server::start();
    let key = [("X-Api-Key", CLINIC.api_key)];
    server.call("POST", "/api/auth/exchange", &key, WISH).await.expect(401);
    let bearer = [("X-Api-Key", CLINIC.api_key), ("Authorization", "Bearer aubt_x")];
    server.call("POST", "/api/auth/exchange", &bearer, WISH).await.expect(401);
    for stranger in
        [Integrator { app_id: "aura_pk_unknown", ..CLINIC }, Integrator { secret: "aura_sk_wrong", ..CLINIC }]
    {
        let answer = server.exchange(stranger, &serde_json::from_str(WISH).unwrap()).await.expect(401);
        assert_eq!(answer.message(), "The request's signature was refused: the signature does not match.");
    }
}

#[tokio::test]
async fn the_api_key_must_be_the_same_accounts() {
    let server = Server::start();
    let mixed = Integrator { api_key: OTHER.api_key, ..CLINIC };
    server.exchange(mixed, &serde_json::from_str(WISH).unwrap()).await.expect(401);

    let headers = server.signed_exchange(CLINIC, WISH);
    let without: Vec<_> = borrowed(&headers).into_iter().filter(|(name, _)| *name != "X-Api-Key").collect();
    let answer = server.call("POST", "/api/auth/exchange", &without, WISH).await.expect(401);
    assert_eq!(answer.message(), "The X-Api-Key header is missing.");
}

#[tokio::test]
async fn both_secrets_are_good_while_one_is_replaced() {
    let server = Server::start();
    let own = [("Host", HOST), ("Content-Type", "application/json"), ("X-Api-Key", CLINIC.api_key)];
    let request = aura::Request {
        method: "POST",
        url: "/api/auth/exchange",
        headers: &own,
        body: Some(WISH.as_bytes()),
        ..aura::Request::default()
    };
    let signer = HmacSigner::new(CLINIC.app_id, Secret::new("aura_sk_clinic_next")).unwrap();
    let signed = signer.sign(&request, server.now(), &crate::support::uuid()).unwrap();
    let headers: Vec<_> =
        own.into_iter().chain(signed.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    server.call("POST", "/api/auth/exchange", &headers, WISH).await.expect(200);
}

#[tokio::test]
async fn wishes_that_cannot_be_granted_are_named() {
    let server = Server::with(|config| config.rate_limits = false);
    let refused = async |field: &str, value: Value| {
        let mut wish: Value = serde_json::from_str(WISH).unwrap();
        wish[field] = value;
        let body = server.exchange(CLINIC, &wish).await.expect(422).json();
        assert_eq!(body["message"], "The given data was invalid.");
        let fields: Vec<_> = body["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, [field]);
    };
    for ttl in [json!(0), json!(86_401), json!(-1), json!(1.5), json!("3600")] {
        refused("ttl", ttl).await;
    }
    for scopes in [json!([]), json!(["admin"]), json!("upload:init"), json!([1]), json!(null)] {
        refused("scopes", scopes).await;
    }
    for uses in [json!(0), json!(-1), json!("many")] {
        refused("max_uses", uses).await;
    }
    server.exchange(CLINIC, &json!({ "ttl": 86_400, "scopes": ["upload:init"] })).await.expect(200);
    server.exchange(CLINIC, &json!([])).await.expect(400);
}

#[tokio::test]
async fn ten_a_minute_and_account() {
    let server = Server::start();
    let wish = json!({ "scopes": ALL_SCOPES });
    for _ in 0..10 {
        server.exchange(CLINIC, &wish).await.expect(200);
    }
    let refused = server.exchange(CLINIC, &wish).await.expect(429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
    assert!(refused.message().starts_with("Too many requests."));
    // Strangers who only know the public key use up nothing, and others aren't touched.
    server.exchange(OTHER, &wish).await.expect(200);
}

#[tokio::test]
async fn unsigned_requests_do_not_count() {
    let server = Server::start();
    let key = [("X-Api-Key", CLINIC.api_key)];
    for _ in 0..20 {
        server.call("POST", "/api/auth/exchange", &key, WISH).await.expect(401);
    }
    server.exchange(CLINIC, &json!({ "scopes": ALL_SCOPES })).await.expect(200);
}
