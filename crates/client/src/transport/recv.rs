//! The direction from the server.

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use miso_media::Depacketizer;
use miso_ortc::RtpCodecParameters;
use miso_wire::{Mid, Ssrc};
use tokio::sync::{mpsc, watch};

use super::{Transport, TransportParameters};
use crate::consumer::{Consumer, ConsumerParameters, MAX_PACKETS};
use crate::data::{Channel, DataConsumer, DataConsumerParameters, DataState, MAX_MESSAGES};
use crate::driver::{Command, Inbox, OpenChannel, RecvStream};
use crate::negotiate::media_codec;
use crate::reorder::Reorder;
use crate::signaling::Signaling;
use crate::stats::ConsumerMeter;
use crate::{Device, TransportError};

/// A path from the server. It connects when it is first used. Dropping it closes it, and all that is on it.
#[derive(Debug)]
pub struct RecvTransport {
    pub(super) transport: Transport,
    /// SSRCs and DataChannels that were ever used: the server does not use one again.
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    mids: HashSet<Mid>,
    streams: HashSet<u16>,
}

/// What a consumer's parameters say of its stream.
struct Stream {
    codec: RtpCodecParameters,
    mid: Mid,
    ssrc: Ssrc,
    rtx: Option<Ssrc>,
}

impl RecvTransport {
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
            used: Mutex::default(),
        })
    }

    /// Receives what the server's consumer sends. Its packets are not missed if the server sends none before it is
    /// told that this is done.
    ///
    /// # Errors
    /// [`TransportError::BadParameters`], and whatever connecting gives.
    pub async fn consume(
        &self,
        parameters: ConsumerParameters,
    ) -> Result<Consumer, TransportError> {
        let Stream {
            codec,
            mid,
            ssrc,
            rtx,
        } = stream_of(&parameters)?;
        let port = self.transport.port().await?.clone();
        if !self.used().mids.insert(mid) {
            return Err(TransportError::Duplicate("the consumer's MID"));
        }
        let (sender, packets) = mpsc::channel(MAX_PACKETS);
        let meter = Arc::new(ConsumerMeter::default());
        let stream = RecvStream {
            mid,
            kind: parameters.kind,
            ssrc,
            rtx,
            nack: codec.has_feedback("nack", ""),
            packets: sender,
            meter: Arc::clone(&meter),
        };
        port.send(Command::Receive(stream)).await?;
        Ok(Consumer {
            depacketizer: media_codec(&codec.mime_type)
                .as_ref()
                .and_then(Depacketizer::new),
            reorder: Reorder::default(),
            parameters: Box::new(parameters),
            codec: Box::new(codec),
            ssrc,
            port,
            signaling: Arc::clone(&self.transport.signaling),
            packets,
            meter,
        })
    }

    /// Receives the messages of the server's data consumer.
    ///
    /// # Errors
    /// [`TransportError::NoSctp`], and whatever connecting gives.
    pub async fn consume_data(
        &self,
        parameters: DataConsumerParameters,
    ) -> Result<DataConsumer, TransportError> {
        self.transport.max_message_size()?;
        let stream = parameters.sctp_stream_parameters.stream_id.0;
        let port = self.transport.port().await?.clone();
        if !self.used().streams.insert(stream) {
            return Err(TransportError::Duplicate("the data consumer's stream"));
        }
        let state = watch::Sender::new(DataState::Opening);
        let (sender, messages) = mpsc::channel(MAX_MESSAGES);
        let discarded = Arc::new(AtomicU64::new(0));
        let channel = Channel {
            stream,
            port: port.clone(),
            state: state.subscribe(),
        };
        let open = OpenChannel {
            parameters: parameters.sctp_stream_parameters,
            label: parameters.label.clone(),
            protocol: parameters.protocol.clone(),
            messages: Some(Inbox {
                sender,
                discarded: Arc::clone(&discarded),
            }),
            state,
        };
        port.send(Command::Open(open)).await?;
        Ok(DataConsumer {
            parameters,
            channel,
            messages,
            discarded,
        })
    }

    fn used(&self) -> std::sync::MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stream_of(parameters: &ConsumerParameters) -> Result<Stream, TransportError> {
    let bad = |what| TransportError::BadParameters(what);
    let rtp = &parameters.rtp_parameters;
    let encoding = rtp
        .encodings
        .first()
        .ok_or(bad("rtpParameters.encodings"))?;
    let codec = rtp.codec_of(encoding).ok_or(bad("rtpParameters.codecs"))?;
    Ok(Stream {
        codec: codec.clone(),
        mid: rtp.mid.ok_or(bad("rtpParameters.mid"))?,
        ssrc: encoding
            .ssrc
            .ok_or(bad("rtpParameters.encodings[0].ssrc"))?,
        rtx: encoding.rtx.map(|it| it.ssrc),
    })
}
