//! Making and connecting plain transports (fact sheet 1.7 and 4.6).

use super::Worker;
use super::connection::Carrier;
use super::data::gone;
use crate::command::{PlainConnect, PlainTransportOptions, Response, SrtpKey};
use crate::error::CommandError;
use crate::ids::{RouterId, TransportId};
use crate::keys::TransportKey;
use crate::transport::endpoint::{Endpoint, Keys, Protection};
use crate::transport::{Kind, Plain, Transport};
use miso_ice::{Protocol, Tuple};
use miso_secure::{SrtpCryptoSuite, SrtpMasterKey};
use rand::RngCore;
use std::net::SocketAddr;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

/// The longest master key with its salt.
const MAX_KEY_LEN: usize = 44;

/// Where media and RTCP of a peer go.
type Remote = (SocketAddr, Option<SocketAddr>);

impl Worker {
    /// Makes a plain transport on sockets that the owner has opened.
    pub(super) fn create_plain_transport(
        &mut self,
        router: RouterId,
        id: TransportId,
        options: PlainTransportOptions,
        now: Instant,
    ) -> Answer {
        self.check_new_transport(id)?;
        if options.rtcp == Some(options.rtp) {
            let reason = "RTCP needs a port of its own with rtcpMux disabled";
            return Err(CommandError::error(reason));
        }
        let sctp = options
            .sctp
            .map(|sctp| self.new_sctp(sctp, Carrier::Udp, now))
            .transpose()?;
        let protection = match options.srtp {
            Some(suite) => Protection::AwaitsKey(self.new_master_key(suite)?),
            None => Protection::Clear,
        };
        let plain = Plain {
            endpoint: Endpoint::new(options.rtp, options.rtcp, options.comedia, protection),
            comedia: options.comedia,
            is_told: false,
        };
        let mut transport = Transport::new(id, router, Kind::Plain(Box::new(plain)));
        transport.sctp = sctp.map(Box::new);
        let key = self.add_transport(transport);
        self.answer_plain(key)
    }

    /// Learns of the peer's side, once. Nothing has changed when it is refused.
    pub(super) fn connect_plain(
        &mut self,
        key: TransportKey,
        connect: &PlainConnect,
        now: Instant,
    ) -> Answer {
        let transport = self.objects.transports.get(key).ok_or_else(gone)?;
        let plain = transport
            .plain()
            .ok_or_else(|| CommandError::error("unknown method"))?;
        if plain.is_told {
            return Err(CommandError::error("connect() already called"));
        }
        let suite = plain.endpoint.suite();
        let local = plain.endpoint.local_key().cloned();
        let remote = plain.remote_of(connect)?;
        let keys = match (suite, &connect.srtp) {
            (None, None) => None,
            (None, Some(_)) => {
                let reason = "invalid srtpParameters (SRTP not enabled)";
                return Err(CommandError::type_error(reason));
            }
            (Some(_), None) => {
                let reason = "missing srtpParameters (SRTP enabled)";
                return Err(CommandError::type_error(reason));
            }
            (Some(_), Some(theirs)) => Some(self.agree_on_keys(local, theirs)?),
        };
        let transport = self.objects.transports.get_mut(key).ok_or_else(gone)?;
        let plain = transport.plain_mut().ok_or_else(gone)?;
        plain.is_told = true;
        if let Some(keys) = keys {
            plain.endpoint.set_keys(keys);
        }
        if let Some((rtp, rtcp)) = remote {
            plain.endpoint.set_remote(rtp, rtcp);
        }
        self.update_connected(key, now);
        self.answer_plain(key)
    }

    /// The keys of both directions. The peer's suite counts: where it is another one than ours, ours is made anew.
    pub(super) fn agree_on_keys(
        &mut self,
        local: Option<SrtpMasterKey>,
        theirs: &SrtpKey,
    ) -> Result<Keys, CommandError> {
        let remote = SrtpMasterKey::new(theirs.suite, &theirs.key_and_salt)
            .map_err(|error| CommandError::type_error(error.to_string()))?;
        let local = match local.filter(|local| local.suite() == theirs.suite) {
            Some(local) => local,
            None => self.new_master_key(theirs.suite)?,
        };
        Keys::new(local, &remote).map_err(|error| CommandError::error(error.to_string()))
    }

    /// A master key of random bytes.
    pub(super) fn new_master_key(
        &mut self,
        suite: SrtpCryptoSuite,
    ) -> Result<SrtpMasterKey, CommandError> {
        let mut bytes = [0; MAX_KEY_LEN];
        let bytes = bytes.get_mut(..suite.key_len()).unwrap_or(&mut []);
        self.rng.fill_bytes(bytes);
        SrtpMasterKey::new(suite, bytes).map_err(|error| CommandError::error(error.to_string()))
    }

    fn answer_plain(&self, key: TransportKey) -> Answer {
        let dump = self.dump_plain(key).ok_or_else(gone)?;
        Ok(Response::PlainTransport(Box::new(dump)))
    }
}

impl Plain {
    /// The addresses that a peer tells; none where they are learnt.
    fn remote_of(&self, connect: &PlainConnect) -> Result<Option<Remote>, CommandError> {
        if self.comedia {
            return Ok(None);
        }
        let refuse = |reason: &str| CommandError::type_error(reason);
        let given = |port: Option<u16>| port.filter(|port| *port != 0);
        let ip = connect.ip.ok_or_else(|| refuse("missing ip"))?;
        let port = given(connect.port).ok_or_else(|| refuse("missing port"))?;
        let rtcp = match (self.endpoint.rtcp(), given(connect.rtcp_port)) {
            (None, None) => None,
            (None, Some(_)) => return Err(refuse("cannot set rtcpPort with rtcpMux enabled")),
            (Some(_), None) => {
                return Err(refuse("missing rtcpPort (required with rtcpMux disabled)"));
            }
            (Some(_), Some(port)) => Some(port),
        };
        let local = self.endpoint.rtp().local;
        // In the one form that tuples have.
        let remote = |port| Tuple::new(Protocol::Udp, local, SocketAddr::new(ip, port)).remote();
        Ok(Some((remote(port), rtcp.map(remote))))
    }
}
