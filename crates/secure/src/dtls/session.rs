//! One handshake and what follows, in the DTLS library.

use super::hello::ClientHello;
use super::queue::DatagramQueue;
use super::{DtlsContext, DtlsRole, DtlsVersion, DtlsVersions};
use dimpl::{Error, KeyingMaterial, Output, ProtocolVersion, SrtpProfile, UnexpectedMessageError};
use std::time::{Duration, Instant};

/// What a record can hold, and then some; the library asks for more where it needs it.
const POLL_BUFFER_LEN: usize = 2_048;

/// Timers that are further off mean "nothing to do".
const FAR: Duration = Duration::from_secs(24 * 3_600);

/// Where a session puts what comes out of it.
pub(super) struct Sink<'a> {
    pub(super) transmits: &'a mut DatagramQueue,
    pub(super) data: &'a mut DatagramQueue,
}

/// A handshake, or the connection that it made.
pub(super) struct Session {
    dtls: dimpl::Dtls,
    role: DtlsRole,
    /// What the library writes its output to.
    buffer: Vec<u8>,
    /// When it wants to be called.
    next: Option<Instant>,
    /// It has sent something.
    has_spoken: bool,
    /// The peer's certificate, DER. Not verified.
    peer_certificate: Option<Vec<u8>>,
    /// SRTP keying material with its profile.
    keying: Option<(KeyingMaterial, SrtpProfile)>,
    /// The handshake is complete.
    complete: bool,
    /// The peer has said that it closes.
    closed_by_peer: bool,
}

impl Session {
    /// Starts a handshake: the ClientHello is in the sink afterwards.
    pub(super) fn client(
        context: &DtlsContext,
        sink: Sink<'_>,
        now: Instant,
    ) -> Result<Self, Error> {
        let (config, certificate) = (context.client_config(), context.certificate().to_dimpl());
        let mut dtls = match context.versions() {
            DtlsVersions::Any => dimpl::Dtls::new_auto(config, certificate, now),
            DtlsVersions::Only12 => dimpl::Dtls::new_12(config, certificate, now),
            DtlsVersions::Only13 => dimpl::Dtls::new_13(config, certificate, now),
        };
        dtls.set_active(true);
        let mut session = Self::new(dtls, DtlsRole::Client);
        session.handle_timeout(sink, now)?;
        Ok(session)
    }

    /// Waits for the ClientHello, which must be fed next.
    pub(super) fn server(context: &DtlsContext, hello: &ClientHello, now: Instant) -> Self {
        let version = match context.versions() {
            DtlsVersions::Any => hello.best_version(),
            DtlsVersions::Only12 => DtlsVersion::V12,
            DtlsVersions::Only13 => DtlsVersion::V13,
        };
        let config = context.server_config(version, hello.offers_chacha_12());
        let certificate = context.certificate().to_dimpl();
        let dtls = match version {
            DtlsVersion::V12 => dimpl::Dtls::new_12(config, certificate, now),
            DtlsVersion::V13 => dimpl::Dtls::new_13(config, certificate, now),
        };
        Self::new(dtls, DtlsRole::Server)
    }

    fn new(dtls: dimpl::Dtls, role: DtlsRole) -> Self {
        Self {
            dtls,
            role,
            buffer: vec![0; POLL_BUFFER_LEN],
            next: None,
            has_spoken: false,
            peer_certificate: None,
            keying: None,
            complete: false,
            closed_by_peer: false,
        }
    }

    pub(super) const fn role(&self) -> DtlsRole {
        self.role
    }

    /// Whether the hello that it was fed was worth an answer.
    pub(super) const fn has_spoken(&self) -> bool {
        self.has_spoken
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) const fn is_closed_by_peer(&self) -> bool {
        self.closed_by_peer
    }

    pub(super) fn peer_certificate(&self) -> Option<&[u8]> {
        self.peer_certificate.as_deref()
    }

    /// Hands the keying material over, once.
    pub(super) fn take_keying(&mut self) -> Option<(KeyingMaterial, SrtpProfile)> {
        self.keying.take()
    }

    pub(super) fn version(&self) -> DtlsVersion {
        match self.dtls.protocol_version() {
            Some(ProtocolVersion::DTLS1_3) => DtlsVersion::V13,
            _ => DtlsVersion::V12,
        }
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// Takes a datagram from the peer.
    pub(super) fn feed(
        &mut self,
        datagram: &[u8],
        sink: Sink<'_>,
        now: Instant,
    ) -> Result<(), Error> {
        let fed = self
            .dtls
            .handle_timeout(now)
            .and_then(|()| self.dtls.handle_packet(datagram));
        // Even after an error: the alert that tells the peer may be waiting.
        self.drain(sink, now);
        match fed {
            // Noise before the first answer; the library has ignored it.
            Err(Error::UnexpectedMessage(
                UnexpectedMessageError::UnrecognizedAutoServerResponse,
            )) => Ok(()),
            fed => fed,
        }
    }

    pub(super) fn handle_timeout(&mut self, sink: Sink<'_>, now: Instant) -> Result<(), Error> {
        let handled = self.dtls.handle_timeout(now);
        self.drain(sink, now);
        handled
    }

    /// Sends application data; only when complete, as the library would hold any amount before.
    pub(super) fn send(&mut self, data: &[u8], sink: Sink<'_>, now: Instant) -> Result<(), Error> {
        let sent = self
            .dtls
            .handle_timeout(now)
            .and_then(|()| self.dtls.send_application_data(data))
            .map(|_| ());
        self.drain(sink, now);
        sent
    }

    /// Says goodbye, if there is a connection to say it over.
    pub(super) fn close(&mut self, sink: Sink<'_>, now: Instant) {
        // It only fails where there is nobody left to tell.
        let _ = self.dtls.close();
        self.drain(sink, now);
    }

    fn drain(&mut self, sink: Sink<'_>, now: Instant) {
        loop {
            let needed = match self.dtls.poll_output(&mut self.buffer) {
                Output::Packet(datagram) => {
                    self.has_spoken = true;
                    sink.transmits.push(datagram);
                    continue;
                }
                Output::ApplicationData(data) => {
                    sink.data.push(data);
                    continue;
                }
                Output::PeerCert(der) => {
                    self.peer_certificate = Some(der.to_vec());
                    continue;
                }
                Output::KeyingMaterial(material, profile) => {
                    self.keying = Some((material, profile));
                    continue;
                }
                Output::Connected => {
                    self.complete = true;
                    continue;
                }
                Output::CloseNotify => {
                    self.closed_by_peer = true;
                    continue;
                }
                Output::Timeout(at) => {
                    let far = at.saturating_duration_since(now) > FAR;
                    self.next = if far { None } else { Some(at) };
                    return;
                }
                Output::BufferTooSmall { needed } => needed,
                _ => continue,
            };
            self.buffer.resize(needed.max(self.buffer.len() + 1), 0);
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("role", &self.role)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}
