//! The task of a room: enters it, takes what is offered, enters it again.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use miso_ortc::RtpCapabilities;
use miso_signal::{
    CloseProducer, ConnectWebRtcTransport, ConsumerId, CreateWebRtcTransport, DataConsumerId,
    DataProducerId, Dialect, Empty, Join, PauseConsumer, PauseProducer, PeerInfo, Produce,
    ProduceData, ProducerId, RemoteError, ResumeConsumer, ResumeProducer, ServerNotification,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Call, Offer, RoomEnd, RoomEvent, RoomOptions, SharedStay, Stay};
use crate::driver::Closer;
use crate::protoo::{Protoo, ProtooEnd, ProtooEvent, WeakProtoo};
use crate::signaling::{Change, Signaling};
use crate::transport::{RecvTransport, SendTransport};
use crate::{Device, RoomError, SignalingError};

/// One who is in a room.
pub(super) struct Member {
    protoo: Protoo,
    options: RoomOptions,
    stay: SharedStay,
    events: mpsc::Sender<RoomEvent>,
    /// To end consumers whose producers are gone.
    consumers: HashMap<ConsumerId, Closer>,
    data_consumers: HashMap<DataConsumerId, Closer>,
}

impl Member {
    pub(super) fn new(
        protoo: Protoo,
        options: RoomOptions,
        stay: SharedStay,
        events: mpsc::Sender<RoomEvent>,
    ) -> Self {
        Self {
            protoo,
            options,
            stay,
            events,
            consumers: HashMap::new(),
            data_consumers: HashMap::new(),
        }
    }

    /// Enters the room; who else is there.
    pub(super) async fn join(&self) -> Result<Vec<PeerInfo>, RoomError> {
        let answer = self
            .protoo
            .request("getRouterRtpCapabilities", &json!({}))
            .await?;
        let device = Device::load(&capabilities(answer)?)?;
        let send = if self.options.sends {
            let parameters = self.create_transport(&device, true).await?;
            let transport = SendTransport::new(&device, parameters, self.signaling())?;
            Some(Arc::new(transport))
        } else {
            None
        };
        let recv = if self.options.receives {
            let parameters = self.create_transport(&device, false).await?;
            let transport = RecvTransport::new(&device, parameters, self.signaling())?;
            Some(Arc::new(transport))
        } else {
            None
        };
        let join = Join {
            display_name: self.options.display_name.clone(),
            device: self.options.device.clone(),
            rtp_capabilities: Some(device.rtp_capabilities().clone()),
            sctp_capabilities: Some(device.sctp_capabilities()),
        };
        let joined = self.protoo.request(Join::METHOD, &join).await;
        let answer: <Join as Call>::Response = joined?;
        self.set_stay(Some(Stay { device, send, recv }));
        Ok(answer.peers)
    }

    async fn create_transport(
        &self,
        device: &Device,
        producing: bool,
    ) -> Result<crate::TransportParameters, SignalingError> {
        let create = CreateWebRtcTransport {
            force_tcp: self.options.force_tcp,
            producing,
            consuming: !producing,
            sctp_capabilities: Some(device.sctp_capabilities()),
            shows: Dialect::JavaScript,
        };
        self.protoo
            .request(CreateWebRtcTransport::METHOD, &create)
            .await
    }

    fn signaling(&self) -> RoomSignaling {
        RoomSignaling(self.protoo.downgrade())
    }

    /// Handles one message after the other, until it is over.
    pub(super) async fn run(mut self, mut heard: mpsc::Receiver<ProtooEvent>) {
        while let Some(event) = heard.recv().await {
            match event {
                ProtooEvent::Request { id, method, data } => {
                    let answer = self.handle_request(&method, data).await;
                    self.protoo.answer(id, answer).await;
                }
                ProtooEvent::Notification { method, data } => {
                    self.handle_notification(method, data);
                }
                ProtooEvent::Disconnected => {
                    self.tell(RoomEvent::Disconnected);
                }
                ProtooEvent::Reopened => {
                    self.forget();
                    match self.join().await {
                        Ok(peers) => self.tell(RoomEvent::Rejoined { peers }),
                        // It broke again and is tried again.
                        Err(RoomError::Signaling(SignalingError::Disconnected)) => {}
                        Err(error) => return self.end(RoomEnd::NotLetIn(error)).await,
                    }
                }
                ProtooEvent::Closed(ProtooEnd::Kicked { reason }) => {
                    return self.end(RoomEnd::Kicked { reason }).await;
                }
                ProtooEvent::Closed(ProtooEnd::GaveUp(error)) => {
                    return self.end(RoomEnd::GaveUp(error)).await;
                }
            }
        }
    }

    /// Tells the last thing, for which it waits.
    async fn end(mut self, end: RoomEnd) {
        self.forget();
        // Nobody may be left to hear it.
        let _ = self.events.send(RoomEvent::Closed(end)).await;
    }

    fn tell(&self, event: RoomEvent) {
        // Who does not listen misses it, as the documentation says.
        let _ = self.events.try_send(event);
    }

    /// Nothing of the old session is good any more.
    fn forget(&mut self) {
        self.consumers.clear();
        self.data_consumers.clear();
        if let Some(stay) = self.set_stay(None) {
            // The application may still hold them.
            stay.send.inspect(|it| it.close());
            stay.recv.inspect(|it| it.close());
        }
    }

