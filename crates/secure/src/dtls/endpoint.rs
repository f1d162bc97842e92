//! An endpoint's life: from ICE's connection to the peer's goodbye.

use super::certificate::pem_of;
use super::context::HANDSHAKE_TIMEOUT;
use super::hello::{ClientHello, HelloAssembler};
use super::queue::DatagramQueue;
use super::record::{self, ALERT, CLIENT_HELLO, HANDSHAKE};
use super::session::{Session, Sink};
use super::{
    DtlsConnected, DtlsContext, DtlsEvent, DtlsFailure, DtlsOutput, DtlsRole, DtlsState,
    Fingerprint, SrtpKeys,
};
use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

/// The longest application data to send at once, bytes. A datagram cannot carry much more.
pub const MAX_DATA_LEN: usize = 16_384;

/// What DTLS adds to application data at most, bytes: header, explicit nonce and tag of DTLS 1.2.
pub const MAX_DATA_OVERHEAD: usize = 13 + 8 + 16;

/// How many bytes of application data to hold for a peer that is not verified yet. SCTP sends again what is lost, so
/// its first packets are all that is worth keeping; more gives strangers more memory to fill.
const MAX_HELD_DATA: usize = 16 * 1_024;

/// How many bytes may wait to be polled, in either direction. Polled after every call, it holds what one call yields.
const MAX_QUEUED: usize = 256 * 1_024;

/// How many ClientHellos may be refused before giving up. More lets a peer that has nothing in common try for longer;
/// with less, one forged hello before the real one ends the call.
const MAX_REFUSED_HELLOS: u8 = 3;

/// One DTLS endpoint. It starts when ICE has connected ([`start`](Self::start)); who the peer must be comes from
/// signalling ([`set_remote`](Self::set_remote)), in either order.
#[derive(Debug)]
pub struct Dtls {
    context: DtlsContext,
    stage: Stage,
    /// Who the peer must be, and the role that follows from its own.
    remote: Option<Remote>,
    /// When the handshake has failed for good.
    deadline: Option<Instant>,
    transmits: DatagramQueue,
    events: VecDeque<DtlsEvent>,
    /// Application data; released only in [`Stage::Open`].
    data: DatagramQueue,
    /// Datagrams that were not even looked into.
    discarded: u64,
}

#[derive(Debug)]
struct Remote {
    fingerprints: Vec<Fingerprint>,
    local_role: DtlsRole,
}

#[derive(Debug)]
enum Stage {
    /// ICE has not connected.
    New,
    /// A server without a ClientHello.
    Listening(Listening),
    /// The handshake runs.
    Handshaking(Session),
    /// It has succeeded, but who the peer must be is not known.
    Unverified(Session),
    /// The peer is verified.
    Open(Session),
    Failed,
    Closed,
}

#[derive(Debug, Default)]
struct Listening {
    hello: HelloAssembler,
    /// How many hellos were refused, and why the last one was.
    refused: u8,
    reason: Option<DtlsFailure>,
}

impl Dtls {
    /// A new endpoint.
    pub fn new(context: DtlsContext) -> Self {
        Self {
            context,
            stage: Stage::New,
            remote: None,
            deadline: None,
            transmits: DatagramQueue::new(MAX_QUEUED),
            events: VecDeque::new(),
            data: DatagramQueue::new(MAX_HELD_DATA),
            discarded: 0,
        }
    }

    /// Where the endpoint is in its life.
    pub const fn state(&self) -> DtlsState {
        match &self.stage {
            Stage::New => DtlsState::New,
            Stage::Listening(_) | Stage::Handshaking(_) | Stage::Unverified(_) => {
                DtlsState::Connecting
            }
            Stage::Open(_) => DtlsState::Connected,
            Stage::Failed => DtlsState::Failed,
            Stage::Closed => DtlsState::Closed,
        }
    }

    /// The role of this side: [`DtlsRole::Auto`] until [`set_remote`](Self::set_remote) or
    /// [`start`](Self::start) decides it.
    pub fn role(&self) -> DtlsRole {
        match (&self.stage, &self.remote) {
            (Stage::Listening(_), _) => DtlsRole::Server,
            (
                Stage::Handshaking(session) | Stage::Unverified(session) | Stage::Open(session),
                _,
            ) => session.role(),
            (_, Some(remote)) => remote.local_role,
            (_, None) => DtlsRole::Auto,
        }
    }

