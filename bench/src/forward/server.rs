//! What forwards: the engine in this process, or a worker under the npm library.

use std::io;
use std::net::SocketAddr;

use anyhow::bail;
use miso_ortc::MediaKind;
use miso_secure::Fingerprint;

use super::Subject;
use super::engine::Engine;
use super::library::Library;
use super::peer::Remote;
use crate::Meter;

/// How the engine's worker threads are called.
const WORKER_THREADS: &str = "miso-worker";

/// What forwards.
pub(super) enum Server {
    /// In this process.
    Engine(Engine),
    /// In another.
    Library(Library),
}

impl Server {
    pub(super) fn start(subject: &Subject) -> anyhow::Result<Self> {
        Ok(match subject {
            Subject::Engine => Self::Engine(Engine::start()?),
            Subject::Worker { program, .. } => Self::Library(Library::start(program)?),
        })
    }

    /// Makes a transport for a peer with this certificate, which will begin the handshake.
    pub(super) fn create_transport(
        &mut self,
        fingerprints: &[Fingerprint],
    ) -> anyhow::Result<Remote> {
        match self {
            Self::Engine(engine) => engine.create_transport(fingerprints),
            Self::Library(library) => library.create_transport(fingerprints),
        }
    }

    /// Makes a plain transport for a peer that seals with this key, at an address that is told or will be learnt.
    pub(super) fn create_plain_transport(
        &mut self,
        peer: Option<SocketAddr>,
        key: &[u8],
    ) -> anyhow::Result<SocketAddr> {
        match self {
            Self::Engine(_) => bail!("plain transports are measured of a worker only"),
            Self::Library(library) => library.create_plain_transport(peer, key),
        }
    }

    /// Makes the producer, on the transport that was made last.
    pub(super) fn produce(&mut self, kind: MediaKind) -> anyhow::Result<()> {
        match self {
            Self::Engine(engine) => engine.produce(kind),
            Self::Library(library) => library.produce(kind),
        }
    }

    /// Makes a consumer of the producer, on the transport that was made last.
    pub(super) fn consume(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Engine(engine) => engine.consume(),
            Self::Library(library) => library.consume(),
        }
    }

    /// Begins to measure the threads that forward.
    pub(super) fn meter(&self) -> io::Result<Meter> {
        match self {
            Self::Engine(_) => Meter::of_threads_named(WORKER_THREADS),
            Self::Library(library) => Meter::of_process_with(library.pid()),
        }
    }

    /// Whether its allocations are those of this process.
    pub(super) const fn is_in_this_process(&self) -> bool {
        matches!(self, Self::Engine(_))
    }
}
