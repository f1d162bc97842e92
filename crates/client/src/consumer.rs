//! Media that is received.

use std::sync::Arc;
use std::time::Instant;

use miso_media::{Depacketizer, EncodedFrame};
use miso_ortc::{MediaKind, RtpCodecParameters, RtpParameters};
use miso_signal::{AppData, ConsumerId, PeerId, ProducerId};
use miso_wire::Ssrc;
use tokio::sync::mpsc;

use crate::driver::{Closed, Closer, Command, Port};
use crate::reorder::{InOrder, Reorder};
use crate::rtp::RtpPacket;
use crate::signaling::{Change, SharedSignaling};
use crate::stats::{ConsumerMeter, ConsumerStats};
use crate::{SignalingError, TransportError};

/// Packets of a consumer that may wait. More: slower readers lose nothing. Less: less memory. This many are two
/// seconds of 8 Mbit/s.
pub(crate) const MAX_PACKETS: usize = 2_048;

/// What a consumer is made from: the server's `newConsumer`, or an answer of the HTTP API.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerParameters {
    /// The consumer.
    pub id: ConsumerId,
    /// The producer.
    pub producer_id: ProducerId,
    /// Whose media it is, where the server says so.
    pub peer_id: Option<PeerId>,
    /// Audio or video.
    pub kind: MediaKind,
    /// How it arrives.
    pub rtp_parameters: RtpParameters,
    /// Whether the producer is paused.
    pub producer_paused: bool,
    /// What the sender's application attached.
    pub app_data: AppData,
}

/// Media that is received. Dropping it closes it on this side and pauses it at the server, where only the producer's
/// end ends it.
pub struct Consumer {
    pub(crate) parameters: Box<ConsumerParameters>,
    pub(crate) codec: Box<RtpCodecParameters>,
    pub(crate) ssrc: Ssrc,
    pub(crate) port: Port,
    pub(crate) signaling: SharedSignaling,
    pub(crate) packets: mpsc::Receiver<RtpPacket>,
    pub(crate) reorder: Reorder,
    /// None for a codec whose frames nobody here knows.
    pub(crate) depacketizer: Option<Depacketizer>,
    pub(crate) meter: Arc<ConsumerMeter>,
}

impl Consumer {
    /// Its id.
    pub fn id(&self) -> &ConsumerId {
        &self.parameters.id
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.parameters.kind
    }

    /// What it was made from.
    pub fn parameters(&self) -> &ConsumerParameters {
        &self.parameters
    }

    /// The codec in which it arrives.
    pub fn codec(&self) -> &RtpCodecParameters {
        &self.codec
    }

    /// The next packet, in the order of arrival, each once; none when it is closed. Packets are lost to a reader that
    /// lets more than two thousand wait.
    pub async fn packet(&mut self) -> Option<RtpPacket> {
        self.packets.recv().await
    }

    /// The next encoded frame; none when it is closed, or in a codec whose frames are not known here. Packets are put in
    /// order first, and waited for a while where some are missing. Frames that depend on lost ones are not held back:
    /// [`EncodedFrame::after_gap`] tells of the loss, upon which a key frame may be asked for.
    ///
    /// Cancel safe. Packets taken by [`Self::packet`] are missing here.
    pub async fn frame(&mut self) -> Option<EncodedFrame> {
        self.depacketizer.as_ref()?;
        let mut is_open = true;
        while is_open || self.reorder.poll_timeout().is_some() {
            if let Some(frame) = self.assemble() {
                return Some(frame);
            }
            let due = self.reorder.poll_timeout();
            let given_up = async {
                match due {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                packet = self.packets.recv(), if is_open => match packet {
                    Some(packet) => self.reorder.push(packet),
                    None => is_open = false,
                },
                () = given_up => {}
            }
        }
        None
    }

    /// A frame, if the packets at hand complete one.
    fn assemble(&mut self) -> Option<EncodedFrame> {
        while let Some(InOrder { packet, after_gap }) = self.reorder.pop(Instant::now()) {
            let depacketizer = self.depacketizer.as_mut()?;
            let (marker, timestamp) = (packet.marker, packet.timestamp.0);
            let frame = depacketizer.push(&packet.payload, marker, timestamp, after_gap);
            if frame.is_some() {
                return frame;
            }
        }
        None
    }

    /// Asks the sender for a key frame.
    ///
    /// # Errors
    /// [`TransportError::Closed`].
    pub async fn request_key_frame(&self) -> Result<(), TransportError> {
        self.port.send(Command::KeyFrame(self.ssrc)).await
    }

    /// Gets nothing for now.
    ///
    /// # Errors
    /// Those of the signalling.
    pub async fn pause(&self) -> Result<(), SignalingError> {
        let change = Change::PauseConsumer(self.id().clone());
        self.signaling.update(change).await
    }

    /// Gets it again.
    ///
    /// # Errors
    /// Those of the signalling.
    pub async fn resume(&self) -> Result<(), SignalingError> {
        let change = Change::ResumeConsumer(self.id().clone());
        self.signaling.update(change).await
    }

    /// How it is doing.
    pub fn stats(&self) -> ConsumerStats {
        self.meter.stats()
    }

    /// Closes it on this side.
    pub fn close(self) {}

    /// To end it from elsewhere, when the server has closed it.
    pub(crate) fn closer(&self) -> Closer {
        let what = Closed::Receiver {
            ssrc: self.ssrc,
            last_word: None,
        };
        Closer::new(self.port.clone(), what)
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.port.close(Closed::Receiver {
            ssrc: self.ssrc,
            last_word: Some(Change::PauseConsumer(self.id().clone())),
        });
    }
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer")
            .field("id", self.id())
            .field("kind", &self.kind())
            .field("ssrc", &self.ssrc)
            .finish_non_exhaustive()
    }
}
