use std::net::SocketAddr;

use super::owner;

fn addresses(list: &[&str]) -> Vec<SocketAddr> {
    list.iter().map(|it| it.parse().unwrap()).collect()
}

#[test]
fn a_packet_leaves_by_the_socket_that_is_bound_to_its_address() {
    let bound = addresses(&["0.0.0.0:1", "192.0.2.1:1", "[2001:db8::1]:1"]);
    assert_eq!(owner(&bound, "192.0.2.1:1".parse().unwrap()), Some(1));
    assert_eq!(owner(&bound, "[2001:db8::1]:1".parse().unwrap()), Some(2));
}

#[test]
fn else_by_the_wildcard_of_its_family_then_by_any_on_its_port() {
    let both = addresses(&["[::]:1", "0.0.0.0:1"]);
    assert_eq!(owner(&both, "192.0.2.1:1".parse().unwrap()), Some(1));
    assert_eq!(owner(&both, "[2001:db8::1]:1".parse().unwrap()), Some(0));
    let dual = addresses(&["198.51.100.1:1", "[::]:1"]);
    assert_eq!(owner(&dual, "192.0.2.1:1".parse().unwrap()), Some(1));
    assert_eq!(owner(&dual, "192.0.2.1:2".parse().unwrap()), None);
}