    /// How many datagrams were discarded: unread before the start, after the end and where they could not matter, or
    /// because the caller has let too much wait.
    pub const fn discarded(&self) -> u64 {
        self.discarded + self.transmits.refused() + self.data.refused()
    }

    /// ICE has connected. Takes the role that [`set_remote`](Self::set_remote) gave, or without one the server's, so
    /// that the handshake need not wait for signalling. Later calls change nothing.
    pub fn start(&mut self, now: Instant) {
        if matches!(self.stage, Stage::New) {
            self.events.push_back(DtlsEvent::Connecting);
            let role = self
                .remote
                .as_ref()
                .map_or(DtlsRole::Server, |remote| remote.local_role);
            self.run(role, now);
        }
    }

    /// Says who the peer must be: one of `fingerprints` of the strongest algorithm among them, and which role it takes
    /// (`Auto` counts as server). Returns the role that is left for this side.
    ///
    /// # Errors
    /// [`DtlsError::NoFingerprint`], and [`DtlsError::RemoteKnown`] the second time.
    pub fn set_remote(
        &mut self,
        fingerprints: &[Fingerprint],
        role: DtlsRole,
        now: Instant,
    ) -> Result<DtlsRole, DtlsError> {
        if self.remote.is_some() {
            return Err(DtlsError::RemoteKnown);
        }
        let strongest = fingerprints.iter().map(Fingerprint::algorithm).max();
        let strongest = strongest.ok_or(DtlsError::NoFingerprint)?;
        let local_role = self.role_beside(role);
        self.remote = Some(Remote {
            fingerprints: fingerprints
                .iter()
                .filter(|fingerprint| fingerprint.algorithm() == strongest)
                .cloned()
                .collect(),
            local_role,
        });
        let restart = local_role == DtlsRole::Client && self.role() == DtlsRole::Server;
        match &self.stage {
            Stage::Listening(_) | Stage::Handshaking(_) if restart => {
                self.run(DtlsRole::Client, now)
            }
            Stage::Unverified(_) => self.verify(now),
            _ => {}
        }
        Ok(local_role)
    }

    /// Takes a datagram whose first byte is 20 to 63, from a tuple that ICE has validated.
    pub fn handle_datagram(&mut self, datagram: &[u8], now: Instant) {
        if let Some((session, sink)) = self.session() {
            let fed = session.feed(datagram, sink, now);
            self.settle(fed, now);
        } else if let Stage::Listening(listening) = &mut self.stage {
            let listening = std::mem::take(listening);
            self.listen(listening, datagram, now);
        } else {
            self.discarded += 1;
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            let reason = match &self.stage {
                Stage::Listening(listening) => listening.reason,
                _ => None,
            };
            self.fail(reason.unwrap_or(DtlsFailure::Timeout), now);
            return;
        }
        if let Some((session, sink)) = self.session() {
            let handled = session.handle_timeout(sink, now);
            self.settle(handled, now);
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let session = match &self.stage {
            Stage::Handshaking(session) | Stage::Unverified(session) | Stage::Open(session) => {
                session.poll_timeout()
            }
            Stage::New | Stage::Listening(_) | Stage::Failed | Stage::Closed => None,
        };
        session.into_iter().chain(self.deadline).min()
    }

    /// The next thing to do; call it until there is none. Datagrams first, then events, then data.
    pub fn poll(&mut self) -> Option<DtlsOutput<'_>> {
        if let Some(datagram) = self.transmits.pop() {
            return Some(DtlsOutput::Transmit(datagram));
        }
        if let Some(event) = self.events.pop_front() {
            return Some(DtlsOutput::Event(event));
        }
        match &self.stage {
            Stage::Open(_) => self.data.pop().map(DtlsOutput::Data),
            _ => None,
        }
    }

