//! One peer's path: ICE, DTLS, SRTP, SCTP and the tables by which its packets are told apart.

pub(crate) mod endpoint;
pub(crate) mod listener;
pub(crate) mod traffic;

use crate::capture_clock::SenderClock;
use crate::command::{DirectTransportOptions, SctpTransportOptions, Sockets};
use crate::dump::RecvExtensionIds;
use crate::error::CommandError;
use crate::event::SctpCapabilities;
use crate::feedback::{
    IncomingBitrateEstimator, IncomingBitrateLimiter, PacketLoss, TransportCcFeedback,
};
use crate::ids::{RouterId, TransportId};
use crate::keys::{ConsumerKey, DataConsumerKey, DataProducerKey, ProducerKey};
use crate::sctp::{Association, StreamId};
use crate::send_path::SendPath;
use crate::trace::TransportTraces;
use endpoint::Endpoint;
use listener::RtpListener;
use miso_ice::{Candidate, IceServer, Tuple};
use miso_secure::{Dtls, SrtpRecv, SrtpSend};
use miso_wire::{Bitrate, Seq, Ssrc};
use std::collections::HashMap;
use std::time::Instant;
use traffic::TrafficCounters;

/// Keys of both directions, once DTLS is done.
#[derive(Debug)]
pub(crate) struct Srtp {
    pub(crate) send: SrtpSend,
    pub(crate) recv: SrtpRecv,
}

/// What a WebRTC transport has and other kinds lack.
#[derive(Debug)]
pub(crate) struct WebRtc {
    pub(crate) ice: IceServer,
    pub(crate) dtls: Dtls,
    pub(crate) srtp: Option<Srtp>,
    pub(crate) candidates: Vec<Candidate>,
    /// By which sockets a stranger with the right credentials is let in.
    pub(crate) sockets: Sockets,
}

/// What a plain transport has and other kinds lack.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) endpoint: Endpoint,
    /// Whether the peer's addresses are learnt from its packets.
    pub(crate) comedia: bool,
    /// Whether the peer's side was told, which happens once.
    pub(crate) is_told: bool,
}

/// What a pipe transport has and other kinds lack.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) endpoint: Endpoint,
    /// Whether the owner gives its consumers RTX.
    pub(crate) rtx: bool,
    /// Whether the other end was told, which happens once.
    pub(crate) is_told: bool,
}

/// How packets to a peer are protected.
#[derive(Clone, Copy)]
pub(crate) enum Sealing<'a> {
    /// Not at all.
    Clear,
    /// With these keys.
    Srtp(&'a SrtpSend),
}

/// The kinds of transport.
#[derive(Debug)]
pub(crate) enum Kind {
    WebRtc(Box<WebRtc>),
    Plain(Box<Plain>),
    Pipe(Box<Pipe>),
    Direct(DirectTransportOptions),
}

/// An association with its settings.
pub(crate) struct Sctp {
    pub(crate) association: Association,
    pub(crate) options: SctpTransportOptions,
    pub(crate) negotiated: Option<SctpCapabilities>,
    /// Data producer of each inbound stream.
    pub(crate) producers: HashMap<u16, DataProducerKey>,
    /// Data consumer of each outbound stream.
    pub(crate) consumers: HashMap<u16, DataConsumerKey>,
    /// Whether a data producer or consumer was ever made, or a packet received: only then it connects.
    pub(crate) wanted: bool,
    /// Whether its streams are DataChannels: then a stream that ends is reset on both sides (fact sheet 4.8).
    pub(crate) is_data_channel: bool,
    /// Whether it is in the worker's list of associations with something to do.
    pub(crate) is_queued: bool,
}

/// Bitrates that the owner set; zero is no limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BitrateLimits {
    pub(crate) max_incoming: Bitrate,
    pub(crate) max_outgoing: Bitrate,
    pub(crate) min_outgoing: Bitrate,
}

/// Which feedback about its sending rate the peer gets; fixed by its first producer that allows one (3.12).
#[derive(Debug, Default)]
pub(crate) enum RateFeedback {
    #[default]
    None,
    TransportCc(Box<TransportCcFeedback>),
    Remb(Box<IncomingBitrateEstimator>),
}

