//! Two endpoints, a link between them, and time that only the test moves.

use super::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

/// One way of the link.
const DELAY: Duration = Duration::from_millis(10);

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    A,
    B,
}

impl End {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What the link does to datagrams.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    /// How many in a hundred are lost.
    pub(super) loss: u32,
    /// By how much more than the delay one may be late.
    pub(super) jitter: Duration,
    /// How many in a hundred arrive twice.
    pub(super) twice: u32,
}

pub(super) struct Peer {
    pub(super) dtls: Dtls,
    pub(super) events: Vec<DtlsEvent>,
    pub(super) data: Vec<Vec<u8>>,
    /// How many datagrams it has sent.
    pub(super) sent: usize,
}

pub(super) struct World {
    pub(super) now: Instant,
    pub(super) a: Peer,
    pub(super) b: Peer,
    pub(super) link: Link,
    /// Everything that was sent, by whom.
    pub(super) log: Vec<(End, Vec<u8>)>,
    wire: Vec<(Instant, End, Vec<u8>)>,
    rng: StdRng,
}

#[expect(
    clippy::disallowed_methods,
    reason = "virtual time must start somewhere"
)]
pub(super) fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

/// A certificate and the self-test of the library take a while, so tests share them.
pub(super) fn context(end: End, versions: DtlsVersions) -> DtlsContext {
    static CERTIFICATES: OnceLock<[Certificate; 2]> = OnceLock::new();
    let made = || Certificate::generate(SystemTime::UNIX_EPOCH).unwrap();
    let [a, b] = CERTIFICATES.get_or_init(|| [made(), made()]);
    let certificate = if end == End::A { a } else { b };
    DtlsContext::with_versions(certificate.clone(), versions).unwrap()
}

pub(super) fn sha_256(end: End) -> Vec<Fingerprint> {
    let context = context(end, DtlsVersions::Any);
    vec![context.fingerprints()[2].clone()]
}

impl Peer {
    fn new(context: DtlsContext) -> Self {
        Self {
            dtls: Dtls::new(context),
            events: Vec::new(),
            data: Vec::new(),
            sent: 0,
        }
    }

    pub(super) fn connected(&self) -> Option<&DtlsConnected> {
        self.events.iter().find_map(|event| match event {
            DtlsEvent::Connected(connected) => Some(&**connected),
            _ => None,
        })
    }

    pub(super) fn failure(&self) -> Option<DtlsFailure> {
        self.events.iter().find_map(|event| match event {
            DtlsEvent::Failed(reason) => Some(*reason),
            _ => None,
        })
    }
}

impl World {
    pub(super) fn new(a: DtlsVersions, b: DtlsVersions, seed: u64) -> Self {
        Self {
            now: epoch(),
            a: Peer::new(context(End::A, a)),
            b: Peer::new(context(End::B, b)),
            link: Link::default(),
            log: Vec::new(),
            wire: Vec::new(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// Both know each other's fingerprint; A is the client.
    pub(super) fn introduce(&mut self) {
        self.a
            .dtls
            .set_remote(&sha_256(End::B), DtlsRole::Server, self.now)
            .unwrap();
        self.b
            .dtls
            .set_remote(&sha_256(End::A), DtlsRole::Client, self.now)
            .unwrap();
    }

    pub(super) fn start(&mut self) {
        self.b.dtls.start(self.now);
        self.a.dtls.start(self.now);
        self.drain();
    }

    /// Two endpoints that know each other, connected.
    pub(super) fn connected(a: DtlsVersions, b: DtlsVersions) -> Self {
        let mut world = Self::new(a, b, 1);
        world.introduce();
        world.start();
        world.run(Duration::from_secs(1));
        assert_eq!(world.states(), [DtlsState::Connected; 2]);
        world
    }

    pub(super) fn states(&self) -> [DtlsState; 2] {
        [self.a.dtls.state(), self.b.dtls.state()]
    }

    pub(super) fn peer(&mut self, end: End) -> &mut Peer {
        match end {
            End::A => &mut self.a,
            End::B => &mut self.b,
        }
    }

    /// Gives a datagram to one end as if it came over the link.
    pub(super) fn inject(&mut self, end: End, datagram: &[u8]) {
        let now = self.now;
        self.peer(end).dtls.handle_datagram(datagram, now);
        self.drain();
    }

    pub(super) fn send(&mut self, end: End, data: &[u8]) -> Result<(), DtlsError> {
        let now = self.now;
        let sent = self.peer(end).dtls.send_data(data, now);
        self.drain();
        sent
    }

    /// Moves time on, delivering and waking as it comes due.
    pub(super) fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(next) = self.next_due().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = end;
    }

    /// Runs until both have an answer, or until 40 seconds are over.
    pub(super) fn settle(&mut self) {
        let end = self.now + Duration::from_secs(40);
        let busy = |world: &Self| world.states().contains(&DtlsState::Connecting);
        while busy(self) {
            match self.next_due().filter(|next| *next <= end) {
                Some(next) => self.now = self.now.max(next),
                None => return,
            }
            self.step();
        }
    }

    /// Takes the datagram that was sent last off the link.
    pub(super) fn lose_last(&mut self) {
        self.wire.pop();
    }

    /// Takes everything off the link.
    pub(super) fn clear_wire(&mut self) {
        self.wire.clear();
    }

    fn next_due(&self) -> Option<Instant> {
        let timers = [self.a.dtls.poll_timeout(), self.b.dtls.poll_timeout()];
        let arrivals = self.wire.iter().map(|(at, _, _)| *at);
        timers.into_iter().flatten().chain(arrivals).min()
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some(at) = self.wire.iter().position(|(at, _, _)| *at <= now) {
            let (_, to, datagram) = self.wire.remove(at);
            self.peer(to).dtls.handle_datagram(&datagram, now);
            self.drain();
        }
        for end in [End::A, End::B] {
            let dtls = &mut self.peer(end).dtls;
            if dtls.poll_timeout().is_some_and(|due| due <= now) {
                dtls.handle_timeout(now);
                let next = dtls.poll_timeout();
                assert!(
                    next.is_none_or(|next| next > now),
                    "a timer that is always due"
                );
            }
        }
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        for end in [End::A, End::B] {
            loop {
                let peer = self.peer(end);
                match peer.dtls.poll() {
                    None => break,
                    Some(DtlsOutput::Event(event)) => peer.events.push(event),
                    Some(DtlsOutput::Data(data)) => peer.data.push(data.to_vec()),
                    Some(DtlsOutput::Transmit(datagram)) => {
                        let datagram = datagram.to_vec();
                        peer.sent += 1;
                        self.transmit(end, datagram);
                    }
                }
            }
        }
    }

    fn transmit(&mut self, from: End, datagram: Vec<u8>) {
        assert!(
            datagram.len() <= 1_200 + MAX_DATA_OVERHEAD,
            "{} bytes",
            datagram.len()
        );
        self.log.push((from, datagram.clone()));
        let copies = if self.rng.random_ratio(self.link.twice, 100) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            if !self.rng.random_ratio(self.link.loss, 100) {
                let jitter = self.link.jitter.mul_f64(self.rng.random());
                self.wire
                    .push((self.now + DELAY + jitter, from.other(), datagram.clone()));
            }
        }
    }
}
