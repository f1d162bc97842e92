//! The task of a protoo client: owns the WebSocket.

use std::future;
use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use miso_signal::limits::CLOSE_CODE_FINAL;
use miso_signal::{Incoming, parse_frame};
use tokio::sync::mpsc;
use tokio::time::sleep_until;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::connect::Socket;
use super::pending::Pending;
use super::{Order, ProtooEnd, ProtooEvent, Retry, Target, frame};
use crate::SignalingError;

pub(super) struct Task {
    target: Target,
    retry: Retry,
    orders: mpsc::Receiver<Order>,
    events: mpsc::Sender<ProtooEvent>,
    pending: Pending,
}

/// How a connection ended.
enum End {
    /// Nobody needs it any more.
    Unneeded,
    /// The server closed it, or it broke.
    Broken(Option<CloseFrame>),
}

impl Task {
    pub(super) fn new(
        target: Target,
        retry: Retry,
        orders: mpsc::Receiver<Order>,
        events: mpsc::Sender<ProtooEvent>,
    ) -> Self {
        Self {
            target,
            retry,
            orders,
            events,
            pending: Pending::default(),
        }
    }

    pub(super) async fn run(mut self, mut socket: Socket) {
        loop {
            let end = self.serve(&mut socket).await;
            self.pending.fail_all();
            match end {
                End::Unneeded => {
                    // Without a code, as protoo's client does it. Nobody waits for the server's word.
                    let _ = socket.close(None).await;
                    return;
                }
                End::Broken(Some(frame)) if u16::from(frame.code) == CLOSE_CODE_FINAL => {
                    let reason = frame.reason.to_string();
                    self.finish(ProtooEnd::Kicked { reason });
                    return;
                }
                End::Broken(_) => {}
            }
            if self.events.try_send(ProtooEvent::Disconnected).is_err() {
                return;
            }
            let Some(again) = self.reconnect().await else {
                return;
            };
            socket = again;
            if self.events.try_send(ProtooEvent::Reopened).is_err() {
                return;
            }
        }
    }

    fn finish(&self, end: ProtooEnd) {
        // Nobody may be left to hear it.
        let _ = self.events.try_send(ProtooEvent::Closed(end));
    }

    async fn serve(&mut self, socket: &mut Socket) -> End {
        loop {
            let expiry = self.pending.poll_timeout();
            let expired = async {
                match expiry {
                    Some(at) => sleep_until(at.into()).await,
                    None => future::pending().await,
                }
            };
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        if !self.handle(&text) {
                            return End::Broken(None);
                        }
                    }
                    Some(Ok(Message::Close(frame))) => return End::Broken(frame),
                    // Pings are answered by the WebSocket itself, with the next thing that is sent or read.
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return End::Broken(None),
                },
                order = self.orders.recv() => {
                    let Some(text) = order.and_then(|it| self.encode(it)) else {
                        return End::Unneeded;
                    };
                    if socket.send(Message::text(text)).await.is_err() {
                        return End::Broken(None);
                    }
                }
                () = expired => self.pending.expire(Instant::now()),
            }
        }
    }

    /// What is to be sent; none when it is over.
    fn encode(&mut self, order: Order) -> Option<String> {
        Some(match order {
            Order::Request {
                method,
                data,
                answer,
            } => {
                let id = self.pending.add(method, answer, Instant::now());
                frame::request(id, method, &data)
            }
            Order::Answer { id, answer } => frame::answer(&id, &answer),
            Order::Close => return None,
        })
    }

    /// Whether it could be taken: an application that does not keep up loses its connection, not its memory.
    fn handle(&mut self, text: &str) -> bool {
        let event = match parse_frame(text) {
            Ok(Incoming::Response { id, result }) => {
                self.pending.answered(&id, result);
                return true;
            }
            Ok(Incoming::Request { id, method, data }) => ProtooEvent::Request { id, method, data },
            Ok(Incoming::Notification { method, data }) => {
                ProtooEvent::Notification { method, data }
            }
            // As protoo's client does it.
            Err(_) => return true,
        };
        self.events.try_send(event).is_ok()
    }

    /// Tries to connect again by the rules, unless nobody needs it any more.
    async fn reconnect(&mut self) -> Option<Socket> {
        let mut last = None;
        for attempt in 0..self.retry.attempts {
            let at = Instant::now() + self.retry.delay(attempt);
            self.refuse_until(at).await?;
            let connecting = self.target.connect();
            tokio::pin!(connecting);
            let connected = loop {
                tokio::select! {
                    connected = &mut connecting => break connected,
                    order = self.orders.recv() => refuse(order?)?,
                }
            };
            match connected {
                Ok(socket) => return Some(socket),
                Err(error) => last = Some(error),
            }
        }
        if let Some(error) = last {
            self.finish(ProtooEnd::GaveUp(error));
        }
        None
    }

    /// Fails all requests until a time; none when nobody is left who could ask.
    async fn refuse_until(&mut self, at: Instant) -> Option<()> {
        loop {
            tokio::select! {
                () = sleep_until(at.into()) => return Some(()),
                order = self.orders.recv() => refuse(order?)?,
            }
        }
    }
}

/// Fails a request; none when it is over.
fn refuse(order: Order) -> Option<()> {
    match order {
        Order::Request { answer, .. } => {
            // Nobody may wait for it any more.
            let _ = answer.send(Err(SignalingError::Disconnected));
            Some(())
        }
        Order::Answer { .. } => Some(()),
        Order::Close => None,
    }
}