/// One peer's path.
pub(crate) struct Transport {
    pub(crate) id: TransportId,
    pub(crate) router: RouterId,
    pub(crate) kind: Kind,
    pub(crate) sctp: Option<Box<Sctp>>,
    pub(crate) producers: Vec<ProducerKey>,
    pub(crate) consumers: Vec<ConsumerKey>,
    pub(crate) data_producers: Vec<DataProducerKey>,
    pub(crate) data_consumers: Vec<DataConsumerKey>,
    pub(crate) listener: RtpListener,
    pub(crate) recv_extension_ids: RecvExtensionIds,
    /// Consumer of each SSRC that is sent, media and RTX.
    pub(crate) consumer_ssrcs: HashMap<Ssrc, ConsumerKey>,
    /// Whether media may flow: ICE has a path and DTLS is done, or the peer's address and key are known; always on
    /// direct transports.
    pub(crate) connected: bool,
    pub(crate) limits: BitrateLimits,
    pub(crate) initial_outgoing: Bitrate,
    pub(crate) rate_feedback: RateFeedback,
    /// What the path to the peer carries, once a consumer's peer tells of its reception.
    pub(crate) send_path: Option<Box<SendPath>>,
    /// How the peer's clock relates to ours.
    pub(crate) sender_clock: SenderClock,
    pub(crate) limiter: IncomingBitrateLimiter,
    /// Number of the next packet with a transport-wide sequence number.
    pub(crate) next_transport_seq: u16,
    /// What was lost of what was sent.
    pub(crate) sent_loss: PacketLoss,
    /// When the next RTCP compound is due.
    pub(crate) rtcp_at: Option<Instant>,
    pub(crate) traffic: TrafficCounters,
    /// What the owner wants traced.
    pub(crate) traces: TransportTraces,
    /// No timer of the transport or its streams is due before it.
    pub(crate) deadline: Option<Instant>,
}

/// Lowest limit of what is sent to a peer: below it not even audio passes.
const MIN_OUTGOING: Bitrate = Bitrate(30_000);
/// Highest limit that mediasoup takes.
const HIGHEST_BITRATE: Bitrate = Bitrate(9_223_372_036_854_775_806);

impl BitrateLimits {
    /// The limits with another limit of what comes in (fact sheet 1.6.1).
    pub(crate) fn with_max_incoming(self, max: Bitrate) -> Result<Self, CommandError> {
        check_highest(max)?;
        Ok(Self {
            max_incoming: max,
            ..self
        })
    }

    /// The limits with another limit of what goes out, if it fits.
    pub(crate) fn with_max_outgoing(self, max: Bitrate) -> Result<Self, CommandError> {
        check_outgoing(max)?;
        let min = self.min_outgoing;
        if max > Bitrate::ZERO && max < min {
            let reason = format!(
                "bitrate must be >= current min outgoing bitrate ({}) or 0 (unlimited)",
                min.0
            );
            return Err(CommandError::type_error(reason));
        }
        Ok(Self {
            max_outgoing: max,
            ..self
        })
    }

    /// The limits with another floor of what goes out, if it fits.
    pub(crate) fn with_min_outgoing(self, min: Bitrate) -> Result<Self, CommandError> {
        check_outgoing(min)?;
        let max = self.max_outgoing;
        if max > Bitrate::ZERO && max < min {
            let reason = format!(
                "bitrate must be <= current max outgoing bitrate ({}) or 0 (unlimited)",
                max.0
            );
            return Err(CommandError::type_error(reason));
        }
        Ok(Self {
            min_outgoing: min,
            ..self
        })
    }
}

fn check_highest(bitrate: Bitrate) -> Result<(), CommandError> {
    if bitrate > HIGHEST_BITRATE {
        let reason = format!("bitrate must be <= {} or 0 (unlimited)", HIGHEST_BITRATE.0);
        return Err(CommandError::type_error(reason));
    }
    Ok(())
}

fn check_outgoing(bitrate: Bitrate) -> Result<(), CommandError> {
    check_highest(bitrate)?;
    if bitrate > Bitrate::ZERO && bitrate < MIN_OUTGOING {
        let reason = format!("bitrate must be >= {} or 0 (unlimited)", MIN_OUTGOING.0);
        return Err(CommandError::type_error(reason));
    }
    Ok(())
}

impl Sctp {
    /// Resets the outgoing side of a stream, when there is someone to tell.
    pub(crate) fn reset(&mut self, stream: u16, now: Instant) {
        // Not connected: the peer knows no stream. Not supported: it will not reuse this one either.
        let _ = self.association.reset_stream(StreamId(stream), now);
    }
}

impl Transport {
    /// Takes the number of a packet that carries one.
    pub(crate) fn take_transport_seq(&mut self) -> Seq {
        let seq = Seq(self.next_transport_seq);
        self.next_transport_seq = self.next_transport_seq.wrapping_add(1);
        seq
    }