    /// Replaces the present stay; the one before.
    fn set_stay(&self, next: Option<Stay>) -> Option<Stay> {
        let mut stay = self.stay.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *stay, next)
    }

    fn recv_transport(&self) -> Option<Arc<RecvTransport>> {
        let stay = self.stay.lock().unwrap_or_else(PoisonError::into_inner);
        stay.as_ref()?.recv.clone()
    }

    async fn handle_request(&mut self, method: &str, data: Value) -> Result<(), RemoteError> {
        match method {
            "newConsumer" => self.take_media(read(data)?).await,
            "newDataConsumer" => self.take_data(read(data)?).await,
            _ => Err(refusal(500, format!("unknown request.method \"{method}\""))),
        }
    }

    async fn take_media(
        &mut self,
        parameters: crate::ConsumerParameters,
    ) -> Result<(), RemoteError> {
        let (id, parameters) = match self.check(Offer::Media(parameters))? {
            Offer::Media(parameters) => (parameters.id.clone(), parameters),
            Offer::Data(_) => return Ok(()),
        };
        let transport = self.recv_transport().ok_or_else(unwanted)?;
        let consumer = transport.consume(parameters).await.map_err(failed)?;
        let closer = consumer.closer();
        self.offer(RoomEvent::Consumer(consumer))?;
        self.consumers.insert(id, closer);
        Ok(())
    }

    async fn take_data(
        &mut self,
        parameters: crate::DataConsumerParameters,
    ) -> Result<(), RemoteError> {
        let (id, parameters) = match self.check(Offer::Data(parameters))? {
            Offer::Data(parameters) => (parameters.id.clone(), parameters),
            Offer::Media(_) => return Ok(()),
        };
        let transport = self.recv_transport().ok_or_else(unwanted)?;
        let consumer = transport.consume_data(parameters).await.map_err(failed)?;
        let closer = consumer.closer();
        self.offer(RoomEvent::DataConsumer(consumer))?;
        self.data_consumers.insert(id, closer);
        Ok(())
    }

    fn check(&self, offer: Offer) -> Result<Offer, RemoteError> {
        if self.options.accepts(&offer) {
            Ok(offer)
        } else {
            Err(unwanted())
        }
    }

    fn offer(&self, event: RoomEvent) -> Result<(), RemoteError> {
        let sent = self.events.try_send(event);
        sent.map_err(|_| refusal(503, "too busy to consume".to_owned()))
    }

    fn handle_notification(&mut self, method: String, data: Value) {
        let whole = json!({ "method": &method, "data": &data });
        let event = match ServerNotification::deserialize(whole) {
            Ok(notification) => {
                self.follow(&notification);
                RoomEvent::Notification(notification)
            }
            Err(_) => RoomEvent::UnknownNotification { method, data },
        };
        self.tell(event);
    }

    /// Ends what ended at the server.
    fn follow(&mut self, notification: &ServerNotification) {
        let ended = match notification {
            ServerNotification::ConsumerClosed(it) => self.consumers.remove(&it.consumer_id),
            ServerNotification::DataConsumerClosed(it) => {
                self.data_consumers.remove(&it.data_consumer_id)
            }
            _ => None,
        };
        if let Some(closer) = ended {
            closer.close();
        }
    }
}

fn capabilities(mut answer: Value) -> Result<RtpCapabilities, SignalingError> {
    let wrapped = answer.get_mut("routerRtpCapabilities").map(Value::take);
    let read = serde_json::from_value(wrapped.unwrap_or(answer));
    read.map_err(|error| SignalingError::BadAnswer {
        method: "getRouterRtpCapabilities",
        reason: error.to_string(),
    })
}

fn read<T: for<'de> Deserialize<'de>>(data: Value) -> Result<T, RemoteError> {
    serde_json::from_value(data).map_err(failed)
}

fn unwanted() -> RemoteError {
    refusal(403, "I do not want to consume".to_owned())
}

fn failed(error: impl ToString) -> RemoteError {
    refusal(500, error.to_string())
}

const fn refusal(code: i64, reason: String) -> RemoteError {
    RemoteError { code, reason }
}

/// A transport's way to its room. It does not keep the session alive.
struct RoomSignaling(WeakProtoo);

/// The id of something new, under either of its names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewId<T> {
    id: Option<T>,
    producer_id: Option<T>,
    data_producer_id: Option<T>,
}

impl<T> NewId<T> {
    fn get(self, method: &'static str) -> Result<T, SignalingError> {
        let id = self.id.or(self.producer_id).or(self.data_producer_id);
        id.ok_or_else(|| SignalingError::BadAnswer {
            method,
            reason: "it has no id".to_owned(),
        })
    }
}

impl RoomSignaling {
    async fn call<C: Call>(&self, call: C) -> Result<C::Response, SignalingError> {
        self.0.get()?.request(C::METHOD, &call).await
    }
}

impl Signaling for RoomSignaling {
    async fn connect(&self, request: ConnectWebRtcTransport) -> Result<(), SignalingError> {
        self.call(request).await.map(|Empty {}| ())
    }

    async fn produce(&self, request: Produce) -> Result<ProducerId, SignalingError> {
        let method = "produce";
        let answer: NewId<ProducerId> = self.0.get()?.request(method, &request).await?;
        answer.get(method)
    }

    async fn produce_data(&self, request: ProduceData) -> Result<DataProducerId, SignalingError> {
        let method = "produceData";
        let answer: NewId<DataProducerId> = self.0.get()?.request(method, &request).await?;
        answer.get(method)
    }

    async fn update(&self, change: Change) -> Result<(), SignalingError> {
        let done = match change {
            Change::PauseProducer(producer_id) => self.call(PauseProducer { producer_id }).await,
            Change::ResumeProducer(producer_id) => self.call(ResumeProducer { producer_id }).await,
            Change::CloseProducer(producer_id) => self.call(CloseProducer { producer_id }).await,
            Change::PauseConsumer(consumer_id) => self.call(PauseConsumer { consumer_id }).await,
            Change::ResumeConsumer(consumer_id) => self.call(ResumeConsumer { consumer_id }).await,
        };
        done.map(|Empty {}| ())
    }
}
