//! From the addresses that sockets are bound to, to the addresses that peers are told.

use std::net::{IpAddr, SocketAddr};

use miso_ice::{ListenInfo, Protocol};
use miso_netio::InterfaceAddress;

/// How the machine's addresses are announced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcement<'a> {
    /// Address or host name under which peers reach this machine, if not the ones it has.
    pub(crate) address: Option<&'a str>,
    /// Whether the real addresses are told besides it.
    pub(crate) expose_internal_ip: bool,
}

/// Everything under which these sockets can be reached, UDP before TCP.
pub(crate) fn listen_infos(
    (udp, tcp): (&[SocketAddr], &[SocketAddr]),
    interfaces: &[InterfaceAddress],
    announcement: Announcement<'_>,
) -> Vec<ListenInfo> {
    let of = |protocol, bound| {
        let reachable = reachable(bound, interfaces);
        announce(protocol, &reachable, announcement)
    };
    let mut infos = of(Protocol::Udp, udp);
    infos.extend(of(Protocol::Tcp, tcp));
    infos
}

/// The real addresses of sockets. Loopback counts only if asked for by name, or if there is nothing else.
fn reachable(bound: &[SocketAddr], interfaces: &[InterfaceAddress]) -> Vec<SocketAddr> {
    let mut found: Vec<SocketAddr> = Vec::new();
    let mut loopback: Vec<SocketAddr> = Vec::new();
    let has_ipv4 = bound.iter().any(SocketAddr::is_ipv4);
    for socket in bound {
        if !socket.ip().is_unspecified() {
            push_new(&mut found, *socket);
            continue;
        }
        // A socket on :: also takes IPv4, unless another socket does (see `sockets`).
        let takes = |ip: IpAddr| ip.is_ipv4() == socket.is_ipv4() || !has_ipv4;
        for interface in interfaces.iter().filter(|interface| takes(interface.ip)) {
            let address = SocketAddr::new(interface.ip, socket.port());
            if interface.ip.is_loopback() {
                push_new(&mut loopback, address);
            } else if !is_link_local(interface.ip) {
                push_new(&mut found, address);
            }
        }
    }
    if found.is_empty() { loopback } else { found }
}

fn push_new(list: &mut Vec<SocketAddr>, address: SocketAddr) {
    if !list.contains(&address) {
        list.push(address);
    }
}

/// Addresses that mean nothing without the name of an interface, which a candidate cannot carry.
fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// The announced address stands for one of the real ones: the first of its family. The others are told only if
/// internal addresses are.
fn announce(
    protocol: Protocol,
    reachable: &[SocketAddr],
    announcement: Announcement<'_>,
) -> Vec<ListenInfo> {
    let info = |address: &SocketAddr| ListenInfo {
        protocol,
        ip: address.ip(),
        port: address.port(),
        announced_address: None,
        expose_internal_ip: false,
    };
    let Some(announced) = announcement.address else {
        return reachable.iter().map(info).collect();
    };
    let family: Option<IpAddr> = announced.parse().ok();
    let same_family =
        |address: &&SocketAddr| family.is_none_or(|ip| ip.is_ipv4() == address.is_ipv4());
    let Some(first) = reachable.iter().find(same_family).or(reachable.first()) else {
        return Vec::new();
    };
    let mut infos = vec![ListenInfo {
        announced_address: Some(announced.to_owned()),
        expose_internal_ip: announcement.expose_internal_ip,
        ..info(first)
    }];
    if announcement.expose_internal_ip {
        infos.extend(
            reachable
                .iter()
                .filter(|address| *address != first)
                .map(info),
        );
    }
    infos
}

#[cfg(test)]
mod tests;
