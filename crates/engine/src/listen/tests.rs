use std::net::{IpAddr, SocketAddr};

use miso_ice::{ListenInfo, Protocol};
use miso_netio::InterfaceAddress;

use super::{Announcement, listen_infos};

fn interface(ip: &str) -> InterfaceAddress {
    let ip: IpAddr = ip.parse().unwrap();
    InterfaceAddress {
        ip,
        is_loopback: ip.is_loopback(),
    }
}

fn machine() -> Vec<InterfaceAddress> {
    [
        "127.0.0.1",
        "192.0.2.1",
        "198.51.100.7",
        "::1",
        "fe80::1",
        "2001:db8::1",
    ]
    .map(interface)
    .into()
}

const REAL: Announcement<'_> = Announcement {
    address: None,
    expose_internal_ip: false,
};

fn udp(bound: &[&str], interfaces: &[InterfaceAddress], how: Announcement<'_>) -> Vec<ListenInfo> {
    let bound: Vec<SocketAddr> = bound.iter().map(|it| it.parse().unwrap()).collect();
    listen_infos((&bound, &[]), interfaces, how)
}

fn ips(infos: &[ListenInfo]) -> Vec<String> {
    infos.iter().map(|info| info.ip.to_string()).collect()
}

#[test]
fn a_wildcard_becomes_all_addresses_of_its_family_but_loopback() {
    assert_eq!(
        ips(&udp(&["0.0.0.0:1"], &machine(), REAL)),
        ["192.0.2.1", "198.51.100.7"]
    );
    let both = udp(&["0.0.0.0:1", "[::]:1"], &machine(), REAL);
    assert_eq!(ips(&both), ["192.0.2.1", "198.51.100.7", "2001:db8::1"]);
}

#[test]
fn a_lone_ipv6_wildcard_covers_ipv4_too() {
    let infos = udp(&["[::]:1"], &machine(), REAL);
    assert_eq!(ips(&infos), ["192.0.2.1", "198.51.100.7", "2001:db8::1"]);
}

#[test]
fn loopback_is_told_only_if_there_is_nothing_else_or_it_is_asked_for() {
    let lonely = [interface("127.0.0.1"), interface("fe80::1")];
    assert_eq!(ips(&udp(&["0.0.0.0:1"], &lonely, REAL)), ["127.0.0.1"]);
    assert_eq!(ips(&udp(&["127.0.0.1:1"], &machine(), REAL)), ["127.0.0.1"]);
    let explicit = udp(&["192.0.2.1:1", "127.0.0.1:1"], &machine(), REAL);
    assert_eq!(ips(&explicit), ["192.0.2.1", "127.0.0.1"]);
}

#[test]
fn udp_comes_before_tcp_on_its_own_port() {
    let bound = (
        ["192.0.2.1:5".parse().unwrap()],
        ["192.0.2.1:6".parse().unwrap()],
    );
    let infos = listen_infos((&bound.0, &bound.1), &[], REAL);
    let told: Vec<_> = infos
        .iter()
        .map(|info| (info.protocol, info.port))
        .collect();
    assert_eq!(told, [(Protocol::Udp, 5), (Protocol::Tcp, 6)]);
}

#[test]
fn an_announced_address_stands_for_the_first_real_one_of_its_family() {
    let how = Announcement {
        address: Some("2001:db8::99"),
        expose_internal_ip: false,
    };
    let infos = udp(&["0.0.0.0:1", "[::]:1"], &machine(), how);
    assert_eq!(ips(&infos), ["2001:db8::1"]);
    assert_eq!(infos[0].announced_address.as_deref(), Some("2001:db8::99"));
    assert!(!infos[0].expose_internal_ip);
}

#[test]
fn a_host_name_stands_for_the_first_address() {
    let how = Announcement {
        address: Some("call.example"),
        expose_internal_ip: false,
    };
    assert_eq!(ips(&udp(&["0.0.0.0:1"], &machine(), how)), ["192.0.2.1"]);
}

#[test]
fn exposed_internal_addresses_are_told_besides_the_announced_one() {
    let how = Announcement {
        address: Some("203.0.113.9"),
        expose_internal_ip: true,
    };
    let infos = udp(&["0.0.0.0:1"], &machine(), how);
    assert_eq!(ips(&infos), ["192.0.2.1", "198.51.100.7"]);
    let announced: Vec<_> = infos
        .iter()
        .map(|info| info.announced_address.is_some())
        .collect();
    assert_eq!(announced, [true, false]);
    assert!(infos[0].expose_internal_ip);
}
