//! Where the server can be reached, for people and programs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use miso_engine::{TransportListenInfo, WorkerInfo};
use serde_json::json;

use crate::config::{Config, MediaConfig};

use super::Bound;

/// Letters of a room's name in the printed link, and how many: 10^12 rooms, so that nobody stumbles into one.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const NAME_LENGTH: usize = 9;

/// Where everything listens.
#[derive(Debug)]
pub(super) struct Addresses {
    /// Host names or addresses for links, the best first.
    hosts: Vec<String>,
    https: Option<SocketAddr>,
    http: Option<SocketAddr>,
    media: Vec<WorkerInfo>,
}

/// Under which names and addresses people may open the web app, the best first.
pub(super) fn names(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = config.web.domain.iter().cloned().collect();
    names.extend(config.media.announced_address.clone());
    names.extend(outward_address().map(|address| address.to_string()));
    let mut known = std::collections::BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    names
}

/// Where plain transports open their sockets, and what clients are told: an address that they can really use.
pub(super) fn plain(media: &MediaConfig) -> TransportListenInfo {
    let first = media.media_ip.0.first().copied();
    let ip = first.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let concrete = || match (ip.is_unspecified(), outward_address()) {
        (false, _) => ip,
        (true, Some(address)) => address,
        (true, None) => reachable(SocketAddr::new(ip, 0)).ip(),
    };
    let announced = media.announced_address.clone();
    TransportListenInfo {
        announced_address: Some(announced.unwrap_or_else(|| concrete().to_string())),
        port_range: Some((media.plain_min_port, media.plain_max_port)),
        ..TransportListenInfo::new(ip)
    }
}

/// This machine's address towards the Internet. Nothing is sent: a datagram socket is only given a direction.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address of documentation (RFC 5737): as far away as any.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

impl Addresses {
    /// As they were bound.
    pub(super) fn new(config: &Config, bound: &Bound, media: Vec<WorkerInfo>) -> Self {
        let address = |listener: &Option<_>| {
            let listener: Option<&crate::http::Listener> = listener.as_ref();
            listener.and_then(|listener| listener.address().ok())
        };
        Self {
            hosts: names(config),
            https: address(&bound.https),
            http: address(&bound.http),
            media,
        }
    }

    /// For people: the links to open, with the name of a room that nobody else has.
    pub(super) fn lines(&self) -> String {
        let room = room_name();
        let mut links = Vec::new();
        let mut add = |scheme, address: Option<SocketAddr>| {
            let hosts = address
                .into_iter()
                .flat_map(|address| self.hosts_of(address));
            links.extend(hosts.map(|host| format!("{scheme}://{host}/?roomId={room}")));
        };
        add("https", self.https);
        add("http", self.http);
        let mut text = format!("miso {} serves\n", env!("CARGO_PKG_VERSION"));
        for (index, link) in links.iter().enumerate() {
            let label = if index == 0 {
                "  open    "
            } else {
                "       or "
            };
            text.push_str(&format!("{label}{link}\n"));
        }
        let ports = self
            .media
            .iter()
            .flat_map(|worker| worker.udp.iter().map(SocketAddr::to_string));
        let ports: Vec<_> = ports.collect();
        text.push_str(&format!("  media   {} (UDP and TCP)", ports.join(", ")));
        text
    }

    /// For programs: one line. An address that stands for all of the machine's is given as the loopback one.
    pub(super) fn json(&self) -> String {
        let text = |address: SocketAddr| reachable(address).to_string();
        let media = self
            .media
            .iter()
            .flat_map(|worker| worker.udp.iter().copied());
        json!({
            "https": self.https.map(text),
            "http": self.http.map(text),
            "media": media.map(text).collect::<Vec<_>>(),
        })
        .to_string()
    }

    /// Host and port for links to a listener.
    fn hosts_of(&self, address: SocketAddr) -> Vec<String> {
        if !address.ip().is_unspecified() {
            return vec![address.to_string()];
        }
        let host = |name: &String| match name.parse::<IpAddr>() {
            Ok(ip) => SocketAddr::new(ip, address.port()).to_string(),
            Err(_) => format!("{name}:{}", address.port()),
        };
        let mut hosts: Vec<_> = self.hosts.iter().map(host).collect();
        hosts.push(format!("localhost:{}", address.port()));
        hosts
    }
}

/// An address to which one can connect from here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn room_name() -> String {
    (0..NAME_LENGTH)
        .filter_map(|_| LETTERS.get(fastrand::usize(..LETTERS.len())))
        .map(|letter| char::from(*letter))
        .collect()
}

#[cfg(test)]
mod tests;
