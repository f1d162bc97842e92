use super::*;

fn tuple(local: &str, remote: &str) -> Tuple {
    Tuple::new(
        Protocol::Udp,
        local.parse().unwrap(),
        remote.parse().unwrap(),
    )
}

#[test]
fn a_mapped_ipv4_address_is_the_ipv4_address() {
    let mapped = tuple("[::ffff:10.0.0.1]:44444", "[::ffff:192.0.2.7]:5000");
    assert_eq!(mapped, tuple("10.0.0.1:44444", "192.0.2.7:5000"));
    assert_eq!(mapped.remote().to_string(), "192.0.2.7:5000");
}

#[test]
fn the_flow_label_makes_no_difference_but_the_scope_does() {
    let ip = "fe80::1".parse().unwrap();
    let with = |flow, scope| {
        let remote = SocketAddr::V6(SocketAddrV6::new(ip, 5000, flow, scope));
        Tuple::new(Protocol::Udp, "[::]:44444".parse().unwrap(), remote)
    };
    assert_eq!(with(1, 2), with(3, 2));
    assert_ne!(with(0, 1), with(0, 2));
}

#[test]
fn the_same_addresses_over_another_protocol_are_another_path() {
    let udp = tuple("10.0.0.1:44444", "192.0.2.7:5000");
    assert_ne!(udp, Tuple::new(Protocol::Tcp, udp.local(), udp.remote()));
}
