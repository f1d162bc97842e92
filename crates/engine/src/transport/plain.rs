//! Plain transports.

use std::sync::{Arc, Mutex};

use miso_ortc::SctpParameters;
use miso_sfu::command::{self, Response, TransportCommand};
use miso_sfu::dump::{PlainTransportDump, SocketPath};
use miso_sfu::event as core;
use miso_wire::Bitrate;

use super::common_methods;
use super::core::TransportCore;
use crate::error::{RequestError, expect_answer};
use crate::event::TransportEvent;
use crate::sync::lock;
use crate::types::{
    PlainConnect, PlainTransportOptions, SctpNegotiatedCapabilities, SctpState, SrtpParameters,
    TransportListenInfo, TransportTuple,
};

/// The path of a peer that speaks RTP without ICE and DTLS, such as ffmpeg. It has sockets of its own, which close with
/// it. Clones are handles of one transport; it stays until it or its router is closed.
#[derive(Clone, Debug)]
pub struct PlainTransport(pub(crate) Arc<TransportCore>, pub(crate) Arc<PlainPart>);

common_methods!(PlainTransport);

impl PlainTransport {
    /// Where media and SCTP are taken, and whence they come as far as known.
    pub fn tuple(&self) -> TransportTuple {
        self.1.tuple(&lock(&self.1.state).rtp)
    }

    /// The same of RTCP; none if it has no socket of its own.
    pub fn rtcp_tuple(&self) -> Option<TransportTuple> {
        let path = lock(&self.1.state).rtcp;
        path.map(|path| self.1.rtcp_tuple(&path))
    }

    /// Whether RTCP comes and goes by the socket of media.
    pub fn rtcp_mux(&self) -> bool {
        lock(&self.1.state).rtcp.is_none()
    }

    /// The key of what is sent to the peer; none without SRTP.
    pub fn srtp_parameters(&self) -> Option<SrtpParameters> {
        lock(&self.1.state).srtp.clone()
    }

    /// What the peer needs to know about SCTP; none without.
    pub fn sctp_parameters(&self) -> Option<SctpParameters> {
        self.1.sctp_parameters
    }

    /// Where SCTP is in its life; none without.
    pub fn sctp_state(&self) -> Option<SctpState> {
        let state = lock(&self.1.state).sctp_state;
        state.map(|state| {
            if self.closed() {
                SctpState::Closed
            } else {
                state
            }
        })
    }

    /// What both ends of SCTP agreed on, once connected.
    pub fn sctp_negotiated_capabilities(&self) -> Option<SctpNegotiatedCapabilities> {
        lock(&self.1.state).sctp_negotiated
    }

    /// Tells the peer's addresses (without `comedia`) and its key (with SRTP), once. The tuples and this end's key may be
    /// others afterwards.
    ///
    /// # Errors
    /// [`RequestError::Type`] for what is missing or does not fit the transport (fact sheet 4.6),
    /// [`RequestError::Error`] the second time, [`RequestError::Closed`].
    pub async fn connect(&self, connect: PlainConnect) -> Result<(), RequestError> {
        let for_core = command::PlainConnect {
            ip: connect.ip,
            port: connect.port,
            rtcp_port: connect.rtcp_port,
            srtp: connect.srtp_parameters.as_ref().map(SrtpParameters::to_key),
        };
        let part = Arc::clone(&self.1);
        let finish = move |answer| {
            let dump = expect_answer!(answer, Response::PlainTransport(dump) => dump)?;
            part.renew(&dump);
            Ok(())
        };
        let command = self.0.command(TransportCommand::ConnectPlain(for_core));
        self.0.base.ask(command, finish).await
    }

    /// Limits what the peer sends; zero is no limit.
    ///
    /// # Errors
    /// [`RequestError::Closed`], and the core's.
    pub async fn set_max_incoming_bitrate(&self, bitrate: Bitrate) -> Result<(), RequestError> {
        let command = TransportCommand::SetMaxIncomingBitrate(bitrate);
        self.0.base.order(self.0.command(command), || ()).await
    }
}

