//! The other end of a transport: the browser, as far as ICE and DTLS go.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};
use miso_netio::{Outgoing, RecvBatch, UdpSocket};
use miso_secure::{
    Certificate, Dtls, DtlsContext, DtlsEvent, DtlsOutput, DtlsRole, Fingerprint, SrtpKeys,
};
use miso_wire::stun::{BindingRequest, IceRole, IntegrityKey, TransactionId};
use miso_wire::{PacketKind, classify};

/// How long a peer tries.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often the socket is looked at while waiting.
const LOOK: Duration = Duration::from_micros(100);

/// How often a check is sent again.
const CHECK_AGAIN: Duration = Duration::from_millis(200);

/// The priority that a peer-reflexive candidate of the peer would have.
const PRIORITY: u32 = 110 << 24;

/// What a transport tells its peer.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    /// Its UDP candidate.
    pub(super) address: SocketAddr,
    /// Of its ICE parameters.
    pub(super) ufrag: String,
    /// Of its ICE parameters.
    pub(super) password: String,
    /// Of its DTLS parameters.
    pub(super) fingerprints: Vec<Fingerprint>,
}

/// What a peer has once it is connected.
#[derive(Clone, Debug)]
pub(super) struct Connected {
    /// For SRTP.
    pub(super) keys: SrtpKeys,
    /// The check that keeps the consent alive.
    pub(super) check: Vec<u8>,
}

/// All peers of a run; they share a certificate.
#[derive(Clone, Debug)]
pub(super) struct Peers {
    dtls: DtlsContext,
}

impl Peers {
    pub(super) fn new() -> anyhow::Result<Self> {
        let certificate = Certificate::generate(SystemTime::now())?;
        let dtls = DtlsContext::new(certificate)?;
        Ok(Self { dtls })
    }

    /// What they tell of themselves.
    pub(super) fn fingerprints(&self) -> &[Fingerprint] {
        self.dtls.fingerprints()
    }

    /// Connects a peer: a check that nominates, then the handshake as client.
    pub(super) fn connect(
        &self,
        socket: &mut UdpSocket,
        remote: &Remote,
    ) -> anyhow::Result<Connected> {
        let mut path = Path {
            socket,
            remote: remote.address,
            received: RecvBatch::new(8),
            deadline: Instant::now() + PATIENCE,
        };
        let check = nominating_check(remote)?;
        path.check(&check)?;
        let mut dtls = Dtls::new(self.dtls.clone());
        let now = Instant::now();
        dtls.set_remote(&remote.fingerprints, DtlsRole::Server, now)?;
        dtls.start(now);
        let keys = path.shake_hands(&mut dtls)?;
        Ok(Connected { keys, check })
    }
}

fn nominating_check(remote: &Remote) -> anyhow::Result<Vec<u8>> {
    let username = format!("{}:peer", remote.ufrag);
    let request = BindingRequest {
        transaction_id: TransactionId(*b"benchmarking"),
        username: username.as_bytes(),
        priority: PRIORITY,
        role: IceRole::Controlling(1),
        use_candidate: true,
        nomination: None,
    };
    let mut bytes = vec![0; 256];
    let length = request.write(&mut bytes, &IntegrityKey::new(remote.password.as_bytes()))?;
    bytes.truncate(length);
    Ok(bytes)
}

/// A peer's socket and where it leads.
struct Path<'a> {
    socket: &'a mut UdpSocket,
    remote: SocketAddr,
    received: RecvBatch,
    /// When to give up.
    deadline: Instant,
}

impl Path<'_> {
    fn send(&mut self, payload: &[u8]) -> anyhow::Result<()> {
        let outcome = self.socket.send([Outgoing {
            remote: self.remote,
            source: None,
            payload,
            segment_size: None,
        }]);
        match outcome.last_error {
            Some(error) => Err(std::io::Error::from(error)).context("sending to the engine"),
            None => Ok(()),
        }
    }

    /// Waits for datagrams, but no longer than until `until`.
    fn wait(&mut self, until: Instant) -> anyhow::Result<()> {
        loop {
            let now = Instant::now();
            if self.socket.recv(&mut self.received)? > 0 || now >= until {
                return Ok(());
            }
            if now >= self.deadline {
                bail!("no connection to {} within {PATIENCE:?}", self.remote);
            }
            thread::sleep(LOOK);
        }
    }

    fn check(&mut self, check: &[u8]) -> anyhow::Result<()> {
        loop {
            self.send(check)?;
            self.wait(Instant::now() + CHECK_AGAIN)?;
            let mut answers = self.received.datagrams_mut();
            if answers.any(|answer| classify(answer.payload) == PacketKind::Stun) {
                return Ok(());
            }
        }
    }

    fn shake_hands(&mut self, dtls: &mut Dtls) -> anyhow::Result<SrtpKeys> {
        loop {
            while let Some(output) = dtls.poll() {
                match output {
                    DtlsOutput::Transmit(datagram) => self.send(datagram)?,
                    DtlsOutput::Event(DtlsEvent::Connected(connected)) => return Ok(connected.srtp),
                    DtlsOutput::Event(DtlsEvent::Failed(failure)) => {
                        bail!("handshake failed: {failure}")
                    }
                    DtlsOutput::Event(_) | DtlsOutput::Data(_) => {}
                }
            }
            self.wait(dtls.poll_timeout().unwrap_or(self.deadline))?;
            let now = Instant::now();
            for datagram in self.received.datagrams_mut() {
                if classify(datagram.payload) == PacketKind::Dtls {
                    dtls.handle_datagram(datagram.payload, now);
                }
            }
            dtls.handle_timeout(now);
        }
    }
}
