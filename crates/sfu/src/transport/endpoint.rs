//! What transports without ICE have instead: sockets of their own, each with the peer's address behind it, and SRTP with
//! keys from signalling. Plain and pipe transports are made of it.

use super::{Sealing, Srtp};
use crate::dump::SocketPath;
use miso_ice::{Protocol, Tuple};
use miso_secure::{SrtpCryptoSuite, SrtpError, SrtpMasterKey, SrtpRecv, SrtpSend};
use std::net::SocketAddr;

/// What a packet on such a socket is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketClass {
    Rtp,
    Rtcp,
    Sctp,
}

/// Who sent a packet, as far as addresses tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The peer.
    Peer,
    /// Whoever comes first and proves valid becomes the peer.
    Candidate,
    /// Somebody else.
    Stranger,
}

/// Which of the two addresses of the peer was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Learnt {
    Tuple(Tuple),
    RtcpTuple(Tuple),
}

/// How packets of both directions are protected.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one per transport, and a packet must not chase another pointer to its key"
)]
pub(crate) enum Protection {
    /// Not at all.
    Clear,
    /// By SRTP, once the peer's key is told.
    AwaitsKey(SrtpMasterKey),
    /// By SRTP.
    Srtp(SrtpMasterKey, Srtp),
}

/// The sockets of a transport, and what is known of the peer behind them.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// For media and SCTP; for RTCP too if there is no other.
    rtp: SocketPath,
    /// For RTCP alone.
    rtcp: Option<SocketPath>,
    /// Whether the peer's addresses are learnt from its packets instead of told.
    learns: bool,
    protection: Protection,
}

impl Endpoint {
    /// Sockets bound to these addresses whose peer is not known yet.
    pub(crate) fn new(
        rtp: SocketAddr,
        rtcp: Option<SocketAddr>,
        learns: bool,
        protection: Protection,
    ) -> Self {
        let unknown = |local| SocketPath {
            local,
            remote: None,
        };
        Self {
            rtp: unknown(rtp),
            rtcp: rtcp.map(unknown),
            learns,
            protection,
        }
    }

    /// The socket for media with the peer's address.
    pub(crate) const fn rtp(&self) -> SocketPath {
        self.rtp
    }

    /// The socket for RTCP with the peer's address, if RTCP has its own.
    pub(crate) const fn rtcp(&self) -> Option<SocketPath> {
        self.rtcp
    }

    /// The path that media and SCTP take to the peer.
    pub(crate) fn tuple(&self) -> Option<Tuple> {
        tuple_of(&self.rtp)
    }

    /// The path that RTCP takes to the peer.
    pub(crate) fn rtcp_tuple(&self) -> Option<Tuple> {
        tuple_of(self.rtcp.as_ref().unwrap_or(&self.rtp))
    }

    /// Whether media may flow.
    pub(crate) const fn is_ready(&self) -> bool {
        self.rtp.remote.is_some() && !matches!(self.protection, Protection::AwaitsKey(_))
    }

    /// Takes what signalling tells of the peer's addresses.
    pub(crate) fn set_remote(&mut self, rtp: SocketAddr, rtcp: Option<SocketAddr>) {
        self.rtp.remote = Some(rtp);
        if let Some(path) = &mut self.rtcp {
            path.remote = rtcp;
        }
    }

    /// Who sent a packet of this class. An address of the peer is one on both sockets; a new one is learnt only from
    /// what its socket is for, so that RTCP that went to the wrong port does not lock media out.
    pub(crate) fn sender(&self, tuple: Tuple, class: PacketClass) -> Sender {
        let remote = Some(tuple.remote());
        let is_peer = self.rtp.remote == remote || self.rtcp.is_some_and(|it| it.remote == remote);
        let at_rtcp = self.rtcp.filter(|path| path.local == tuple.local());
        let (path, fits) = match at_rtcp {
            Some(path) => (path, class == PacketClass::Rtcp),
            None => (self.rtp, class != PacketClass::Rtcp || self.rtcp.is_none()),
        };
        if path.remote == remote {
            Sender::Peer
        } else if path.remote.is_none() && self.learns && fits {
            Sender::Candidate
        } else if is_peer {
            Sender::Peer
        } else {
            Sender::Stranger
        }
    }

    /// Takes the sender of a valid packet for the peer.
    pub(crate) fn learn(&mut self, tuple: Tuple) -> Learnt {
        match &mut self.rtcp {
            Some(path) if path.local == tuple.local() => {
                path.remote = Some(tuple.remote());
                Learnt::RtcpTuple(tuple)
            }
            _ => {
                self.rtp.remote = Some(tuple.remote());
                Learnt::Tuple(tuple)
            }
        }
    }

    /// Whether packets can be understood: without SRTP, or with the peer's key.
    pub(crate) const fn has_keys(&self) -> bool {
        !matches!(self.protection, Protection::AwaitsKey(_))
    }

    /// Keys of both directions, when SRTP is on and the peer's key known.
    pub(crate) const fn srtp(&self) -> Option<&Srtp> {
        match &self.protection {
            Protection::Srtp(_, srtp) => Some(srtp),
            _ => None,
        }
    }

    /// As [`Self::srtp`], to change it.
    pub(crate) const fn srtp_mut(&mut self) -> Option<&mut Srtp> {
        match &mut self.protection {
            Protection::Srtp(_, srtp) => Some(srtp),
            _ => None,
        }
    }

    /// How packets to the peer are protected; none while they cannot leave.
    pub(crate) const fn sealing(&self) -> Option<Sealing<'_>> {
        match &self.protection {
            Protection::Clear => Some(Sealing::Clear),
            Protection::AwaitsKey(_) => None,
            Protection::Srtp(_, srtp) => Some(Sealing::Srtp(&srtp.send)),
        }
    }

    /// The key that the peer needs to understand what is sent to it; none without SRTP.
    pub(crate) const fn local_key(&self) -> Option<&SrtpMasterKey> {
        match &self.protection {
            Protection::Clear => None,
            Protection::AwaitsKey(local) | Protection::Srtp(local, _) => Some(local),
        }
    }

    /// The suite in use; none without SRTP.
    pub(crate) fn suite(&self) -> Option<SrtpCryptoSuite> {
        self.local_key().map(SrtpMasterKey::suite)
    }

    /// Begins to use SRTP with these keys.
    pub(crate) fn set_keys(&mut self, keys: Keys) {
        self.protection = Protection::Srtp(keys.local, keys.srtp);
    }
}

/// The keys of both directions, made before anything is changed.
pub(crate) struct Keys {
    local: SrtpMasterKey,
    srtp: Srtp,
}

impl Keys {
    /// Session keys for what is sent under `local` and received under `remote`.
    pub(crate) fn new(local: SrtpMasterKey, remote: &SrtpMasterKey) -> Result<Self, SrtpError> {
        let srtp = Srtp {
            send: SrtpSend::new(&local)?,
            recv: SrtpRecv::new(remote)?,
        };
        Ok(Self { local, srtp })
    }

    /// The same for a peer that may have so many SSRCs in use.
    pub(crate) const fn with_max_ssrcs(mut self, max: usize) -> Self {
        self.srtp.recv.set_max_ssrcs(max);
        self
    }
}

fn tuple_of(path: &SocketPath) -> Option<Tuple> {
    let remote = path.remote?;
    Some(Tuple::new(Protocol::Udp, path.local, remote))
}