/// What a plain transport has and others lack.
#[derive(Debug)]
pub(crate) struct PlainPart {
    /// What peers are told instead of the address of the socket for media.
    announced: Option<String>,
    /// The same of the socket for RTCP.
    announced_rtcp: Option<String>,
    sctp_parameters: Option<SctpParameters>,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
struct State {
    rtp: SocketPath,
    rtcp: Option<SocketPath>,
    srtp: Option<SrtpParameters>,
    sctp_state: Option<SctpState>,
    sctp_negotiated: Option<SctpNegotiatedCapabilities>,
}

impl PlainPart {
    /// As the core made it, on sockets that were opened like this.
    pub(crate) fn new(dump: &PlainTransportDump, listen: &[TransportListenInfo]) -> Self {
        let announced = |index: usize| listen.get(index)?.announced_address.clone();
        let sctp_parameters = dump.sctp.map(|sctp| SctpParameters {
            max_message_size: u32::try_from(sctp.max_receive_message_size).unwrap_or(u32::MAX),
            ..SctpParameters::default()
        });
        Self {
            announced: announced(0),
            announced_rtcp: announced(1),
            sctp_parameters,
            state: Mutex::new(State {
                rtp: dump.rtp,
                rtcp: dump.rtcp,
                srtp: dump.srtp.as_ref().map(Into::into),
                sctp_state: dump.sctp.map(|sctp| sctp.state.into()),
                sctp_negotiated: None,
            }),
        }
    }

    /// The tuple of the socket for media.
    pub(crate) fn tuple(&self, path: &SocketPath) -> TransportTuple {
        TransportTuple::of_socket(path, self.announced.as_deref())
    }

    /// The tuple of the socket for RTCP.
    pub(crate) fn rtcp_tuple(&self, path: &SocketPath) -> TransportTuple {
        TransportTuple::of_socket(path, self.announced_rtcp.as_deref())
    }

    /// Takes over what connecting changed.
    fn renew(&self, dump: &PlainTransportDump) {
        let mut state = lock(&self.state);
        state.rtp = dump.rtp;
        state.rtcp = dump.rtcp;
        state.srtp = dump.srtp.as_ref().map(Into::into);
    }

    /// Remembers what an event says, and gives the event as users know it; none if it is not told.
    pub(super) fn take_in(&self, event: core::TransportEvent) -> Option<TransportEvent> {
        let mut state = lock(&self.state);
        match event {
            core::TransportEvent::TupleChange(tuple) => {
                state.rtp.remote = Some(tuple.remote());
                Some(TransportEvent::TupleChange(self.tuple(&state.rtp)))
            }
            core::TransportEvent::RtcpTupleChange(tuple) => {
                let path = state.rtcp.as_mut()?;
                path.remote = Some(tuple.remote());
                Some(TransportEvent::RtcpTupleChange(self.rtcp_tuple(path)))
            }
            core::TransportEvent::SctpStateChange(sctp) => {
                state.sctp_state = Some(sctp.into());
                Some(TransportEvent::SctpStateChange(sctp.into()))
            }
            core::TransportEvent::SctpNegotiatedCapabilities(negotiated) => {
                state.sctp_negotiated = Some(negotiated.into());
                None
            }
            core::TransportEvent::IceStateChange(_)
            | core::TransportEvent::IceSelectedTupleChange(_)
            | core::TransportEvent::DtlsStateChange(..)
            | core::TransportEvent::Rtcp(_)
            | core::TransportEvent::Trace(_) => None,
        }
    }
}

/// The sockets that the options ask for: for media, and for RTCP if it has its own. Without a place of its own, RTCP's is
/// opened like the other one.
pub(crate) fn sockets_of(options: &PlainTransportOptions) -> Vec<TransportListenInfo> {
    let mut sockets = vec![options.listen_info.clone()];
    match &options.rtcp_listen_info {
        Some(info) => sockets.push(info.clone()),
        None if !options.rtcp_mux => sockets.push(options.listen_info.clone()),
        None => {}
    }
    sockets
}
