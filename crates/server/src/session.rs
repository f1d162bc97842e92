//! One WebSocket: frames, timeouts, limits of rate and size. It knows nothing of rooms but their mailbox.

mod activity;
mod outbox;
mod pending;
mod rate;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use miso_signal::limits::MAX_MESSAGE_BYTES;
use miso_signal::{ClientRequest, Dialect, Incoming, RequestError, encode_error, parse_frame};
use serde_json::{Number, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error};
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::counters::{Count, Counters};
use crate::room::{AnswerFailure, RoomMessage, Seat};

use activity::{Activity, Watched};
use pending::Pending;
use rate::Rate;

pub(crate) use outbox::{Closing, Outbox, Outgoing, Queued, outbox};

/// How long the closing handshake may take, as protoo's server has it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes that the WebSocket library may hold beside the outbox: the longest message twice.
const MAX_WRITE_BUFFER: usize = 2 * MAX_MESSAGE_BYTES;

/// How sessions behave.
#[derive(Clone, Debug)]
pub(crate) struct SessionOptions {
    /// Silence before a ping.
    pub(crate) ping_after: Duration,
    /// Silence after a ping.
    pub(crate) pong_within: Duration,
    /// Time for an answer with nothing else pending; grows with what is.
    pub(crate) answer_within: Duration,
    /// Messages per second, on average.
    pub(crate) rate: usize,
    /// Messages at once.
    pub(crate) burst: usize,
}

/// Why a session ended.
#[derive(Debug)]
enum End {
    /// The client closed it, or the connection broke.
    ByClient,
    /// The room closed it.
    ByRoom(Closing),
    /// The room is gone without a word, which only a fault of ours can cause.
    RoomFailed,
    /// The client does not read.
    Slow,
    /// The client is silent.
    Silent,
    /// A message was too long.
    TooLong,
    /// The client broke the WebSocket protocol; with this code it is told so.
    Broken(CloseCode),
}

/// A session at work.
struct Session {
    seat: Seat,
    outbox: Outbox,
    options: SessionOptions,
    counters: Arc<Counters>,
    activity: Arc<Activity>,
    pending: Mutex<Pending>,
}

/// Serves a WebSocket after its handshake until it is closed.
pub(crate) async fn run(
    io: impl AsyncRead + AsyncWrite + Unpin,
    (seat, outbox): (Seat, Outbox),
    mut queued: Queued,
    options: SessionOptions,
    counters: Arc<Counters>,
) {
    let _held = counters.sessions.hold();
    counters.add(Count::SessionOpened);
    let activity = Arc::new(Activity::new());
    let io = Watched::new(io, activity.clone());
    let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(limits())).await;
    let session = Session {
        seat,
        outbox,
        options,
        counters,
        activity,
        pending: Mutex::default(),
    };
    let end = {
        let (mut sink, mut stream) = (&mut socket).split();
        tokio::select! {
            end = session.read(&mut stream) => end,
            end = session.write(&mut sink, &mut queued) => end,
            () = queued_overflow(&session.outbox) => End::Slow,
        }
    };
    session.count(&end);
    if let Some(frame) = farewell(end) {
        let _ = timeout(CLOSE_TIMEOUT, close(&mut socket, frame)).await;
    }
}

async fn queued_overflow(outbox: &Outbox) {
    outbox.overflowed().await;
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES))
        .max_write_buffer_size(MAX_WRITE_BUFFER)
}

/// What to tell the client at the end, if it can still be told anything.
fn farewell(end: End) -> Option<Option<CloseFrame>> {
    let frame = |code: CloseCode, reason: &'static str| {
        Some(Some(CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        }))
    };
    match end {
        End::ByClient => Some(None),
        End::ByRoom(closing) => frame(closing.code().into(), closing.reason()),
        End::RoomFailed => frame(CloseCode::Restart, "the room failed, please rejoin"),
        End::TooLong => frame(CloseCode::Size, "message too long"),
        End::Broken(code) => frame(code, ""),
        End::Slow | End::Silent => None,
    }
}

/// The closing handshake (RFC 6455, section 7.1.2).
async fn close<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    frame: Option<CloseFrame>,
) {
    if socket.close(frame).await.is_ok() {
        while let Some(Ok(_)) = socket.next().await {}
    }
}