    /// Sends application data, an SCTP packet.
    ///
    /// # Errors
    /// [`DtlsError::NotConnected`]; [`DtlsError::TooLong`] over [`MAX_DATA_LEN`]; [`DtlsError::Library`], after which
    /// the endpoint is closed.
    pub fn send_data(&mut self, data: &[u8], now: Instant) -> Result<(), DtlsError> {
        if self.state() != DtlsState::Connected {
            return Err(DtlsError::NotConnected);
        }
        if data.len() > MAX_DATA_LEN {
            return Err(DtlsError::TooLong);
        }
        let (session, sink) = self.session().ok_or(DtlsError::NotConnected)?;
        let sent = session.send(data, sink, now);
        let failed = sent.is_err();
        self.settle(sent, now);
        if failed {
            Err(DtlsError::Library)
        } else {
            Ok(())
        }
    }

    /// Ends the connection, and tells the peer if there is one. No event follows.
    pub fn close(&mut self, now: Instant) {
        self.say_goodbye(now);
        self.end(Stage::Closed);
    }

    fn sink(&mut self) -> Sink<'_> {
        Sink {
            transmits: &mut self.transmits,
            data: &mut self.data,
        }
    }

    /// The session, if there is one, and where its output goes.
    fn session(&mut self) -> Option<(&mut Session, Sink<'_>)> {
        let sink = Sink {
            transmits: &mut self.transmits,
            data: &mut self.data,
        };
        match &mut self.stage {
            Stage::Handshaking(session) | Stage::Unverified(session) | Stage::Open(session) => {
                Some((session, sink))
            }
            Stage::New | Stage::Listening(_) | Stage::Failed | Stage::Closed => None,
        }
    }

    /// The role that a remote role leaves. Who has sent a ClientHello is a client, whatever `Auto` would leave.
    fn role_beside(&self, remote: DtlsRole) -> DtlsRole {
        let is_client = match &self.stage {
            Stage::Handshaking(session) | Stage::Unverified(session) => {
                session.role() == DtlsRole::Server
            }
            _ => false,
        };
        match remote {
            DtlsRole::Client => DtlsRole::Server,
            DtlsRole::Auto if is_client => DtlsRole::Server,
            DtlsRole::Server if matches!(self.stage, Stage::Unverified(_)) => DtlsRole::Server,
            DtlsRole::Server | DtlsRole::Auto => DtlsRole::Client,
        }
    }

    /// Begins in a role, dropping what was begun in another.
    fn run(&mut self, role: DtlsRole, now: Instant) {
        if role != DtlsRole::Client {
            self.stage = Stage::Listening(Listening::default());
            return;
        }
        self.deadline = Some(now + HANDSHAKE_TIMEOUT);
        self.transmits.clear();
        let context = self.context.clone();
        match Session::client(&context, self.sink(), now) {
            Ok(session) => self.stage = Stage::Handshaking(session),
            Err(error) => self.fail(DtlsFailure::of(&error), now),
        }
    }

    /// A server without a ClientHello looks at nothing else.
    fn listen(&mut self, mut listening: Listening, datagram: &[u8], now: Instant) {
        let hello = listening.hello.push(datagram);
        if hello.is_err() {
            self.discarded += 1;
        } else {
            self.deadline.get_or_insert(now + HANDSHAKE_TIMEOUT);
        }
        let whole = hello.ok().flatten().and_then(|body| {
            let hello = ClientHello::parse(&body)?;
            let message = record::whole_message(CLIENT_HELLO, 0, &body)?;
            Some((hello, record::clear_record(HANDSHAKE, 0, &message)?))
        });
        let Some((hello, datagram)) = whole else {
            self.stage = Stage::Listening(listening);
            return;
        };
        let mut session = Session::server(&self.context, &hello, now);
        match session.feed(&datagram, self.sink(), now) {
            Ok(()) if session.has_spoken() => self.stage = Stage::Handshaking(session),
            Ok(()) => self.refuse(&listening, DtlsFailure::NoCommonCipher, now),
            Err(error) => self.refuse(&listening, DtlsFailure::of(&error), now),
        }
    }

    /// A hello that leads nowhere may be a forged one before the real one, so a few are borne.
    fn refuse(&mut self, listening: &Listening, reason: DtlsFailure, now: Instant) {
        let refused = listening.refused + 1;
        self.stage = Stage::Listening(Listening {
            hello: HelloAssembler::default(),
            refused,
            reason: Some(reason),
        });
        if refused >= MAX_REFUSED_HELLOS {
            let alert = [2, DtlsFailure::ALERT_HANDSHAKE_FAILURE];
            if let Some(datagram) = record::clear_record(ALERT, u32::MAX, &alert) {
                self.transmits.push(&datagram);
            }
            self.fail(reason, now);
        }
    }

    /// Draws the consequences of what the session has done.
    fn settle(&mut self, done: Result<(), dimpl::Error>, now: Instant) {
        let (session, open) = match &self.stage {
            Stage::Handshaking(session) | Stage::Unverified(session) => (session, false),
            Stage::Open(session) => (session, true),
            _ => return,
        };
        let lost = done.is_err() || session.is_closed_by_peer();
        if open && lost {
            self.say_goodbye(now);
            self.end(Stage::Closed);
            self.events.push_back(DtlsEvent::Closed);
        } else if let Err(error) = done {
            self.fail(DtlsFailure::of(&error), now);
        } else if lost {
            self.fail(DtlsFailure::ClosedByPeer, now);
        } else if matches!(self.stage, Stage::Handshaking(_)) && session.is_complete() {
            self.verify(now);
        }
    }

    /// The handshake is complete: is the peer who it should be?
    fn verify(&mut self, now: Instant) {
        let (Stage::Handshaking(mut session) | Stage::Unverified(mut session)) =
            std::mem::replace(&mut self.stage, Stage::Failed)
        else {
            return;
        };
        // Not the handshake is awaited any more, but signalling, which has its own patience.
        self.deadline = None;
        let admitted = self
            .remote
            .as_ref()
            .map(|remote| admit(&mut session, remote));
        match admitted {
            None => self.stage = Stage::Unverified(session),
            Some(Ok(connected)) => {
                self.stage = Stage::Open(session);
                self.data.set_limit(MAX_QUEUED);
                self.events
                    .push_back(DtlsEvent::Connected(Box::new(connected)));
            }
            Some(Err(reason)) => {
                self.stage = Stage::Unverified(session);
                self.fail(reason, now);
            }
        }
    }

    fn fail(&mut self, reason: DtlsFailure, now: Instant) {
        self.say_goodbye(now);
        self.end(Stage::Failed);
        self.events.push_back(DtlsEvent::Failed(reason));
    }

    fn say_goodbye(&mut self, now: Instant) {
        if let Some((session, sink)) = self.session() {
            session.close(sink, now);
        }
    }

    fn end(&mut self, stage: Stage) {
        self.stage = stage;
        self.deadline = None;
        self.data.clear();
    }
}

