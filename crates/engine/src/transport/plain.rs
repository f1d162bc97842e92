//! Plain transports.

use std::sync::Arc;

use miso_ortc::SctpParameters;
use miso_sfu::command::{self, Response, TransportCommand};
use miso_wire::Bitrate;

use super::common_methods;
use super::core::TransportCore;
use super::sockets::SocketPart;
use crate::error::{RequestError, expect_answer};
use crate::types::{
    PlainConnect, PlainTransportOptions, SctpNegotiatedCapabilities, SctpState, SrtpParameters,
    TransportListenInfo, TransportTuple,
};

/// The path of a peer that speaks RTP without ICE and DTLS, such as ffmpeg. It has sockets of its own, which close with
/// it. Clones are handles of one transport; it stays until it or its router is closed.
#[derive(Clone, Debug)]
pub struct PlainTransport(pub(crate) Arc<TransportCore>, pub(crate) Arc<SocketPart>);

common_methods!(PlainTransport);

impl PlainTransport {
    /// Where media and SCTP are taken, and whence they come as far as known.
    pub fn tuple(&self) -> TransportTuple {
        self.1.rtp()
    }

    /// The same of RTCP; none if it has no socket of its own.
    pub fn rtcp_tuple(&self) -> Option<TransportTuple> {
        self.1.rtcp()
    }

    /// Whether RTCP comes and goes by the socket of media.
    pub fn rtcp_mux(&self) -> bool {
        self.1.rtcp().is_none()
    }

    /// The key of what is sent to the peer; none without SRTP.
    pub fn srtp_parameters(&self) -> Option<SrtpParameters> {
        self.1.srtp()
    }

    /// What the peer needs to know about SCTP; none without.
    pub fn sctp_parameters(&self) -> Option<SctpParameters> {
        self.1.sctp_parameters()
    }

    /// Where SCTP is in its life; none without.
    pub fn sctp_state(&self) -> Option<SctpState> {
        self.1.sctp_state(self.closed())
    }

    /// What both ends of SCTP agreed on, once connected.
    pub fn sctp_negotiated_capabilities(&self) -> Option<SctpNegotiatedCapabilities> {
        self.1.sctp_negotiated()
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
            part.renew(&(&*dump).into());
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
