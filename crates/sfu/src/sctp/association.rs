//! The association itself: the library's socket, fed with time and secrets, read into our events.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use dcsctp::api::{self, DcSctpSocket, Socket, SocketEvent, SocketTime};

use super::cookie::CookieSealer;
use super::options::PORT;
use super::packet::{self, Summary};
use super::{
    OutgoingMessage, Ppid, Reliability, ResetError, SctpEvent, SctpOptions, SctpState, SctpStats,
    SendError, StreamId, ZeroChecksum,
};

/// Packets that may wait for [`Association::poll_transmit`]. Only a caller that does not drain gets here; what is over
/// is lost and repeated later.
const MAX_WAITING_PACKETS: usize = 4096;

/// Fragments that may be held without having become messages. The receive window bounds the bytes, this bounds the
/// bookkeeping around them: a peer that sends fragments of one byte would otherwise cost a hundred times the window.
/// The window holds some 4,600 fragments of ordinary size.
const MAX_HELD_FRAGMENTS: u32 = 32_768;

/// A delivered message pays for one held fragment per this many bytes. Honest fragments are about 1,160 bytes; lower
/// forgives smaller fragments and retransmissions, and lets a hostile peer hold more.
const BYTES_PER_FRAGMENT: usize = 256;

/// One SCTP association. See the [module](super) for how to drive it.
///
/// Not `Send`: it lives and dies on the thread of its worker.
pub struct Association {
    /// The library.
    socket: Socket,
    /// Zero of the library's time.
    epoch: Instant,
    /// Ours is finer than the library's: it knows the difference between not yet and no more.
    state: SctpState,
    /// Seals and checks state cookies.
    cookies: CookieSealer,
    /// Yields what the library's random numbers are drawn from.
    random: SecretRandom,
    /// Whether packets without checksum were offered to be accepted.
    zero_checksum: bool,
    /// Longer messages are not handed out.
    max_recv_message_size: usize,
    /// Estimate of the fragments that the library holds, see [`MAX_HELD_FRAGMENTS`].
    held_fragments: u32,
    /// Waits for `poll_transmit`.
    transmits: VecDeque<Vec<u8>>,
    /// Waits for `poll_event`.
    events: VecDeque<SctpEvent>,
    /// Counters.
    stats: SctpStats,
}

impl Association {
    /// An association in state [`SctpState::New`]. It sends nothing before [`connect`](Self::connect), but answers a
    /// peer that connects.
    pub fn new(options: &SctpOptions, now: Instant) -> Self {
        let secrets = hmac::Key::new(hmac::HMAC_SHA256, &options.secret);
        Self {
            socket: Socket::new("", &options.to_library()),
            epoch: now,
            state: SctpState::New,
            cookies: CookieSealer::new(hmac::sign(&secrets, b"cookie").as_ref()),
            random: SecretRandom {
                key: secrets,
                drawn: 0,
            },
            zero_checksum: options.zero_checksum != ZeroChecksum::Off,
            max_recv_message_size: options.max_recv_message_size,
            held_fragments: 0,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            stats: SctpStats::default(),
        }
    }

    /// Starts the handshake. Both ends may do so at the same time. Without effect after the first time.
    pub fn connect(&mut self, now: Instant) {
        if self.state != SctpState::New {
            return;
        }
        self.advance(now);
        self.random.seed_library();
        self.socket.connect();
        self.change_state(SctpState::Connecting);
        self.collect(now);
    }

    /// Takes a packet of the peer: the content of a DTLS record or of a UDP datagram.
    pub fn handle_packet(&mut self, packet: &[u8], now: Instant) {
        self.stats.packets_received += 1;
        if self.state.is_final() {
            self.stats.discarded.after_end += 1;
            return;
        }
        let Ok(summary) = packet::inspect(packet, PORT) else {
            self.stats.discarded.malformed += 1;
            return;
        };
        self.advance(now);
        if summary.handshake {
            self.random.seed_library();
        }
        if summary.cookie_echo {
            match self
                .cookies
                .unseal(packet, self.age(now), self.zero_checksum)
            {
                Ok(unsealed) => self.socket.handle_input(&unsealed),
                Err(_) => self.stats.discarded.bad_cookie += 1,
            }
        } else {
            self.socket.handle_input(packet);
        }
        self.collect(now);
        self.bound_fragments(summary, now);
    }

