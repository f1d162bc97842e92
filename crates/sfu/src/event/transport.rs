use miso_ice::{IceState, Tuple};
use miso_secure::DtlsState;

use crate::sctp::SctpState;
use crate::trace::TransportTrace;

/// What the two ends of an association agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpCapabilities {
    /// Outbound streams that can be used.
    pub max_outbound_streams: u16,
    /// Inbound streams that can be used.
    pub max_inbound_streams: u16,
}

/// Events of a transport.
#[derive(Debug)]
pub enum TransportEvent {
    /// ICE went to another state.
    IceStateChange(IceState),
    /// Another path is used from now on.
    IceSelectedTupleChange(Tuple),
    /// A plain transport learnt the address that the peer's media comes from.
    TupleChange(Tuple),
    /// A plain transport learnt the address that the peer's RTCP comes from, which has a socket of its own.
    RtcpTupleChange(Tuple),
    /// DTLS went to another state; connected comes with the remote certificate in PEM form.
    DtlsStateChange(DtlsState, Option<String>),
    /// SCTP went to another state.
    SctpStateChange(SctpState),
    /// SCTP negotiated; comes just before its state becomes connected.
    SctpNegotiatedCapabilities(SctpCapabilities),
    /// An RTCP packet that a direct transport would send.
    Rtcp(Box<[u8]>),
    /// Something that is traced.
    Trace(Box<TransportTrace>),
}
