//! The direction to the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use miso_ortc::{MediaKind, SctpStreamParameters};
use miso_signal::{Produce, ProduceData};
use miso_wire::{Mid, Ssrc};
use tokio::sync::{mpsc, watch};

use super::{Transport, TransportParameters};
use crate::data::{Channel, DataProducer, DataState, ProduceDataOptions};
use crate::driver::{Closed, Command, OpenChannel, SendStream};
use crate::negotiate::{StreamNames, choose_codec, send_parameters};
use crate::producer::{Framing, MAX_EVENTS, ProduceOptions, Producer};
use crate::signaling::Signaling;
use crate::stats::ProducerMeter;
use crate::{Device, TransportError};

/// DataChannels that a transport can open in its life. Numbers are not used again, because the server may still have
/// something of an old one.
const MAX_DATA_STREAMS: u32 = 1_024;

/// A path to the server. It connects when it is first used. Dropping it closes it, and all that is on it.
#[derive(Debug)]
pub struct SendTransport {
    pub(super) transport: Transport,
    /// The same for all its producers, so that receivers play them in sync.
    cname: String,
    next_mid: AtomicU32,
    next_stream: AtomicU32,
}

impl SendTransport {
    /// This end of a transport that the server made.
    ///
    /// # Errors
    /// [`TransportError::Certificate`].
    pub fn new(
        device: &Device,
        parameters: TransportParameters,
        signaling: impl Signaling,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            transport: Transport::new(device, parameters, signaling)?,
            cname: format!("{:016x}", fastrand::u64(..)),
            next_mid: AtomicU32::new(0),
            next_stream: AtomicU32::new(0),
        })
    }

    /// Whether the router takes media of this kind.
    pub fn can_produce(&self, kind: MediaKind) -> bool {
        self.transport.device.can_produce(kind)
    }

    /// Sends media from now on.
    ///
    /// # Errors
    /// [`TransportError::NoCodec`], and whatever connecting or the signalling gives.
    pub async fn produce(&self, options: ProduceOptions) -> Result<Producer, TransportError> {
        let transport = &self.transport;
        let (kind, wanted) = (options.kind, options.codec);
        let codec = choose_codec(&transport.device, kind, wanted, &options.codec_parameters)?;
        let codec = codec.clone();
        let names = self.names()?;
        let parameters = send_parameters(&transport.device, &codec, names, &self.cname);
        let port = transport.port().await?.clone();
        let (heard, events) = mpsc::channel(MAX_EVENTS);
        let meter = Arc::new(ProducerMeter::default());
        let encoding = parameters.encodings.first();
        let stream = SendStream {
            mid: names.mid,
            kind,
            ssrc: names.ssrc,
            rtx: encoding.and_then(|it| it.rtx).map(|it| it.ssrc),
            pt: codec
                .preferred_payload_type
                .ok_or(TransportError::NoCodec(kind))?,
            events: heard,
            meter: Arc::clone(&meter),
        };
        port.send(Command::Send(stream)).await?;
        let produced = transport.signaling.produce(Produce {
            transport_id: transport.id().clone(),
            kind,
            rtp_parameters: parameters.clone(),
            app_data: options.app_data,
        });
        match produced.await {
            Ok(id) => Ok(Producer {
                id,
                kind,
                framing: Framing::new(&codec),
                codec,
                parameters,
                ssrc: names.ssrc,
                port,
                signaling: Arc::clone(&transport.signaling),
                events,
                meter,
            }),
            Err(error) => {
                port.close(Closed::Sender {
                    ssrc: names.ssrc,
                    last_word: None,
                });
                Err(error.into())
            }
        }
    }

    /// Sends messages from now on.
    ///
    /// # Errors
    /// [`TransportError::NoSctp`], and whatever connecting or the signalling gives.
    pub async fn produce_data(
        &self,
        options: ProduceDataOptions,
    ) -> Result<DataProducer, TransportError> {
        let transport = &self.transport;
        let max_message_size = transport.max_message_size()?;
        let parameters = self.stream_parameters(&options)?;
        let port = transport.port().await?.clone();
        let state = watch::Sender::new(DataState::Opening);
        // From here on it closes itself.
        let channel = Channel {
            stream: parameters.stream_id.0,
            port: port.clone(),
            state: state.subscribe(),
        };
        let open = OpenChannel {
            parameters,
            label: options.label.clone(),
            protocol: options.protocol.clone(),
            messages: None,
            state,
        };
        port.send(Command::Open(open)).await?;
        let produce = ProduceData {
            transport_id: transport.id().clone(),
            sctp_stream_parameters: parameters,
            label: options.label.clone(),
            protocol: options.protocol,
            app_data: options.app_data,
        };
        Ok(DataProducer {
            id: transport.signaling.produce_data(produce).await?,
            channel,
            label: options.label,
            max_message_size,
        })
    }

    fn stream_parameters(
        &self,
        options: &ProduceDataOptions,
    ) -> Result<SctpStreamParameters, TransportError> {
        let stream = self.next_stream.fetch_add(1, Ordering::Relaxed);
        let stream = u16::try_from(stream)
            .ok()
            .filter(|it| u32::from(*it) < MAX_DATA_STREAMS);
        let parameters = SctpStreamParameters::new(
            stream.ok_or(TransportError::NoStreamLeft)?,
            Some(options.ordered),
            options.max_packet_life_time,
            options.max_retransmits,
        );
        parameters.map_err(|_| TransportError::BadParameters("stream parameters"))
    }

    /// Names for another stream. SSRCs are random (RFC 3550, section 8.1).
    fn names(&self) -> Result<StreamNames, TransportError> {
        let mid = self.next_mid.fetch_add(1, Ordering::Relaxed);
        let ssrc = fastrand::u32(1..u32::MAX - 1);
        let mid = Mid::new(mid.to_string().as_bytes());
        Ok(StreamNames {
            mid: mid.map_err(|_| TransportError::NoStreamLeft)?,
            ssrc: Ssrc(ssrc),
            rtx: Ssrc(ssrc + 1),
        })
    }
}