    /// A transport without producers and consumers.
    pub(crate) fn new(id: TransportId, router: RouterId, kind: Kind) -> Self {
        Self {
            id,
            router,
            kind,
            sctp: None,
            producers: Vec::new(),
            consumers: Vec::new(),
            data_producers: Vec::new(),
            data_consumers: Vec::new(),
            listener: RtpListener::default(),
            recv_extension_ids: RecvExtensionIds::default(),
            consumer_ssrcs: HashMap::new(),
            connected: false,
            limits: BitrateLimits {
                max_incoming: Bitrate::ZERO,
                max_outgoing: Bitrate::ZERO,
                min_outgoing: Bitrate::ZERO,
            },
            initial_outgoing: Bitrate::ZERO,
            rate_feedback: RateFeedback::None,
            send_path: None,
            sender_clock: SenderClock::default(),
            limiter: IncomingBitrateLimiter::default(),
            next_transport_seq: 0,
            sent_loss: PacketLoss::default(),
            rtcp_at: None,
            traffic: TrafficCounters::default(),
            traces: TransportTraces::default(),
            deadline: None,
        }
    }

    /// The path in use; none on direct transports and before one was found, learnt or told.
    pub(crate) fn selected_tuple(&self) -> Option<Tuple> {
        match &self.kind {
            Kind::WebRtc(webrtc) => webrtc.ice.selected_tuple(),
            Kind::Plain(plain) => plain.endpoint.tuple(),
            Kind::Pipe(pipe) => pipe.endpoint.tuple(),
            Kind::Direct(_) => None,
        }
    }

    /// The path that RTCP takes.
    pub(crate) fn rtcp_tuple(&self) -> Option<Tuple> {
        match &self.kind {
            Kind::Plain(plain) => plain.endpoint.rtcp_tuple(),
            Kind::WebRtc(_) | Kind::Pipe(_) | Kind::Direct(_) => self.selected_tuple(),
        }
    }

