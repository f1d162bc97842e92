//! What plain and pipe transports have in common: sockets of their own with a peer behind them.

use std::sync::Mutex;

use miso_ortc::SctpParameters;
use miso_secure::SrtpMasterKey;
use miso_sfu::dump::{PipeTransportDump, PlainTransportDump, SctpDump, SocketPath};
use miso_sfu::event as core;

use crate::event::TransportEvent;
use crate::sync::lock;
use crate::types::{
    SctpNegotiatedCapabilities, SctpState, SrtpParameters, TransportListenInfo, TransportTuple,
};

/// What the core tells of such a transport.
#[derive(Debug)]
pub(crate) struct SocketDump<'a> {
    rtp: SocketPath,
    rtcp: Option<SocketPath>,
    srtp: Option<&'a SrtpMasterKey>,
    sctp: Option<SctpDump>,
}

impl<'a> From<&'a PlainTransportDump> for SocketDump<'a> {
    fn from(dump: &'a PlainTransportDump) -> Self {
        Self {
            rtp: dump.rtp,
            rtcp: dump.rtcp,
            srtp: dump.srtp.as_ref(),
            sctp: dump.sctp,
        }
    }
}

impl<'a> From<&'a PipeTransportDump> for SocketDump<'a> {
    fn from(dump: &'a PipeTransportDump) -> Self {
        Self {
            rtp: dump.path,
            rtcp: None,
            srtp: dump.srtp.as_ref(),
            sctp: dump.sctp,
        }
    }
}

/// What transports on sockets of their own have and others lack.
#[derive(Debug)]
pub(crate) struct SocketPart {
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

impl SocketPart {
    /// As the core made it, on sockets that were opened like this.
    pub(crate) fn new(dump: &SocketDump<'_>, listen: &[TransportListenInfo]) -> Self {
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
                srtp: dump.srtp.map(Into::into),
                sctp_state: dump.sctp.map(|sctp| sctp.state.into()),
                sctp_negotiated: None,
            }),
        }
    }

    /// The tuple of the socket for media as it is now.
    pub(super) fn rtp(&self) -> TransportTuple {
        self.tuple(&lock(&self.state).rtp)
    }

    /// The same of the socket for RTCP, where it has its own.
    pub(super) fn rtcp(&self) -> Option<TransportTuple> {
        let path = lock(&self.state).rtcp;
        path.map(|path| self.rtcp_tuple(&path))
    }

    /// The key of what is sent to the peer; none without SRTP.
    pub(super) fn srtp(&self) -> Option<SrtpParameters> {
        lock(&self.state).srtp.clone()
    }

    /// What the peer needs to know about SCTP; none without.
    pub(super) const fn sctp_parameters(&self) -> Option<SctpParameters> {
        self.sctp_parameters
    }

    /// Where SCTP is in its life; none without.
    pub(super) fn sctp_state(&self, is_closed: bool) -> Option<SctpState> {
        let state = lock(&self.state).sctp_state;
        state.map(|state| if is_closed { SctpState::Closed } else { state })
    }

    /// What both ends of SCTP agreed on, once connected.
    pub(super) fn sctp_negotiated(&self) -> Option<SctpNegotiatedCapabilities> {
        lock(&self.state).sctp_negotiated
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
    pub(super) fn renew(&self, dump: &SocketDump<'_>) {
        let mut state = lock(&self.state);
        state.rtp = dump.rtp;
        state.rtcp = dump.rtcp;
        state.srtp = dump.srtp.map(Into::into);
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
