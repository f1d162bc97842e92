use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::*;

const FAST: Retry = Retry {
    attempts: 3,
    first: Duration::from_millis(1),
    factor: 2,
    longest: Duration::from_millis(4),
};

/// Takes one session.
async fn accept(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    #[expect(
        clippy::result_large_err,
        clippy::unnecessary_wraps,
        reason = "the signature is the library's"
    )]
    fn protoo(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        assert_eq!(request.uri().query(), Some("roomId=r&peerId=p"));
        let name = HeaderValue::from_static("protoo");
        response
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", name);
        Ok(response)
    }
    let (stream, _) = listener.accept().await.unwrap();
    accept_hdr_async(stream, protoo).await.unwrap()
}

/// A session with a server of the test.
async fn session() -> (
    TcpListener,
    WebSocketStream<TcpStream>,
    Protoo,
    mpsc::Receiver<ProtooEvent>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/any/path", listener.local_addr().unwrap());
    let target = Target::new(&url, "roomId=r&peerId=p", TlsTrust::System).unwrap();
    let (opened, server) = tokio::join!(open(target, FAST), accept(&listener));
    let (protoo, events) = opened.unwrap();
    (listener, server, protoo, events)
}

fn close_frame(code: u16) -> CloseFrame {
    CloseFrame {
        code: code.into(),
        reason: "because".into(),
    }
}

#[test]
fn delays_double_from_one_second_to_eight() {
    let retry = Retry::default();
    let delays: Vec<_> = (0..retry.attempts)
        .map(|it| retry.delay(it).as_secs())
        .collect();
    assert_eq!(delays, [1, 2, 4, 8, 8, 8, 8, 8, 8, 8]);
}

#[test]
fn a_request_may_take_longer_the_more_others_wait() {
    assert_eq!(request_timeout(0), Duration::from_millis(22_500));
    assert_eq!(request_timeout(10), Duration::from_secs(24));
}

#[tokio::test]
async fn requests_get_their_own_answers_in_any_order() {
    let (_listener, mut server, protoo, _events) = session().await;
    let none = json!({});
    let asking = async {
        let first = protoo.request::<_, Value>("first", &none);
        let second = protoo.request::<_, Value>("second", &none);
        tokio::join!(first, second)
    };
    let answering = async {
        let mut asked = Vec::new();
        for _ in 0..2 {
            let message = server.next().await.unwrap().unwrap();
            asked.push(serde_json::from_str::<Value>(message.to_text().unwrap()).unwrap());
        }
        let (one, other) = (&asked[0], &asked[1]);
        let fine = json!({ "response": true, "id": other["id"], "ok": true, "data": { "to": other["method"] } });
        let refused = json!({ "response": true, "id": one["id"], "errorCode": 403, "errorReason": one["method"] });
        for answer in [fine, refused] {
            server
                .send(Message::text(answer.to_string()))
                .await
                .unwrap();
        }
    };
    let ((first, second), ()) = tokio::join!(asking, answering);
    let Err(SignalingError::Refused { method, error }) = first else {
        panic!("{first:?}");
    };
    assert_eq!(
        (method, error.code, error.reason.as_str()),
        ("first", 403, "first")
    );
    assert_eq!(second.unwrap(), json!({ "to": "second" }));
}

#[tokio::test]
async fn a_broken_session_fails_its_requests_and_is_made_again() {
    let (listener, server, protoo, mut events) = session().await;
    let none = json!({});
    let (asked, ()) = tokio::join!(protoo.request::<_, Value>("ask", &none), async {
        let mut server = server;
        server.next().await.unwrap().unwrap();
        drop(server);
    });
    assert!(
        matches!(asked, Err(SignalingError::Disconnected)),
        "{asked:?}"
    );
    assert!(matches!(
        events.recv().await,
        Some(ProtooEvent::Disconnected)
    ));
    let _server = accept(&listener).await;
    assert!(matches!(events.recv().await, Some(ProtooEvent::Reopened)));
}

#[tokio::test]
async fn only_code_4000_is_final() {
    let (listener, mut server, _protoo, mut events) = session().await;
    server.close(Some(close_frame(4001))).await.unwrap();
    assert!(matches!(
        events.recv().await,
        Some(ProtooEvent::Disconnected)
    ));
    let mut server = accept(&listener).await;
    assert!(matches!(events.recv().await, Some(ProtooEvent::Reopened)));
    server.close(Some(close_frame(4000))).await.unwrap();
    let end = events.recv().await;
    let Some(ProtooEvent::Closed(ProtooEnd::Kicked { reason })) = end else {
        panic!("{end:?}");
    };
    assert_eq!(reason, "because");
    assert!(events.recv().await.is_none());
}

#[tokio::test]
async fn after_the_last_attempt_it_is_over() {
    let (listener, server, _protoo, mut events) = session().await;
    drop((listener, server));
    assert!(matches!(
        events.recv().await,
        Some(ProtooEvent::Disconnected)
    ));
    let end = events.recv().await;
    let Some(ProtooEvent::Closed(ProtooEnd::GaveUp(error))) = end else {
        panic!("{end:?}");
    };
    assert!(
        matches!(error, ConnectError::Unreachable { .. }),
        "{error:?}"
    );
    assert!(events.recv().await.is_none());
}

#[tokio::test]
async fn nonsense_from_the_server_is_passed_over() {
    let (_listener, mut server, _protoo, mut events) = session().await;
    for text in [
        "null",
        "[]",
        "{",
        "{\"request\":true}",
        "{\"response\":true,\"id\":7,\"ok\":true}",
    ] {
        server.send(Message::text(text)).await.unwrap();
    }
    let real = json!({ "notification": true, "method": "real" });
    server.send(Message::text(real.to_string())).await.unwrap();
    let event = events.recv().await;
    let Some(ProtooEvent::Notification { method, .. }) = event else {
        panic!("{event:?}");
    };
    assert_eq!(method, "real");
}
