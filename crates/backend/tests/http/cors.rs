//! A widget on another origin.

use crate::support::Server;

fn lists(value: &str, name: &str) -> bool {
    value.split(',').any(|listed| listed.trim().eq_ignore_ascii_case(name))
}

#[tokio::test]
async fn preflights_allow_all_that_the_widget_sends() {
    let server = Server::start();
    for (path, method) in [
        ("/api/uploader/config", "GET"),
        ("/api/uploader/upload/init", "POST"),
        ("/api/uploader/upload/cancel", "POST"),
        ("/files/", "POST"),
        ("/files", "POST"),
        ("/files/abc", "PATCH"),
        ("/files/abc", "HEAD"),
        ("/files/abc", "DELETE"),
    ] {
        let headers = [
            ("Origin", "https://clinic.example"),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", "authorization,x-api-key"),
        ];
        let answer = server.call("OPTIONS", path, &headers, "").await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(lists(answer.header("access-control-allow-methods"), method), "{path} {method}");
        for name in [
            "Accept",
            "Authorization",
            "Content-Type",
            "Tus-Resumable",
            "Upload-Checksum",
            "Upload-Defer-Length",
            "Upload-Length",
            "Upload-Metadata",
            "Upload-Offset",
            "X-Api-Key",
            "X-Aura-Expire",
            "X-Aura-Signature",
        ] {
            assert!(lists(answer.header("access-control-allow-headers"), name), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn answers_can_be_read_refusals_too() {
    let server = Server::start();
    for (method, path, status) in [
        ("GET", "/api/uploader/config", 401),
        ("POST", "/files/", 401),
        ("OPTIONS", "/files/", 200),
        ("GET", "/api/nothing", 404),
    ] {
        let answer =
            server.call(method, path, &[("Origin", "https://clinic.example")], "").await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        for name in [
            "Date",
            "Location",
            "Retry-After",
            "Tus-Extension",
            "Tus-Max-Size",
            "Tus-Resumable",
            "Tus-Version",
            "Upload-Expires",
            "Upload-Length",
            "Upload-Offset",
        ] {
            assert!(lists(answer.header("access-control-expose-headers"), name), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn the_demo_gives_its_tokens_to_its_own_page_only() {
    let server = Server::with(|config| config.demo = Some("../../examples/demo".into()));
    let answer =
        server.call("GET", "/demo/upload-token", &[("Origin", "https://evil.example")], "").await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
