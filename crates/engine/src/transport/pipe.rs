//! Pipe transports.

use std::sync::Arc;

use miso_ortc::SctpParameters;
use miso_sfu::command::{self, Response, TransportCommand};
use miso_wire::Bitrate;

use super::common_methods;
use super::core::TransportCore;
use super::sockets::SocketPart;
use crate::error::{RequestError, expect_answer};
use crate::types::{
    PipeConnect, SctpNegotiatedCapabilities, SctpState, SrtpParameters, TransportTuple,
};

/// One end of a path to another router, on this engine or elsewhere. Its consumers forward everything that a producer
/// sends, all layers; what they send, a producer of the other end takes: its parameters are the consumer's. It has a
/// socket of its own, which closes with it. Clones are handles of one transport; it stays until it or its router is
/// closed.
#[derive(Clone, Debug)]
pub struct PipeTransport(pub(crate) Arc<TransportCore>, pub(crate) Arc<SocketPart>);

common_methods!(PipeTransport);

impl PipeTransport {
    /// Where it takes packets, and where the other end is, once told.
    pub fn tuple(&self) -> TransportTuple {
        self.1.rtp()
    }

    /// The key of what is sent to the other end; none without SRTP.
    pub fn srtp_parameters(&self) -> Option<SrtpParameters> {
        self.1.srtp()
    }

    /// What the other end needs to know about SCTP; none without.
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

    /// Tells where the other end is and its key (with SRTP), once.
    ///
    /// # Errors
    /// [`RequestError::Type`] for what is missing or does not fit the transport (fact sheet 4.7),
    /// [`RequestError::Error`] the second time, [`RequestError::Closed`].
    pub async fn connect(&self, connect: PipeConnect) -> Result<(), RequestError> {
        let for_core = command::PipeConnect {
            ip: Some(connect.ip),
            port: Some(connect.port),
            srtp: connect.srtp_parameters.as_ref().map(SrtpParameters::to_key),
        };
        let part = Arc::clone(&self.1);
        let finish = move |answer| {
            let dump = expect_answer!(answer, Response::PipeTransport(dump) => dump)?;
            part.renew(&(&*dump).into());
            Ok(())
        };
        let command = self.0.command(TransportCommand::ConnectPipe(for_core));
        self.0.base.ask(command, finish).await
    }

    /// Limits what the other end sends; zero is no limit.
    ///
    /// # Errors
    /// [`RequestError::Closed`], and the core's.
    pub async fn set_max_incoming_bitrate(&self, bitrate: Bitrate) -> Result<(), RequestError> {
        let command = TransportCommand::SetMaxIncomingBitrate(bitrate);
        self.0.base.order(self.0.command(command), || ()).await
    }
}
