//! How an engine is made.

use std::net::{IpAddr, Ipv4Addr};

use miso_secure::Certificate;

/// How an engine is made.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Worker threads, at least one. More than there are cores gains nothing.
    pub workers: usize,
    /// Addresses to listen on, the most preferred first. For `0.0.0.0` and `::` every address of this machine's
    /// interfaces becomes a candidate, loopback only if there is no other.
    pub listen_ips: Vec<IpAddr>,
    /// Address or host name under which peers reach this machine, if not the ones it has.
    pub announced_address: Option<String>,
    /// Whether to offer the machine's own addresses besides the announced one.
    pub expose_internal_ip: bool,
    /// Worker `i` listens on port `base_port + i`, UDP and TCP; 0: on ports that the system chooses.
    pub base_port: u16,
    /// Certificate of all DTLS endpoints.
    pub certificate: Certificate,
    /// Events that may wait in a router's stream before some are dropped (see [`RouterEvents`](crate::RouterEvents)).
    /// More outlives longer stalls of the owner, less keeps fewer stale events.
    pub event_queue: usize,
}

impl EngineOptions {
    /// A worker for each core, all IPv4 addresses, ports from 44444.
    pub fn new(certificate: Certificate) -> Self {
        let cores = std::thread::available_parallelism();
        Self {
            workers: cores.map_or(1, std::num::NonZero::get),
            listen_ips: vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)],
            announced_address: None,
            expose_internal_ip: false,
            base_port: 44_444,
            certificate,
            event_queue: 1_024,
        }
    }
}
