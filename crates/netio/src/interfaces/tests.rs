use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use super::interface_addresses;

#[test]
fn every_machine_has_a_loopback_address_and_it_is_marked() {
    let addresses = interface_addresses().unwrap();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert!(
        addresses
            .iter()
            .any(|it| it.ip == loopback && it.is_loopback),
        "{addresses:?}"
    );
}

#[test]
fn every_address_without_scope_can_be_bound() {
    for address in interface_addresses().unwrap() {
        let needs_scope = matches!(address.ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
        if !needs_scope {
            UdpSocket::bind((address.ip, 0)).unwrap_or_else(|error| panic!("{address:?}: {error}"));
        }
    }
}
