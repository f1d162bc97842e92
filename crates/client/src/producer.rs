//! Media that is sent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use miso_media::{Frame, Packetizer, Payload};
use miso_ortc::{Codec, CodecParameters, MediaKind, RtpCodecCapability, RtpParameters};
use miso_signal::{AppData, ProducerId};
use miso_wire::Ssrc;
use tokio::sync::mpsc;

use crate::driver::{Closed, Command, Port};
use crate::negotiate::media_codec;
use crate::rtp::AudioLevel;
use crate::signaling::{Change, SharedSignaling};
use crate::stats::{ProducerMeter, ProducerStats};
use crate::{SignalingError, TransportError};

/// Events of a producer that may wait: one is enough to know that a key frame is wanted.
pub(crate) const MAX_EVENTS: usize = 4;
/// The longest payload of a packet, so that it fits a path of 1,280 bytes with all headers.
pub const MAX_PAYLOAD: usize = 1_200;

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct ProduceOptions {
    /// Audio or video.
    pub kind: MediaKind,
    /// Which codec; the router's first of this kind when absent.
    pub codec: Option<Codec>,
    /// Parameters by which a codec with profiles is chosen, such as `profile-level-id`; any when empty.
    pub codec_parameters: CodecParameters,
    /// What the application attaches, for whoever consumes.
    pub app_data: AppData,
}

impl ProduceOptions {
    /// Audio or video, in the router's first codec.
    pub fn new(kind: MediaKind) -> Self {
        Self {
            kind,
            codec: None,
            codec_parameters: CodecParameters::new(),
            app_data: AppData::default(),
        }
    }

    /// In this codec.
    #[must_use]
    pub fn with_codec(mut self, codec: Codec) -> Self {
        self.codec = Some(codec);
        self
    }
}

/// What happens to a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerEvent {
    /// Somebody needs a picture that needs no other.
    KeyFrameRequested,
}

/// A packet to send.
#[derive(Clone, Debug)]
pub struct OutgoingPacket {
    /// What it carries, at most [`MAX_PAYLOAD`] bytes.
    pub payload: Arc<[u8]>,
    /// The timestamp, in ticks of the codec's clock.
    pub timestamp: u32,
    /// Whether it is the last of a frame of video, or the first after silence of audio.
    pub marker: bool,
    /// How loud it is.
    pub audio_level: Option<AudioLevel>,
    /// When it was recorded, or would have been; now when absent. Receivers play in sync what was recorded at the same
    /// time.
    pub captured: Option<Instant>,
}

/// How frames become packets.
#[derive(Debug)]
pub(crate) struct Framing {
    /// None for a codec whose frames nobody here knows.
    packetizer: Option<Packetizer>,
    clock_rate: u32,
    /// The timestamp of time zero (RFC 3550, section 5.1: random).
    first: u32,
}

impl Framing {
    pub(crate) fn new(codec: &RtpCodecCapability) -> Self {
        let known = media_codec(&codec.mime_type);
        Self {
            packetizer: known.and_then(|it| Packetizer::new(&it, MAX_PAYLOAD)),
            clock_rate: codec.clock_rate,
            first: fastrand::u32(..),
        }
    }

    fn timestamp(&self, time: Duration) -> u32 {
        let rate = u128::from(self.clock_rate);
        let ticks = time.as_nanos() * rate / 1_000_000_000;
        // Timestamps wrap around.
        self.first.wrapping_add(ticks as u32)
    }

    fn packets(&mut self, frame: &Frame, captured: Instant) -> Option<Vec<OutgoingPacket>> {
        let timestamp = self.timestamp(frame.pts);
        let payloads = self.packetizer.as_mut()?.packetize(&frame.data);
        let packet = |payload: Payload| OutgoingPacket {
            payload: payload.data.into(),
            timestamp,
            marker: payload.marker,
            audio_level: None,
            captured: Some(captured),
        };
        Some(payloads.into_iter().map(packet).collect())
    }
}

