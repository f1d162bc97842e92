//! What all handles of a transport share.

use std::sync::{Arc, Mutex};

use miso_ortc::{MidAllocator, SctpStreamIds, TransportCname};
use miso_sfu::TransportId;
use miso_sfu::command::TransportCommand;
use miso_sfu::command::{Command, Response};
use miso_sfu::event as core;
use serde_json::Value;

use super::sockets::SocketPart;
use super::webrtc::WebRtcPart;
use crate::base::Base;
use crate::error::{RequestError, expect_answer};
use crate::event::TransportEvent;
use crate::json;
use crate::sync::lock;

/// A transport of any kind.
#[derive(Debug)]
pub(crate) struct TransportCore {
    pub(crate) base: Base,
    pub(super) kind: Kind,
    pub(super) negotiation: Mutex<Negotiation>,
}

/// The kinds of transport.
#[derive(Debug)]
pub(super) enum Kind {
    /// Of a peer.
    WebRtc(Arc<WebRtcPart>),
    /// Of a peer without ICE and DTLS.
    Plain(Arc<SocketPart>),
    /// To another router.
    Pipe {
        part: Arc<SocketPart>,
        /// Whether its consumers send lost packets again.
        rtx: bool,
    },
    /// Of this process.
    Direct,
}

/// Names that are given out once per transport.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    pub(super) cname: TransportCname,
    pub(super) mids: MidAllocator,
    pub(super) stream_ids: SctpStreamIds,
    /// Streams towards the peer, once SCTP negotiated them.
    pub(super) max_streams: Option<u16>,
}

impl TransportCore {
    /// A WebRTC transport that the core just made.
    pub(crate) fn webrtc(base: Base, part: &Arc<WebRtcPart>) -> Self {
        Self {
            base,
            kind: Kind::WebRtc(Arc::clone(part)),
            negotiation: Mutex::default(),
        }
    }

    /// A plain transport that the core just made.
    pub(crate) fn plain(base: Base, part: &Arc<SocketPart>) -> Self {
        Self {
            base,
            kind: Kind::Plain(Arc::clone(part)),
            negotiation: Mutex::default(),
        }
    }

    /// A pipe transport that the core just made.
    pub(crate) fn pipe(base: Base, part: &Arc<SocketPart>, rtx: bool) -> Self {
        Self {
            base,
            kind: Kind::Pipe {
                part: Arc::clone(part),
                rtx,
            },
            negotiation: Mutex::default(),
        }
    }

    /// A direct transport that the core just made.
    pub(crate) fn direct(base: Base) -> Self {
        Self {
            base,
            kind: Kind::Direct,
            negotiation: Mutex::default(),
        }
    }

    /// Its name in the core.
    pub(crate) const fn id(&self) -> TransportId {
        TransportId(self.base.number)
    }

    /// Whether it belongs to this process itself.
    pub(super) const fn is_direct(&self) -> bool {
        matches!(self.kind, Kind::Direct)
    }

    /// A command to it.
    pub(super) const fn command(&self, command: TransportCommand) -> Command {
        Command::Transport(self.id(), command)
    }

    /// Remembers what an event says, and gives the event as users know it; none if it is not told.
    pub(crate) fn take_in(&self, event: core::TransportEvent) -> Option<TransportEvent> {
        if let core::TransportEvent::SctpNegotiatedCapabilities(negotiated) = &event {
            lock(&self.negotiation).max_streams = Some(negotiated.max_outbound_streams);
        }
        match &self.kind {
            Kind::WebRtc(part) => part.take_in(event),
            Kind::Plain(part) | Kind::Pipe { part, .. } => part.take_in(event),
            Kind::Direct => None,
        }
    }

    /// Makes an SCTP stream id free again.
    pub(crate) fn release_stream(&self, id: miso_ortc::SctpStreamId) {
        lock(&self.negotiation).stream_ids.release(id);
    }

    /// Closes it with all that is on it.
    pub(crate) fn close(&self) {
        self.base.router.close_transport(self);
    }

    /// The part that only plain and pipe transports have.
    fn socket_part(&self) -> Option<&SocketPart> {
        match &self.kind {
            Kind::Plain(part) | Kind::Pipe { part, .. } => Some(part),
            Kind::WebRtc(_) | Kind::Direct => None,
        }
    }

    pub(super) async fn bytes_received(&self) -> Result<u64, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::TransportStats(stats) => stats);
        let command = self.command(TransportCommand::GetStats);
        let stats = self.base.ask(command, finish).await?;
        Ok(stats.received.bytes)
    }

    pub(super) async fn get_stats(&self) -> Result<Vec<Value>, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::TransportStats(stats) => stats);
        let stats = self
            .base
            .ask(self.command(TransportCommand::GetStats), finish)
            .await?;
        let timestamp = self.base.worker.timestamp();
        Ok(vec![json::transport_stats(
            &self.base.name,
            timestamp,
            &stats,
            self.socket_part(),
        )])
    }

    pub(super) async fn dump(&self) -> Result<Value, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::TransportDump(dump) => dump);
        let dump = self
            .base
            .ask(self.command(TransportCommand::Dump), finish)
            .await?;
        let tables = lock(&self.base.router.tables);
        let named = (self.base.name.as_str(), self.socket_part());
        Ok(json::transport_dump(
            named,
            self.is_direct(),
            &dump,
            &tables,
        ))
    }
}