/// Lets a peer in whose certificate is the right one, and who has agreed on SRTP.
fn admit(session: &mut Session, remote: &Remote) -> Result<DtlsConnected, DtlsFailure> {
    let certificate = session.peer_certificate().ok_or(DtlsFailure::Certificate)?;
    let known = remote
        .fingerprints
        .iter()
        .any(|fingerprint| fingerprint.matches(certificate));
    if !known {
        return Err(DtlsFailure::Fingerprint);
    }
    let remote_certificate = pem_of(certificate);
    let (material, profile) = session.take_keying().ok_or(DtlsFailure::NoSrtpProfile)?;
    let srtp =
        SrtpKeys::of(profile, &material, session.role()).map_err(|_| DtlsFailure::NoSrtpProfile)?;
    Ok(DtlsConnected {
        srtp,
        remote_certificate,
        version: session.version(),
    })
}

/// What a caller may do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DtlsError {
    /// There is no fingerprint to compare with.
    NoFingerprint,
    /// Who the peer must be was said before.
    RemoteKnown,
    /// There is no connection to send over.
    NotConnected,
    /// The data is too long for a record.
    TooLong,
    /// The DTLS library failed.
    Library,
}

impl fmt::Display for DtlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoFingerprint => "empty dtlsParameters.fingerprints array",
            Self::RemoteKnown => "connect() already called",
            Self::NotConnected => "DTLS is not connected",
            Self::TooLong => "data is too long for DTLS",
            Self::Library => "DTLS library failed",
        })
    }
}

impl std::error::Error for DtlsError {}
