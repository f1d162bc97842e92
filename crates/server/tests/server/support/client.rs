//! A protoo client.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::soon;

/// A refusal of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: i64,
    pub(crate) reason: String,
}

/// A byte stream to the server.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A session.
pub(crate) struct Client {
    socket: WebSocketStream<Box<dyn Io>>,
    /// Messages that nobody asked for yet.
    waiting: VecDeque<Value>,
    next_id: u64,
}

/// The opening handshake with the given offers of subprotocols.
pub(crate) async fn connect_raw(
    io: impl Io + 'static,
    target: &str,
    protocol: Option<&str>,
) -> Result<(Client, Response<Option<Vec<u8>>>), Response<Option<Vec<u8>>>> {
    let protocol = protocol.map(|protocol| ("Sec-WebSocket-Protocol", protocol));
    connect_with(io, target, protocol.as_slice()).await
}

/// The opening handshake with these headers beside or instead of the usual ones.
pub(crate) async fn connect_with(
    io: impl Io + 'static,
    target: &str,
    headers: &[(&'static str, &str)],
) -> Result<(Client, Response<Option<Vec<u8>>>), Response<Option<Vec<u8>>>> {
    let mut request = format!("ws://localhost{target}")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(*name, value);
    }
    let io: Box<dyn Io> = Box::new(io);
    match soon("a WebSocket", client_async(request, io)).await {
        Ok((socket, response)) => {
            let client = Client {
                socket,
                waiting: VecDeque::new(),
                next_id: 1,
            };
            Ok((client, response))
        }
        Err(Error::Http(response)) => Err(*response),
        Err(error) => panic!("{error}"),
    }
}

impl Client {
    pub(crate) async fn connect(
        address: &str,
        query: &str,
    ) -> Result<Self, Response<Option<Vec<u8>>>> {
        let stream = TcpStream::connect(address).await.unwrap();
        let opened = connect_raw(stream, &format!("/?{query}"), Some("protoo")).await;
        opened.map(|(client, _)| client)
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    pub(crate) async fn send_json(&mut self, value: &Value) {
        self.send(Message::text(value.to_string())).await;
    }

    /// Sends it if the session is still open.
    pub(crate) async fn try_send_json(&mut self, value: &Value) {
        let _ = self.socket.send(Message::text(value.to_string())).await;
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn request(&mut self, method: &str, data: Value) -> Result<Value, Refused> {
        let id = self.next_id;
        self.next_id += 1;
        let request = json!({ "request": true, "id": id, "method": method, "data": data });
        self.send_json(&request).await;
        self.answer(&json!(id)).await
    }

    /// As [`Self::request`], of what cannot fail.
    pub(crate) async fn ask(&mut self, method: &str, data: Value) -> Value {
        self.request(method, data)
            .await
            .unwrap_or_else(|refused| panic!("{method}: {refused:?}"))
    }

    /// As [`Self::ask`], where the answer must be the very next message.
    pub(crate) async fn ask_strictly(&mut self, method: &str, data: Value) -> Value {
        assert!(self.so_far().await.is_empty());
        let request = json!({ "request": true, "id": 0, "method": method, "data": data });
        self.send_json(&request).await;
        let next = soon("an answer", self.receive()).await.unwrap();
        assert_eq!(
            (&next["response"], &next["id"]),
            (&json!(true), &json!(0)),
            "{next}"
        );
        next["data"].clone()
    }

    /// Waits for the answer to a request.
    pub(crate) async fn answer(&mut self, id: &Value) -> Result<Value, Refused> {
        let is_it = |it: &Value| it["response"] == json!(true) && it["id"] == *id;
        let response = self.take("an answer", is_it).await;
        if response["ok"] == json!(true) {
            return Ok(response["data"].clone());
        }
        assert!(response.get("ok").is_none(), "{response}");
        Err(Refused {
            code: response["errorCode"].as_i64().unwrap(),
            reason: response["errorReason"].as_str().unwrap().to_owned(),
        })
    }

    /// Waits for a notification; its data.
    pub(crate) async fn notification(&mut self, method: &str) -> Value {
        let is_it = |it: &Value| it["notification"] == json!(true) && it["method"] == method;
        let notification = self.take(method, is_it).await;
        assert!(notification["data"].is_object(), "{notification}");
        notification["data"].clone()
    }

    /// Waits for a request of the server; its id and data.
    pub(crate) async fn asked(&mut self, method: &str) -> (Value, Value) {
        let is_it = |it: &Value| it["request"] == json!(true) && it["method"] == method;
        let request = self.take(method, is_it).await;
        (request["id"].clone(), request["data"].clone())
    }

    pub(crate) async fn notify(&mut self, method: &str, data: Value) {
        self.send_json(&json!({ "notification": true, "method": method, "data": data }))
            .await;
    }

    pub(crate) async fn accept(&mut self, id: &Value) {
        self.send_json(&json!({ "response": true, "id": id, "ok": true, "data": {} }))
            .await;
    }

    pub(crate) async fn refuse(&mut self, id: &Value) {
        let reason = "I do not want to consume";
        let refusal = json!({
            "response": true, "id": id, "ok": false, "errorCode": 403, "errorReason": reason,
        });
        self.send_json(&refusal).await;
    }

    /// All messages that came before the answer to a request of no consequence, and were not taken yet.
    pub(crate) async fn so_far(&mut self) -> Vec<Value> {
        self.ask("getRouterRtpCapabilities", json!({})).await;
        self.waiting.drain(..).collect()
    }

    /// The names of them.
    pub(crate) async fn methods_so_far(&mut self) -> Vec<String> {
        let messages = self.so_far().await;
        messages
            .iter()
            .map(|it| it["method"].as_str().unwrap_or("?").to_owned())
            .collect()
    }

    /// The next message that is so; others wait.
    async fn take(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.waiting.iter().position(&is_it) {
            return self.waiting.remove(index).unwrap();
        }
        let found = async {
            loop {
                let value = self
                    .receive()
                    .await
                    .unwrap_or_else(|end| panic!("{what}: {end:?}"));
                if is_it(&value) {
                    return value;
                }
                self.waiting.push_back(value);
            }
        };
        match tokio::time::timeout(super::PATIENCE, found).await {
            Ok(value) => value,
            Err(_) => panic!("{what}: not among {:?}", self.waiting),
        }
    }

    async fn receive(&mut self) -> Result<Value, End> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(End::Closed(frame)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(End::Broken),
            }
        }
    }

    /// Waits until the server asks for a sign of life, which it gets.
    pub(crate) async fn pinged(&mut self) {
        soon("a ping", async {
            loop {
                match self.socket.next().await.unwrap().unwrap() {
                    Message::Ping(_) => return self.socket.flush().await.unwrap(),
                    Message::Text(text) => {
                        self.waiting.push_back(serde_json::from_str(&text).unwrap());
                    }
                    other => panic!("{other:?}"),
                }
            }
        })
        .await;
    }

    /// Waits for the server to close the session; the close code, none if it just broke off.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        let end = async {
            loop {
                match self.receive().await {
                    Ok(message) => self.waiting.push_back(message),
                    Err(End::Closed(frame)) => return frame.map(|frame| frame.code.into()),
                    Err(End::Broken) => return None,
                }
            }
        };
        soon("the session is closed", end).await
    }

    pub(crate) async fn close(mut self) {
        self.socket.close(None).await.unwrap();
        soon("the closing handshake", async {
            while let Some(Ok(_)) = self.socket.next().await {}
        })
        .await;
    }

    // Signalling that most tests need.

    /// Joins with the router's capabilities and a receiving transport; the transport's id.
    pub(crate) async fn join(&mut self, name: &str) -> Value {
        let transport = self.transport("consuming").await;
        self.join_bare(name).await;
        transport
    }

    /// Joins with the router's capabilities.
    pub(crate) async fn join_bare(&mut self, name: &str) -> Value {
        let capabilities = self.ask("getRouterRtpCapabilities", json!({})).await;
        let join = json!({
            "displayName": name,
            "device": { "flag": "chrome", "name": "Chrome", "version": "130" },
            "rtpCapabilities": capabilities,
            "sctpCapabilities": { "numStreams": { "OS": 1024, "MIS": 1024 } },
        });
        self.ask("join", join).await
    }

    /// A transport for a role, see [`transport_options`]; its id.
    pub(crate) async fn transport(&mut self, role: &str) -> Value {
        let options = transport_options(role);
        self.ask("createWebRtcTransport", options).await["id"].clone()
    }

    /// A producer on a new transport; its id.
    pub(crate) async fn produce(&mut self, rtp: Value) -> Value {
        let transport = self.transport("producing").await;
        let kind = if rtp["codecs"][0]["channels"].is_null() {
            "video"
        } else {
            "audio"
        };
        let produce = json!({
            "transportId": transport, "kind": kind, "rtpParameters": rtp, "appData": { "share": true },
        });
        self.ask("produce", produce).await["id"].clone()
    }

    /// A data producer on a new transport; its id.
    pub(crate) async fn produce_data(&mut self, label: &str) -> Value {
        let transport = self.transport("producing").await;
        let produce = json!({
            "transportId": transport, "label": label, "protocol": "", "appData": { "info": label },
            "sctpStreamParameters": { "streamId": 1, "ordered": true },
        });
        self.ask("produceData", produce).await["id"].clone()
    }
}

/// What a client of the older dialect asks for a role, `producing` or `consuming`, and one of the newer dialect for
/// `producer` or `consumer`.
pub(crate) fn transport_options(role: &str) -> Value {
    let sctp = json!({ "numStreams": { "OS": 1024, "MIS": 1024 } });
    let mut options = json!({ "forceTcp": false, "sctpCapabilities": sctp });
    match role {
        "producer" | "consumer" => options["appData"] = json!({ "direction": role }),
        role => options[role] = json!(true),
    }
    options
}

/// How a session ended.
#[derive(Debug)]
enum End {
    Closed(Option<CloseFrame>),
    Broken,
}
