//! A peer for the tests: builds requests of any shape and looks at what the server makes of them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_wire::stun::{
    AttributeType, Class, IntegrityKey, Message, Method, NoRoom, TransactionId, Writer,
};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::Protocol;

pub(super) const ID: TransactionId = TransactionId(*b"transactions");

pub(super) fn credentials(seed: u64) -> Credentials {
    Credentials::random(&mut StdRng::seed_from_u64(seed))
}

/// The `n`th of the peer's addresses.
pub(super) fn tuple(n: u8) -> Tuple {
    let remote = SocketAddr::from(([192, 0, 2, n], 5000));
    Tuple::new(Protocol::Udp, "10.0.0.1:44444".parse().unwrap(), remote)
}

/// A request of any shape; the default is right but for the credentials.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) class: Class,
    pub(super) method: Method,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) has_priority: bool,
    pub(super) has_fingerprint: bool,
    pub(super) use_candidate: bool,
    pub(super) nomination: Option<u32>,
    pub(super) role: AttributeType,
}

impl Request {
    pub(super) fn to(credentials: &Credentials) -> Self {
        Self {
            class: Class::Request,
            method: Method::BINDING,
            username: Some(format!("{}:peer", credentials.ufrag())),
            password: Some(credentials.password().to_owned()),
            has_priority: true,
            has_fingerprint: true,
            use_candidate: false,
            nomination: None,
            role: AttributeType::ICE_CONTROLLING,
        }
    }

    pub(super) fn nominate(credentials: &Credentials) -> Self {
        Self {
            use_candidate: true,
            ..Self::to(credentials)
        }
    }

    pub(super) fn renominate(credentials: &Credentials, value: u32) -> Self {
        Self {
            nomination: Some(value),
            ..Self::to(credentials)
        }
    }

    /// The same but for a change.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = [0; 1024];
        let len = self.write(&mut out).unwrap();
        out[..len].to_vec()
    }

    fn write(&self, out: &mut [u8]) -> Result<usize, NoRoom> {
        let mut writer = Writer::new(out, self.class, self.method, ID)?;
        if let Some(username) = &self.username {
            writer.attribute(AttributeType::USERNAME, username.as_bytes())?;
        }
        writer.attribute(self.role, &[7; 8])?;
        if self.use_candidate {
            writer.attribute(AttributeType::USE_CANDIDATE, &[])?;
        }
        if let Some(value) = self.nomination {
            writer.attribute(AttributeType::NOMINATION, &value.to_be_bytes())?;
        }
        if self.has_priority {
            writer.attribute(AttributeType::PRIORITY, &[1, 2, 3, 4])?;
        }
        if let Some(password) = &self.password {
            writer.integrity(&IntegrityKey::new(password.as_bytes()))?;
        }
        if self.has_fingerprint {
            writer.fingerprint()?;
        }
        Ok(writer.finish())
    }
}

/// What a test may observe of a server, to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    state: IceState,
    selected: Option<Tuple>,
    tuples: Vec<Tuple>,
    ufrags: Vec<Ufrag>,
    timeout: Option<Instant>,
    last_nomination: u32,
}

/// A server with its virtual time.
pub(super) struct Host {
    pub(super) server: IceServer,
    pub(super) now: Instant,
    pub(super) reply: Vec<u8>,
}

#[expect(clippy::disallowed_methods, reason = "virtual time starts anywhere")]
fn start_of_time() -> Instant {
    Instant::now()
}

impl Host {
    pub(super) fn new() -> Self {
        Self::with_consent(ConsentTimeout::default())
    }

    pub(super) fn with_consent(timeout: ConsentTimeout) -> Self {
        let now = start_of_time();
        Self {
            server: IceServer::new(credentials(1), timeout, now),
            now,
            reply: Vec::new(),
        }
    }

    /// One that has got that far by way of tuple 1; its events are drained.
    pub(super) fn in_state(state: IceState) -> Self {
        let mut host = Self::new();
        match state {
            IceState::New => {}
            IceState::Connected => drop(host.receive(&Request::to(&credentials(1)), 1)),
            IceState::Completed => drop(host.receive(&Request::nominate(&credentials(1)), 1)),
            IceState::Disconnected => {
                host.receive(&Request::to(&credentials(1)), 1);
                host.server.remove_tuple(tuple(1), host.now);
            }
        }
        host.events();
        assert_eq!(host.server.state(), state);
        host
    }

    /// The request arrives from the `n`th address; the reply is kept.
    pub(super) fn receive(&mut self, request: &Request, n: u8) -> Verdict {
        self.receive_bytes(&request.bytes(), n)
    }

    pub(super) fn receive_bytes(&mut self, packet: &[u8], n: u8) -> Verdict {
        let mut out = [0; MAX_REPLY_LEN];
        let outcome = self
            .server
            .handle_stun(packet, tuple(n), &mut out, self.now);
        assert!(
            outcome.reply_len <= packet.len(),
            "a reply of {} to {} bytes",
            outcome.reply_len,
            packet.len()
        );
        self.reply = out[..outcome.reply_len].to_vec();
        outcome.verdict
    }

    /// The reply as (class, error code), after it has been read back.
    pub(super) fn reply_kind(&self) -> Option<(Class, Option<u16>)> {
        if self.reply.is_empty() {
            return None;
        }
        let message = Message::parse(&self.reply).unwrap();
        assert_eq!(message.transaction_id, ID);
        assert!(message.has_fingerprint());
        Some((
            message.class,
            message
                .attributes
                .error_code
                .map(miso_wire::stun::ErrorCode::number),
        ))
    }

    pub(super) fn advance(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub(super) fn events(&mut self) -> Vec<IceEvent> {
        std::iter::from_fn(|| self.server.poll_event()).collect()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            state: self.server.state(),
            selected: self.server.selected_tuple(),
            tuples: self.server.tuples().to_vec(),
            ufrags: self.server.ufrags().collect(),
            timeout: self.server.poll_timeout(),
            last_nomination: self.server.last_nomination,
        }
    }
}