    /// To be called at [`poll_timeout`](Self::poll_timeout); harmless at other times.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        self.collect(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due. May change with any input.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let at = self.socket.poll_timeout();
        if at == SocketTime::infinite_future() {
            return None;
        }
        self.epoch.checked_add(at - SocketTime::zero())
    }

    /// Writes the next packet to be sent into `buf` and returns its length. `buf` must hold 1,191 bytes; a packet that
    /// does not fit is lost.
    pub fn poll_transmit(&mut self, buf: &mut [u8]) -> Option<usize> {
        while let Some(packet) = self.transmits.pop_front() {
            if let Some(target) = buf.get_mut(..packet.len()) {
                target.copy_from_slice(&packet);
                self.stats.packets_sent += 1;
                return Some(packet.len());
            }
            self.stats.discarded.not_sent += 1;
        }
        None
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<SctpEvent> {
        self.events.pop_front()
    }

    /// Queues a message. Before the association is connected it waits for that.
    ///
    /// # Errors
    ///
    /// The message was not queued, see [`SendError`].
    pub fn send(
        &mut self,
        message: OutgoingMessage<'_>,
        reliability: Reliability,
        now: Instant,
    ) -> Result<(), SendError> {
        if self.state.is_final() {
            return Err(SendError::Closed);
        }
        let OutgoingMessage {
            stream_id,
            ppid,
            payload,
        } = message;
        if payload.is_empty() {
            return Err(SendError::Empty);
        }
        self.advance(now);
        let result = self.socket.send(
            api::Message::new(
                api::StreamId(stream_id.0),
                api::PpId(ppid.0),
                payload.to_vec(),
            ),
            &send_options(reliability),
        );
        if result.is_ok() {
            self.stats.messages_sent += 1;
        }
        self.collect(now);
        result.map_err(|error| match error {
            api::SendError::EmptyPayload => SendError::Empty,
            api::SendError::MessageTooLarge { .. } => SendError::TooLong,
            api::SendError::ResourceExhaustion => SendError::BufferFull,
            api::SendError::ShuttingDown => SendError::Closed,
        })
    }

    /// Closes our direction of a stream (RFC 6525): what is being sent is finished, what waits is dropped.
    ///
    /// # Errors
    ///
    /// The stream stays as it is, see [`ResetError`].
    pub fn reset_stream(&mut self, stream_id: StreamId, now: Instant) -> Result<(), ResetError> {
        self.advance(now);
        let result = self.socket.reset_streams(&[api::StreamId(stream_id.0)]);
        self.collect(now);
        result.map_err(|error| match error {
            api::ResetStreamsError::NotConnected => ResetError::NotConnected,
            api::ResetStreamsError::NotSupported => ResetError::NotSupported,
        })
    }

    /// Bytes that were accepted for this stream and not yet sent.
    pub fn buffered_amount(&self, stream_id: StreamId) -> usize {
        self.socket.buffered_amount(api::StreamId(stream_id.0))
    }

    /// Sets when [`SctpEvent::BufferedAmountLow`] fires for this stream: at this many waiting bytes or fewer.
    pub fn set_buffered_amount_low_threshold(
        &mut self,
        stream_id: StreamId,
        bytes: usize,
        now: Instant,
    ) {
        self.socket
            .set_buffered_amount_low_threshold(api::StreamId(stream_id.0), bytes);
        self.collect(now);
    }

    /// The threshold of this stream, in bytes.
    pub fn buffered_amount_low_threshold(&self, stream_id: StreamId) -> usize {
        self.socket
            .buffered_amount_low_threshold(api::StreamId(stream_id.0))
    }

    /// Ends the association at once; the peer is told with an ABORT, which is to be drained from
    /// [`poll_transmit`](Self::poll_transmit).
    pub fn close(&mut self, now: Instant) {
        if self.state.is_final() {
            return;
        }
        self.advance(now);
        self.socket.close();
        self.collect(now);
        self.change_state(SctpState::Closed);
    }

    /// The state.
    pub fn state(&self) -> SctpState {
        self.state
    }

    /// The counters.
    pub fn stats(&self) -> SctpStats {
        self.stats
    }

    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }

    /// Tells the library the time; it fires what is due.
    fn advance(&mut self, now: Instant) {
        self.socket.advance_time(SocketTime::zero() + self.age(now));
    }

    /// Reads everything that the library has to say. Messages come first, so that those of a stream precede its reset.
    fn collect(&mut self, now: Instant) {
        loop {
            while let Some(message) = self.socket.get_next_message() {
                self.on_message(message);
            }
            let Some(event) = self.socket.poll_event() else {
                return;
            };
            self.on_library_event(event, now);
        }
    }

    fn on_library_event(&mut self, event: SocketEvent, now: Instant) {
        match event {
            SocketEvent::SendPacket(packet) => self.on_packet(packet, now),
            SocketEvent::OnConnected() => self.on_connected(),
            SocketEvent::OnConnectionRestarted() => self.stats.restarts += 1,
            SocketEvent::OnClosed() => self.change_state(SctpState::Closed),
            SocketEvent::OnAborted(..) if self.state == SctpState::Connected => {
                self.change_state(SctpState::Closed)
            }
            SocketEvent::OnAborted(..) => self.change_state(SctpState::Failed),
            SocketEvent::OnError(api::ErrorKind::ResourceExhaustion, _) => {}
            SocketEvent::OnError(..) => self.stats.discarded.refused += 1,
            SocketEvent::OnBufferedAmountLow(stream) => {
                self.events.push_back(SctpEvent::BufferedAmountLow {
                    stream_id: StreamId(stream.0),
                });
            }
            SocketEvent::OnIncomingStreamReset(streams) => {
                let ids = streams
                    .into_iter()
                    .map(|stream| StreamId(stream.0))
                    .collect();
                self.events.push_back(SctpEvent::StreamResetByPeer { ids });
            }
            SocketEvent::OnTotalBufferedAmountLow()
            | SocketEvent::OnStreamsResetFailed(_)
            | SocketEvent::OnStreamsResetPerformed(_)
            | SocketEvent::OnLifecycleMessageFullySent(_)
            | SocketEvent::OnLifecycleMessageMaybeExpired(_)
            | SocketEvent::OnLifecycleMessageExpired(_)
            | SocketEvent::OnLifecycleMessageDelivered(_)
            | SocketEvent::OnLifecycleEnd(_) => {}
        }
    }

    fn on_packet(&mut self, packet: Vec<u8>, now: Instant) {
        if self.transmits.len() >= MAX_WAITING_PACKETS {
            self.stats.discarded.not_sent += 1;
            return;
        }
        let packet = if packet::is_init_ack(&packet) {
            self.cookies.seal(&packet, self.age(now)).unwrap_or(packet)
        } else {
            packet
        };
        self.transmits.push_back(packet);
    }

    fn on_message(&mut self, message: api::Message) {
        let api::Message {
            stream_id,
            ppid,
            payload,
        } = message;
        let paid = u32::try_from(payload.len() / BYTES_PER_FRAGMENT + 1).unwrap_or(u32::MAX);
        self.held_fragments = self.held_fragments.saturating_sub(paid);
        if payload.len() > self.max_recv_message_size {
            self.stats.discarded.too_long_messages += 1;
            return;
        }
        self.stats.messages_received += 1;
        self.events.push_back(SctpEvent::Message {
            stream_id: StreamId(stream_id.0),
            ppid: Ppid(ppid.0),
            payload,
        });
    }

    /// The library says so again when the peer restarts; the caller hears it once.
    fn on_connected(&mut self) {
        if self.state == SctpState::Connected {
            return;
        }
        self.change_state(SctpState::Connecting);
        if let Some(metrics) = self.socket.get_metrics() {
            self.events.push_back(SctpEvent::Negotiated {
                max_outbound: metrics.negotiated_maximum_outgoing_streams,
                max_inbound: metrics.negotiated_maximum_incoming_streams,
            });
        }
        self.change_state(SctpState::Connected);
    }

    fn change_state(&mut self, state: SctpState) {
        if self.state == state || self.state.is_final() {
            return;
        }
        self.state = state;
        self.events.push_back(SctpEvent::StateChanged(state));
    }

    fn bound_fragments(&mut self, summary: Summary, now: Instant) {
        self.held_fragments = self.held_fragments.saturating_add(summary.fragments);
        if self.held_fragments > MAX_HELD_FRAGMENTS {
            self.stats.discarded.fragment_floods += 1;
            self.close(now);
        }
    }
}

fn send_options(reliability: Reliability) -> api::SendOptions {
    let Reliability {
        ordered,
        max_packet_life_time,
        max_retransmits,
    } = reliability;
    api::SendOptions {
        unordered: !ordered,
        lifetime: max_packet_life_time.filter(|_| !ordered),
        max_retransmissions: max_retransmits.filter(|_| !ordered),
        lifecycle_id: None,
    }
}

/// Random numbers for the library. It draws tags and sequence numbers from a per-thread generator of its dependency
/// `fastrand`, which is neither ours to seed once nor fit for secrets; so that generator gets a fresh seed, made from
/// the association's secret, before each step that draws.
struct SecretRandom {
    key: hmac::Key,
    /// Seeds made so far.
    drawn: u64,
}

impl SecretRandom {
    fn seed_library(&mut self) {
        self.drawn += 1;
        let tag = hmac::sign(&self.key, &self.drawn.to_be_bytes());
        if let Some(seed) = tag.as_ref().first_chunk() {
            fastrand::seed(u64::from_be_bytes(*seed));
        }
    }
}
