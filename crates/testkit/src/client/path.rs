//! How a connection reaches the server: ICE, and who DTLS must be.

use std::net::SocketAddr;

use miso_ice::Protocol;
use miso_secure::{DtlsRole, FingerprintAlgorithm};
use miso_sfu::dump::WebRtcTransportDump;
use str0m::net::TcpType;
use str0m::{Candidate, IceCreds};

use super::Client;

impl Client {
    /// Learns the server's side and begins.
    pub fn start(&mut self, server: &WebRtcTransportDump, role: DtlsRole) {
        let mut api = self.rtc.direct_api();
        api.set_ice_controlling(true);
        api.set_remote_ice_credentials(credentials(server));
        let fingerprints = &server.dtls_fingerprints;
        let sha256 = fingerprints
            .iter()
            .find(|fingerprint| fingerprint.algorithm() == FingerprintAlgorithm::Sha256);
        let sha256 = sha256
            .expect("the server has a sha-256 fingerprint")
            .value();
        let bytes = sha256
            .split(':')
            .map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal"));
        api.set_remote_fingerprint(str0m::config::Fingerprint {
            hash_func: "sha-256".to_owned(),
            bytes: bytes.collect(),
        });
        api.enable_twcc_feedback();
        // The remote role decides.
        let active = role == DtlsRole::Server;
        api.start_dtls(active).expect("DTLS can begin");
        api.start_sctp(active);
        self.add_remote_candidates(server);
    }

    fn add_remote_candidates(&mut self, server: &WebRtcTransportDump) {
        for candidate in server
            .ice_candidates
            .iter()
            .filter(|candidate| candidate.protocol == self.protocol)
        {
            let ip = candidate.address.parse().expect("an address");
            let address = SocketAddr::new(ip, candidate.port);
            let builder = Candidate::builder();
            self.rtc.add_remote_candidate(match candidate.protocol {
                Protocol::Udp => candidate_of(builder.udp().host(address).build()),
                Protocol::Tcp => candidate_of(
                    builder
                        .tcp()
                        .host(address)
                        .tcptype(TcpType::Passive)
                        .build(),
                ),
            });
        }
    }

    /// Learns new credentials of the server, and takes new ones itself.
    pub fn restart_ice(&mut self, ufrag: &str, password: &str) {
        let mut api = self.rtc.direct_api();
        api.set_local_ice_credentials(IceCreds::new());
        api.set_remote_ice_credentials(IceCreds {
            ufrag: ufrag.to_owned(),
            pass: password.to_owned(),
        });
    }

    /// Moves to another address, as when a phone changes networks.
    pub fn migrate(&mut self, local: SocketAddr) {
        let old = candidate_of(Candidate::builder().udp().host(self.local).build());
        self.local = local;
        self.rtc
            .add_local_candidate(candidate_of(Candidate::builder().udp().host(local).build()));
        self.rtc.direct_api().invalidate_candidate(&old);
    }
}

/// The candidate of a connection from `local`.
pub(super) fn local_candidate(protocol: Protocol, local: SocketAddr) -> Candidate {
    let builder = Candidate::builder();
    match protocol {
        Protocol::Udp => candidate_of(builder.udp().host(local).build()),
        Protocol::Tcp => candidate_of(builder.tcp().host(local).tcptype(TcpType::Active).build()),
    }
}

fn credentials(server: &WebRtcTransportDump) -> IceCreds {
    IceCreds {
        ufrag: server.ice_credentials.ufrag().as_str().to_owned(),
        pass: server.ice_credentials.password().to_owned(),
    }
}

fn candidate_of<E: std::fmt::Debug>(built: Result<Candidate, E>) -> Candidate {
    built.expect("a host candidate")
}