    /// How packets to the peer are protected; none while they cannot leave, and on direct transports.
    #[inline]
    pub(crate) fn sealing(&self) -> Option<Sealing<'_>> {
        match &self.kind {
            Kind::WebRtc(webrtc) => webrtc.srtp.as_ref().map(|srtp| Sealing::Srtp(&srtp.send)),
            Kind::Plain(plain) => plain.endpoint.sealing(),
            Kind::Pipe(pipe) => pipe.endpoint.sealing(),
            Kind::Direct(_) => None,
        }
    }

    /// Keys of both directions.
    pub(crate) fn srtp(&self) -> Option<&Srtp> {
        match &self.kind {
            Kind::WebRtc(webrtc) => webrtc.srtp.as_ref(),
            Kind::Plain(plain) => plain.endpoint.srtp(),
            Kind::Pipe(pipe) => pipe.endpoint.srtp(),
            Kind::Direct(_) => None,
        }
    }

    /// As [`Self::srtp`], to change it.
    pub(crate) fn srtp_mut(&mut self) -> Option<&mut Srtp> {
        match &mut self.kind {
            Kind::WebRtc(webrtc) => webrtc.srtp.as_mut(),
            Kind::Plain(plain) => plain.endpoint.srtp_mut(),
            Kind::Pipe(pipe) => pipe.endpoint.srtp_mut(),
            Kind::Direct(_) => None,
        }
    }

    /// The part that only WebRTC transports have.
    pub(crate) fn webrtc(&self) -> Option<&WebRtc> {
        match &self.kind {
            Kind::WebRtc(webrtc) => Some(webrtc),
            Kind::Plain(_) | Kind::Pipe(_) | Kind::Direct(_) => None,
        }
    }

    /// As [`Self::webrtc`], to change it.
    pub(crate) fn webrtc_mut(&mut self) -> Option<&mut WebRtc> {
        match &mut self.kind {
            Kind::WebRtc(webrtc) => Some(webrtc),
            Kind::Plain(_) | Kind::Pipe(_) | Kind::Direct(_) => None,
        }
    }

    /// The part that only plain transports have.
    pub(crate) fn plain(&self) -> Option<&Plain> {
        match &self.kind {
            Kind::Plain(plain) => Some(plain),
            Kind::WebRtc(_) | Kind::Pipe(_) | Kind::Direct(_) => None,
        }
    }

    /// As [`Self::plain`], to change it.
    pub(crate) fn plain_mut(&mut self) -> Option<&mut Plain> {
        match &mut self.kind {
            Kind::Plain(plain) => Some(plain),
            Kind::WebRtc(_) | Kind::Pipe(_) | Kind::Direct(_) => None,
        }
    }

    /// The sockets of its own, on the kinds that have such.
    pub(crate) fn endpoint(&self) -> Option<&Endpoint> {
        match &self.kind {
            Kind::Plain(plain) => Some(&plain.endpoint),
            Kind::Pipe(pipe) => Some(&pipe.endpoint),
            Kind::WebRtc(_) | Kind::Direct(_) => None,
        }
    }

    /// As [`Self::endpoint`], to change it.
    pub(crate) fn endpoint_mut(&mut self) -> Option<&mut Endpoint> {
        match &mut self.kind {
            Kind::Plain(plain) => Some(&mut plain.endpoint),
            Kind::Pipe(pipe) => Some(&mut pipe.endpoint),
            Kind::WebRtc(_) | Kind::Direct(_) => None,
        }
    }

    /// The part that only pipe transports have.
    pub(crate) fn pipe(&self) -> Option<&Pipe> {
        match &self.kind {
            Kind::Pipe(pipe) => Some(pipe),
            Kind::WebRtc(_) | Kind::Plain(_) | Kind::Direct(_) => None,
        }
    }

    /// As [`Self::pipe`], to change it.
    pub(crate) fn pipe_mut(&mut self) -> Option<&mut Pipe> {
        match &mut self.kind {
            Kind::Pipe(pipe) => Some(pipe),
            Kind::WebRtc(_) | Kind::Plain(_) | Kind::Direct(_) => None,
        }
    }

    /// Whether it belongs to this process itself.
    pub(crate) const fn is_direct(&self) -> bool {
        matches!(self.kind, Kind::Direct(_))
    }

    /// Longest data message that is accepted, bytes.
    pub(crate) fn max_receive_message_size(&self) -> usize {
        match (&self.kind, &self.sctp) {
            (Kind::Direct(options), _) => options.max_receive_message_size,
            (_, Some(sctp)) => sctp.options.max_receive_message_size,
            _ => 0,
        }
    }

    /// When feedback about the peer's sending rate is due.
    pub(crate) fn feedback_timeout(&self) -> Option<Instant> {
        match &self.rate_feedback {
            RateFeedback::None => None,
            RateFeedback::TransportCc(feedback) => feedback.poll_timeout(),
            RateFeedback::Remb(estimator) => estimator.poll_timeout(),
        }
    }

    /// When a probe of the path to the peer is due; never before it is connected.
    pub(crate) fn probe_timeout(&self) -> Option<Instant> {
        let send_path = self.send_path.as_ref().filter(|_| self.connected)?;
        send_path.controller.probe_timeout()
    }

    /// When one of the transport's own timers is due, those of its streams left out.
    pub(crate) fn own_timeout(&self) -> Option<Instant> {
        // Nobody is there to be told, so these wait for the connection.
        let feedback = [
            self.feedback_timeout(),
            self.limiter.poll_timeout(),
            self.probe_timeout(),
        ];
        let feedback = feedback.into_iter().filter(|_| self.connected);
        let connection = self.webrtc().into_iter();
        connection
            .flat_map(|webrtc| [webrtc.ice.poll_timeout(), webrtc.dtls.poll_timeout()])
            .chain([self
                .sctp
                .as_ref()
                .and_then(|sctp| sctp.association.poll_timeout())])
            .chain([self.rtcp_at])
            .chain(feedback)
            .flatten()
            .min()
    }

    /// Reads what sending media needs and the cache may have lost. What comes out means nothing.
    pub(crate) fn touch(&self) -> u64 {
        let port = self
            .selected_tuple()
            .map_or(0, |tuple| tuple.remote().port());
        let keys = self.srtp();
        let send_path = self.send_path.as_ref();
        self.traffic.touch_sent()
            ^ send_path.map_or(0, |path| path.controller.touch())
            ^ u64::from(self.next_transport_seq)
            ^ u64::from(port)
            ^ keys.map_or(0, |srtp| srtp.send.touch())
            ^ u64::from(self.connected)
    }

    /// Sees to it that the transport's timers are looked at, at `at`.
    pub(crate) fn wake_at(&mut self, at: Option<Instant>) {
        if let Some(at) = at {
            self.deadline = Some(self.deadline.map_or(at, |deadline| deadline.min(at)));
        }
    }
}

#[cfg(test)]
mod tests;
