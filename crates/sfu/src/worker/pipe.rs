//! Making and connecting pipe transports, which join routers (fact sheet 1.8 and 4.7).

use super::Worker;
use super::connection::Carrier;
use super::data::gone;
use crate::command::{PipeConnect, PipeTransportOptions, Response, SrtpKey};
use crate::error::CommandError;
use crate::ids::{RouterId, TransportId};
use crate::keys::TransportKey;
use crate::transport::endpoint::{Endpoint, Protection};
use crate::transport::{Kind, Pipe, Transport};
use miso_ice::{Protocol, Tuple};
use miso_secure::SrtpCryptoSuite;
use std::net::SocketAddr;
use std::time::Instant;

type Answer = Result<Response, CommandError>;

/// How many SSRCs the other end may have in use with SRTP, RTX with them: those of some 600 producers of three layers.
/// More costs memory (about 300 bytes each) and a longer search per packet, fewer keeps rooms of that size from being
/// piped.
const MAX_SSRCS: usize = 4_096;

/// The only suite on pipes.
const SUITE: SrtpCryptoSuite = SrtpCryptoSuite::AeadAes256Gcm;

impl Worker {
    /// Makes a pipe transport on a socket that the owner has opened.
    pub(super) fn create_pipe_transport(
        &mut self,
        router: RouterId,
        id: TransportId,
        options: PipeTransportOptions,
        now: Instant,
    ) -> Answer {
        self.check_new_transport(id)?;
        let sctp = options
            .sctp
            .map(|sctp| self.new_sctp(sctp, Carrier::Udp, now))
            .transpose()?;
        let protection = if options.srtp {
            Protection::AwaitsKey(self.new_master_key(SUITE)?)
        } else {
            Protection::Clear
        };
        let pipe = Pipe {
            endpoint: Endpoint::new(options.socket, None, false, protection),
            rtx: options.rtx,
            is_told: false,
        };
        let mut transport = Transport::new(id, router, Kind::Pipe(Box::new(pipe)));
        transport.sctp = sctp.map(Box::new);
        let key = self.add_transport(transport);
        self.answer_pipe(key)
    }

    /// Learns of the other end, once. Nothing has changed when it is refused.
    pub(super) fn connect_pipe(
        &mut self,
        key: TransportKey,
        connect: &PipeConnect,
        now: Instant,
    ) -> Answer {
        let transport = self.objects.transports.get(key).ok_or_else(gone)?;
        let pipe = transport
            .pipe()
            .ok_or_else(|| CommandError::error("unknown method"))?;
        if pipe.is_told {
            return Err(CommandError::error("connect() already called"));
        }
        let local = pipe.endpoint.local_key().cloned();
        let theirs = pipe.key_of(connect)?.cloned();
        let remote = pipe.remote_of(connect)?;
        let keys = match theirs {
            Some(theirs) => {
                let keys = self.agree_on_keys(local, &theirs)?;
                Some(keys.with_max_ssrcs(MAX_SSRCS))
            }
            None => None,
        };
        let transport = self.objects.transports.get_mut(key).ok_or_else(gone)?;
        let pipe = transport.pipe_mut().ok_or_else(gone)?;
        pipe.is_told = true;
        if let Some(keys) = keys {
            pipe.endpoint.set_keys(keys);
        }
        pipe.endpoint.set_remote(remote, None);
        self.update_connected(key, now);
        self.answer_pipe(key)
    }

    fn answer_pipe(&self, key: TransportKey) -> Answer {
        let dump = self.dump_pipe(key).ok_or_else(gone)?;
        Ok(Response::PipeTransport(Box::new(dump)))
    }
}

impl Pipe {
    /// The key that the other end must tell with SRTP and may not tell without.
    fn key_of<'a>(&self, connect: &'a PipeConnect) -> Result<Option<&'a SrtpKey>, CommandError> {
        let refuse = |reason: &str| Err(CommandError::type_error(reason));
        match (self.endpoint.suite(), &connect.srtp) {
            (None, None) => Ok(None),
            (None, Some(_)) => refuse("invalid srtpParameters (SRTP not enabled)"),
            (Some(_), None) => refuse("missing srtpParameters (SRTP enabled)"),
            (Some(suite), Some(theirs)) if theirs.suite != suite => {
                refuse("invalid/unsupported srtpParameters.cryptoSuite")
            }
            (Some(_), Some(theirs)) => Ok(Some(theirs)),
        }
    }

    /// The address that the other end must tell.
    fn remote_of(&self, connect: &PipeConnect) -> Result<SocketAddr, CommandError> {
        let missing = |reason: &str| CommandError::type_error(reason);
        let ip = connect.ip.ok_or_else(|| missing("missing ip"))?;
        let port = connect.port.filter(|port| *port != 0);
        let port = port.ok_or_else(|| missing("missing port"))?;
        // In the one form that tuples have.
        let local = self.endpoint.rtp().local;
        Ok(Tuple::new(Protocol::Udp, local, SocketAddr::new(ip, port)).remote())
    }
}
