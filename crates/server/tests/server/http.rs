//! Web app, health, metrics, and what browsers are told to refuse.

use crate::support::{Server, send_http};

#[tokio::test]
async fn the_app_is_served_at_every_page_and_its_files_at_their_names() {
    let server = Server::start(&[]).await;
    let page = server.get("/").await;
    assert_eq!(
        (page.status, page.header("Content-Type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert_eq!(page.header("Cache-Control"), Some("no-cache"));
    for path in ["/?roomId=x", "/some/page", "/index.html"] {
        assert_eq!(server.get(path).await.body, page.body, "{path}");
    }
    for path in [
        "/missing.js",
        "/assets/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "//etc/passwd.txt",
    ] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
    let text = page.text();
    let scripts = text.split('"').filter(|it| it.starts_with("/assets/"));
    for script in scripts {
        let file = server.get(script).await;
        assert_eq!(file.status, 200);
        assert!(file.header("Cache-Control").unwrap().contains("immutable"));
        assert_ne!(
            file.header("Content-Type"),
            Some("application/octet-stream")
        );
    }
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let server = Server::start(&[]).await;
    let tag = server.get("/").await.header("ETag").unwrap().to_owned();
    let request =
        format!("GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: {tag}\r\nConnection: close\r\n\r\n");
    let reply = send_http(server.http(), request.as_bytes()).await;
    assert_eq!((reply.status, reply.body.len()), (304, 0));
}

#[tokio::test]
async fn files_are_compressed_for_those_who_take_it() {
    use std::io::Read;
    let server = Server::start(&[]).await;
    let page = server.get("/").await;
    let ask = async |path: &str, codings: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {codings}\r\nConnection: close\r\n\r\n"
        );
        send_http(server.http(), request.as_bytes()).await
    };
    let plain = ask("/", "br, gzip;q=0").await;
    assert_eq!(
        (plain.header("Content-Encoding"), &plain.body),
        (None, &page.body)
    );
    let packed = ask("/", "br, gzip").await;
    assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut body)
        .unwrap();
    assert_eq!(body, page.body);
}

#[tokio::test]
async fn every_answer_says_what_browsers_are_to_refuse() {
    let server = Server::start(&[]).await;
    for path in ["/", "/health", "/metrics", "/rooms/x", "/missing.js"] {
        let reply = server.get(path).await;
        let policy = reply.header("Content-Security-Policy").unwrap();
        for part in [
            "default-src 'self'",
            "script-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
        assert!(
            reply
                .header("Permissions-Policy")
                .unwrap()
                .contains("camera=(self)")
        );
    }
}

#[tokio::test]
async fn unknown_api_routes_answer_404_with_json() {
    let server = Server::start(&[]).await;
    for (method, path) in [
        ("GET", "/rooms"),
        ("POST", "/rooms/x/y"),
        ("DELETE", "/rooms/x/broadcasters/y/z"),
        ("GET", "/api/x"),
        ("POST", "/"),
        ("PUT", "/some/page"),
    ] {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let reply = send_http(server.http(), request.as_bytes()).await;
        assert_eq!(
            (reply.status, reply.header("Content-Type")),
            (404, Some("application/json")),
            "{method} {path}"
        );
        let error: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(error["error"], "route_not_found");
        assert!(error["message"].as_str().unwrap().contains(path));
    }
}

#[tokio::test]
async fn health_and_metrics_are_told() {
    let server = Server::start(&[]).await;
    assert_eq!(server.get("/health").await.text(), "{\"status\":\"ok\"}");
    let mut client = server.client("r", "p").await;
    client.join_bare("x").await;
    let _ = client.request("fly", serde_json::json!({})).await;
    let text = server.get("/metrics").await.text();
    for line in [
        "miso_rooms 1",
        "miso_peers 1",
        "miso_sessions 1",
        "miso_requests_total{method=\"join\",outcome=\"ok\"} 1",
        "miso_requests_total{method=\"unknown\",outcome=\"500\"} 1",
        "miso_worker_routers{worker=\"0\"} 1",
        "miso_worker_panics_total{worker=\"0\"} 0",
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "{line} is not in\n{text}"
        );
    }
}

#[tokio::test]
async fn garbage_is_answered_with_400() {
    let server = Server::start(&[]).await;
    assert_eq!(
        send_http(server.http(), b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
            .await
            .status,
        400
    );
    assert_eq!(server.get("/health").await.status, 200);
}
