//! By WebRTC.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use miso_client::{
    Device, OutgoingPacket, ProduceOptions, Producer, ProducerEvent, SendTransport, Signaling,
    SignalingError, TransportError, TransportParameters, TransportState,
};
use miso_media::Packetizer;
use miso_ortc::MediaKind;
use miso_signal::{ConnectWebRtcTransport, DataProducerId, Produce, ProduceData, ProducerId};
use serde_json::json;
use tokio::sync::watch;

use super::{LinkStats, MAX_PAYLOAD, Setup, Shot};
use crate::api::Api;
use crate::error::PushError;
use crate::http::HttpError;
use crate::rtp_clock::RtpClock;

/// How long connecting may take. Less fails where packets get lost; more lets a blocked port go unnoticed.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long a lost path may take to come back before all is begun anew.
const RECOVER_WITHIN: Duration = Duration::from_secs(5);

/// A WebRTC transport.
pub(crate) struct WebRtcLink {
    states: watch::Receiver<TransportState>,
    outlets: Vec<Outlet>,
    key_frame_wanted: Arc<AtomicBool>,
    /// Closes when dropped.
    _transport: SendTransport,
}

struct Outlet {
    kind: MediaKind,
    producer: Producer,
    packetizer: Packetizer,
    clock: RtpClock,
}

impl WebRtcLink {
    pub(super) async fn open(setup: &Setup) -> Result<Self, PushError> {
        let device = Device::load(&setup.room).map_err(|_| PushError::NothingInCommon)?;
        let wishes = json!({ "type": "webrtc" });
        let parameters: TransportParameters =
            setup.api.create_transport(&setup.id, &wishes).await?;
        let signaling = Signals {
            api: Arc::clone(&setup.api),
            id: setup.id.clone(),
        };
        let transport = SendTransport::new(&device, parameters, signaling).map_err(failed)?;
        let connected = tokio::time::timeout(CONNECT_WITHIN, transport.connected()).await;
        match connected {
            Err(_) | Ok(Err(TransportError::Closed)) => return Err(PushError::NoPath),
            Ok(result) => result.map_err(failed)?,
        }
        let mut outlets = Vec::new();
        for stream in setup.streams.iter() {
            let capability = &stream.capability;
            let options = ProduceOptions {
                codec_parameters: capability.parameters.clone(),
                ..ProduceOptions::new(capability.kind).with_codec(capability.mime_type.codec())
            };
            let producer = transport.produce(options).await.map_err(failed)?;
            let packetizer = Packetizer::new(&stream.codec, MAX_PAYLOAD);
            outlets.push(Outlet {
                kind: capability.kind,
                producer,
                packetizer: packetizer.ok_or(PushError::NothingInCommon)?,
                clock: RtpClock::new(setup.epoch, capability.clock_rate, fastrand::u32(..)),
            });
        }
        Ok(Self {
            states: transport.states(),
            outlets,
            key_frame_wanted: Arc::clone(&setup.key_frame_wanted),
            _transport: transport,
        })
    }

    pub(super) fn send(&mut self, shot: &Shot) -> Result<(), PushError> {
        for outlet in &mut self.outlets {
            while let Some(ProducerEvent::KeyFrameRequested) = outlet.producer.try_event() {
                self.key_frame_wanted.store(true, Ordering::Relaxed);
            }
        }
        let Some(outlet) = self.outlets.iter_mut().find(|it| it.kind == shot.kind) else {
            return Ok(());
        };
        let timestamp = outlet.clock.at(shot.captured);
        let payloads = outlet.packetizer.packetize(&shot.data).into_iter();
        let packets = payloads.map(|payload| OutgoingPacket {
            payload: payload.data.into(),
            timestamp,
            marker: payload.marker,
            audio_level: None,
            captured: Some(shot.captured),
        });
        match outlet.producer.try_send_rtp(packets.collect()) {
            // What finds no room is lost, as on the way.
            Ok(_) => Ok(()),
            Err(TransportError::Closed) => Err(PushError::LinkLost),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) async fn broken(&mut self) -> PushError {
        loop {
            let lost = self.other_than(TransportState::Connected).await;
            if lost != TransportState::Disconnected {
                return PushError::LinkLost;
            }
            let back = self.other_than(TransportState::Disconnected);
            match tokio::time::timeout(RECOVER_WITHIN, back).await {
                Ok(TransportState::Connected) => {}
                _ => return PushError::LinkLost,
            }
        }
    }

    /// The next state that is not this one.
    async fn other_than(&mut self, state: TransportState) -> TransportState {
        match self.states.wait_for(|it| *it != state).await {
            Ok(state) => *state,
            Err(_) => TransportState::Closed,
        }
    }

    pub(super) fn stats(&self) -> LinkStats {
        let mut sum = LinkStats::default();
        for outlet in &self.outlets {
            let stats = outlet.producer.stats();
            sum.bytes += stats.bytes;
            sum.packets += stats.packets;
            sum.lost += stats.lost.unwrap_or(0);
            sum.round_trip = sum.round_trip.max(stats.round_trip);
            sum.key_frame_requests += stats.key_frame_requests;
        }
        sum
    }

    pub(super) fn producers(&self) -> Vec<(MediaKind, String)> {
        let outlets = self.outlets.iter();
        outlets
            .map(|it| (it.kind, it.producer.id().to_string()))
            .collect()
    }
}

/// The client's errors as ours: those of the HTTP API travel through it unchanged.
fn failed(error: TransportError) -> PushError {
    match error {
        TransportError::Closed => PushError::LinkLost,
        TransportError::Signaling(SignalingError::Other(other)) => {
            match other.downcast::<HttpError>() {
                Ok(error) => PushError::Http(*error),
                Err(other) => PushError::Transport(other.to_string()),
            }
        }
        error => PushError::Transport(error.to_string()),
    }
}

/// Signalling over the HTTP API.
struct Signals {
    api: Arc<Api>,
    id: String,
}

fn other(error: HttpError) -> SignalingError {
    SignalingError::Other(Box::new(error))
}

impl Signaling for Signals {
    async fn connect(&self, request: ConnectWebRtcTransport) -> Result<(), SignalingError> {
        let body = json!({ "dtlsParameters": request.dtls_parameters });
        let transport = request.transport_id.to_string();
        self.api
            .connect_transport(&self.id, &transport, &body)
            .await
            .map_err(other)
    }

    async fn produce(&self, request: Produce) -> Result<ProducerId, SignalingError> {
        let transport = request.transport_id.to_string();
        let what = (request.kind, &request.rtp_parameters);
        let id = self
            .api
            .produce(&self.id, &transport, what)
            .await
            .map_err(other)?;
        ProducerId::new(id).map_err(|error| SignalingError::BadAnswer {
            method: "produce",
            reason: error.to_string(),
        })
    }

    async fn produce_data(&self, _: ProduceData) -> Result<DataProducerId, SignalingError> {
        // Push sends no messages, so nobody asks.
        Err(SignalingError::Disconnected)
    }
}