/// Media that is sent. Dropping it closes it, here and at the server.
pub struct Producer {
    pub(crate) id: ProducerId,
    pub(crate) kind: MediaKind,
    pub(crate) codec: RtpCodecCapability,
    pub(crate) framing: Framing,
    pub(crate) parameters: RtpParameters,
    pub(crate) ssrc: Ssrc,
    pub(crate) port: Port,
    pub(crate) signaling: SharedSignaling,
    pub(crate) events: mpsc::Receiver<ProducerEvent>,
    pub(crate) meter: Arc<ProducerMeter>,
}

impl Producer {
    /// Its id.
    pub fn id(&self) -> &ProducerId {
        &self.id
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// The codec that was agreed upon.
    pub fn codec(&self) -> &RtpCodecCapability {
        &self.codec
    }

    /// What the server was told.
    pub fn rtp_parameters(&self) -> &RtpParameters {
        &self.parameters
    }

    /// Sends packets, such as those of one frame; waits while the transport has too much to do. Sequence number,
    /// SSRC and header extensions are its own. Packets given before the transport is connected are discarded.
    ///
    /// # Errors
    /// [`TransportError::PayloadTooLong`], [`TransportError::Closed`].
    pub async fn send_rtp(&self, packets: Vec<OutgoingPacket>) -> Result<(), TransportError> {
        let command = self.command(packets)?;
        self.port.send(command).await
    }

    /// Sends an encoded frame, recorded at `captured`; waits while the transport has too much to do.
    ///
    /// Its timestamp follows the frame's time of presentation, so that frames of several producers that belong together
    /// must have the same relation between that time and `captured`.
    ///
    /// # Errors
    /// [`TransportError::NoCodec`] where frames of the codec are not known here, [`TransportError::PayloadTooLong`] for
    /// audio that does not fit into a packet, [`TransportError::Closed`].
    pub async fn send_frame(
        &mut self,
        frame: &Frame,
        captured: Instant,
    ) -> Result<(), TransportError> {
        let packets = self.framing.packets(frame, captured);
        let packets = packets.ok_or(TransportError::NoCodec(self.kind))?;
        self.send_rtp(packets).await
    }

    /// As [`Self::send_rtp`], but where it would wait it drops the packets and says `false`.
    ///
    /// # Errors
    /// [`TransportError::PayloadTooLong`], [`TransportError::Closed`].
    pub fn try_send_rtp(&self, packets: Vec<OutgoingPacket>) -> Result<bool, TransportError> {
        let command = self.command(packets)?;
        self.port.try_send(command)
    }

    fn command(&self, packets: Vec<OutgoingPacket>) -> Result<Command, TransportError> {
        let too_long = packets.iter().find(|it| it.payload.len() > MAX_PAYLOAD);
        if let Some(packet) = too_long {
            return Err(TransportError::PayloadTooLong {
                length: packet.payload.len(),
                max: MAX_PAYLOAD,
            });
        }
        Ok(Command::Rtp {
            ssrc: self.ssrc,
            packets,
        })
    }

    /// What happens next to it; none when the transport is closed.
    pub async fn event(&mut self) -> Option<ProducerEvent> {
        self.events.recv().await
    }

    /// What has happened to it, if anything.
    pub fn try_event(&mut self) -> Option<ProducerEvent> {
        self.events.try_recv().ok()
    }

    /// Lets nobody have it for now.
    ///
    /// # Errors
    /// Those of the signalling.
    pub async fn pause(&self) -> Result<(), SignalingError> {
        let change = Change::PauseProducer(self.id.clone());
        self.signaling.update(change).await
    }

    /// Lets others have it again.
    ///
    /// # Errors
    /// Those of the signalling.
    pub async fn resume(&self) -> Result<(), SignalingError> {
        let change = Change::ResumeProducer(self.id.clone());
        self.signaling.update(change).await
    }

    /// How it is doing.
    pub fn stats(&self) -> ProducerStats {
        self.meter.stats()
    }

    /// Closes it, here and at the server.
    pub fn close(self) {}
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.port.close(Closed::Sender {
            ssrc: self.ssrc,
            last_word: Some(Change::CloseProducer(self.id.clone())),
        });
    }
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("ssrc", &self.ssrc)
            .finish_non_exhaustive()
    }
}
