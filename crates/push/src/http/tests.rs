use hyper::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Answer, Connector, HttpClient, HttpError, escaped};

/// A server that answers each connection's requests with these texts in turn, and closes after the last.
async fn server(
    connections: Vec<Vec<&'static str>>,
) -> (HttpClient, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answers in connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let mut buffer = vec![0; 4096];
                let len = stream.read(&mut buffer).await.unwrap();
                requests.push(String::from_utf8_lossy(&buffer[..len]).into_owned());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        requests
    });
    let url = format!("http://{address}/base").parse().unwrap();
    (HttpClient::new(Connector::new(url, false)), task)
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn one_connection_serves_until_the_server_closes_it() {
    let (client, task) = server(vec![vec![OK, EMPTY], vec![OK]]).await;
    let body = json!({ "x": true });
    let first = client
        .send(Method::POST, "/rooms/r", Some(&body))
        .await
        .unwrap();
    assert_eq!(first, json!({ "a": 1 }));
    assert!(
        client
            .send(Method::DELETE, "/b", None)
            .await
            .unwrap()
            .is_null()
    );
    // Until the end of the first connection has been seen, the request may fail on it, with a passing error.
    let mut last = client.send(Method::GET, "/c", None).await;
    while let Err(error) = &last {
        assert!(error.is_passing(), "{error}");
        last = client.send(Method::GET, "/c", None).await;
    }
    let requests = task.await.unwrap();
    assert!(
        requests[0].starts_with("POST /base/rooms/r HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
    assert!(requests[0].contains("content-type: application/json"));
    assert!(requests[0].ends_with("{\"x\":true}"));
    assert!(requests[2].starts_with("GET /base/c"));
}

#[tokio::test]
async fn nobody_there_is_one_sentence_that_says_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}").parse().unwrap();
    let client = HttpClient::new(Connector::new(url, false));
    let error = client.send(Method::GET, "/", None).await.unwrap_err();
    assert!(error.is_passing());
    assert_eq!(
        error.to_string(),
        format!(
            "no server answers at http://{address} (connection refused); is 'miso serve' running there?"
        )
    );
}

#[tokio::test]
async fn what_is_no_http_is_a_sentence_too() {
    let (client, _task) = server(vec![vec!["SSH-2.0-OpenSSH\r\n"]]).await;
    let error = client.send(Method::GET, "/", None).await.unwrap_err();
    assert!(matches!(error, HttpError::Lost { .. }), "{error}");
    assert!(
        error.to_string().ends_with("does it speak http?"),
        "{error}"
    );
}

#[test]
fn refusals_are_the_servers_own_sentence() {
    for (status, body, sentence) in [
        (
            409,
            r#"{"error":"limit_reached","message":"the room is full"}"#,
            "the server refuses: the room is full (409)",
        ),
        (500, "plain\nwords", "the server refuses: plain words (500)"),
        (
            502,
            "<html>no</html>",
            "the server refuses: 502 Bad Gateway",
        ),
        (
            404,
            "",
            "the server knows no such route; is it a miso server with the HTTP API?",
        ),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(Answer::new(status, body.as_bytes()).to_string(), sentence);
    }
}

fn refused(status: u16, body: &str) -> HttpError {
    let status = StatusCode::from_u16(status).unwrap();
    HttpError::Refused(Answer::new(status, body.as_bytes()))
}

#[test]
fn only_what_can_pass_is_tried_again() {
    for (status, passes) in [
        (503, true),
        (404, true),
        (400, false),
        (409, false),
        (413, false),
        (422, false),
    ] {
        assert_eq!(refused(status, "{}").is_passing(), passes, "{status}");
    }
}

#[test]
fn a_thing_that_is_gone_is_told_from_a_route_that_never_was() {
    assert!(refused(404, r#"{"error":"producer_not_found","message":"x"}"#).is_not_found());
    assert!(!refused(404, r#"{"error":"route_not_found","message":"x"}"#).is_not_found());
    assert!(!refused(404, "<html>").is_not_found());
}

#[test]
fn ids_of_any_letters_are_one_segment_of_a_path() {
    assert_eq!(escaped("a-1_~.b"), "a-1_~.b");
    assert_eq!(escaped("a/b?c#d%"), "a%2Fb%3Fc%23d%25");
    assert_eq!(escaped("房"), "%E6%88%BF");
    assert_eq!(
        (escaped("."), escaped("..")),
        ("%2E".to_owned(), "%2E%2E".to_owned())
    );
}