impl Session {
    fn count(&self, end: &End) {
        match end {
            End::Slow => self.counters.add(Count::SessionSlow),
            End::Silent => self.counters.add(Count::SessionSilent),
            End::TooLong => self.counters.add(Count::MessageTooLong),
            End::Broken(_) => self.counters.add(Count::MessageBroken),
            End::ByClient | End::ByRoom(_) | End::RoomFailed => {}
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(
        &self,
        stream: &mut (impl StreamExt<Item = Result<Message, Error>> + Unpin),
    ) -> End {
        let mut rate = Rate::new(self.options.rate, self.options.burst, Instant::now());
        loop {
            let text = match stream.next().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_))) | None => return End::ByClient,
                Some(Ok(Message::Binary(_))) => {
                    self.counters.add(Count::MessageBinary);
                    continue;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => return end_of(&error),
            };
            let wait = rate.take(Instant::now());
            self.take_frame(&text, wait.is_some()).await;
            if let Some(until) = wait {
                sleep_until(until).await;
            }
        }
    }

    async fn take_frame(&self, text: &str, is_over_rate: bool) {
        let Ok(incoming) = parse_frame(text) else {
            return self.counters.add(Count::MessageDiscarded);
        };
        match incoming {
            Incoming::Request { id, .. } if is_over_rate => self.refuse_rate(&id),
            _ if is_over_rate => self.counters.add(Count::MessageOverRate),
            Incoming::Request { id, method, data } => self.take_request(id, &method, data).await,
            Incoming::Notification { method, data } => {
                match ClientRequest::parse_notification(&method, data) {
                    Ok(request) => {
                        self.post(RoomMessage::Notification(self.seat.who(), request))
                            .await
                    }
                    Err(_) => self.counters.add(Count::NotificationUnknown),
                }
            }
            Incoming::Response { id, result } => self.take_response(&id, result).await,
        }
    }

    async fn take_request(&self, id: Number, method: &str, data: Value) {
        match ClientRequest::parse(method, data) {
            Ok(request) => {
                self.post(RoomMessage::Request(self.seat.who(), id, request))
                    .await
            }
            Err(error) => {
                let method = match error {
                    RequestError::UnknownMethod(_) => "unknown",
                    _ => "invalid",
                };
                self.counters.add_request(method, Some(error.code()));
                self.send_error(&id, &error);
            }
        }
    }

    fn refuse_rate(&self, id: &Number) {
        self.counters.add(Count::MessageOverRate);
        let error = RequestError::TooMany {
            what: "messages per second",
            max: self.options.rate,
        };
        self.send_error(id, &error);
    }

    /// What is refused before the room sees it is worded alike in all dialects.
    fn send_error(&self, id: &Number, error: &RequestError) {
        let text = encode_error(id, error, Dialect::Unknown);
        self.outbox.send(Outgoing::text(text));
    }

    async fn take_response(&self, id: &Number, result: Result<Value, miso_signal::RemoteError>) {
        let known = id
            .as_u64()
            .and_then(|id| u32::try_from(id).ok())
            .filter(|id| self.pending().remove(*id));
        let Some(id) = known else {
            return self.counters.add(Count::AnswerUnknown);
        };
        let result = result.map(|_| ()).map_err(|_| AnswerFailure::Refused);
        self.post(RoomMessage::Answer(self.seat.who(), id, result))
            .await;
    }

    /// Waits while the room is busy, so that its clients are slowed down and not its memory filled.
    async fn post(&self, message: RoomMessage) {
        // If the room is gone, the writing half notices.
        let _ = self.seat.mailbox().send(message).await;
    }

    async fn write(
        &self,
        sink: &mut (impl SinkExt<Message, Error = Error> + Unpin),
        queued: &mut Queued,
    ) -> End {
        let mut pinged = None;
        loop {
            let silent_since = self.activity.last();
            let alarm = self.alarm(silent_since, pinged);
            let message = tokio::select! {
                biased;
                outgoing = queued.next() => match outgoing {
                    Some(Outgoing::Text(text)) => Message::Text(text),
                    Some(Outgoing::Request { id, text }) => {
                        self.pending().insert(id, self.options.answer_within, Instant::now());
                        Message::Text(text)
                    }
                    Some(Outgoing::Close(closing)) => return End::ByRoom(closing),
                    None => return End::RoomFailed,
                },
                () = self.seat.mailbox().closed() => return End::RoomFailed,
                () = sleep_until(alarm) => {
                    self.expire().await;
                    match self.keep_alive(&mut pinged) {
                        Some(true) => Message::Ping(Default::default()),
                        Some(false) => return End::Silent,
                        None => continue,
                    }
                }
            };
            // Whoever reads nothing for so long is silent, too.
            let patience = self.options.ping_after + self.options.pong_within;
            match timeout(patience, sink.send(message)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return End::ByClient,
                Err(_) => return End::Slow,
            }
        }
    }

    /// When to look again at who is silent.
    fn alarm(&self, silent_since: Instant, pinged: Option<Instant>) -> Instant {
        let silence = match pinged {
            Some(pinged) if pinged > silent_since => pinged + self.options.pong_within,
            _ => silent_since + self.options.ping_after,
        };
        self.pending()
            .next()
            .map_or(silence, |answer| answer.min(silence))
    }

    /// Whether to ping (true), to give up (false), or neither.
    fn keep_alive(&self, pinged: &mut Option<Instant>) -> Option<bool> {
        let (now, last) = (Instant::now(), self.activity.last());
        match *pinged {
            Some(at) if at > last => (now >= at + self.options.pong_within).then_some(false),
            _ if now >= last + self.options.ping_after => {
                *pinged = Some(now);
                Some(true)
            }
            _ => None,
        }
    }

    /// Tells the room which of its requests were not answered in time.
    async fn expire(&self) {
        let expired = self.pending().expired(Instant::now());
        for id in expired {
            self.post(RoomMessage::Answer(
                self.seat.who(),
                id,
                Err(AnswerFailure::TimedOut),
            ))
            .await;
        }
    }
}

/// What an error of the WebSocket library means.
fn end_of(error: &Error) -> End {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => End::TooLong,
        Error::Utf8(_) => End::Broken(CloseCode::Invalid),
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => End::ByClient,
        Error::Protocol(_) => End::Broken(CloseCode::Protocol),
        _ => End::ByClient,
    }
}

#[cfg(test)]
mod tests;
