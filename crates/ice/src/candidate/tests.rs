use super::*;

const BASE: u32 = 64 << 24;

fn listen(protocol: Protocol, ip: &str) -> ListenInfo {
    ListenInfo {
        protocol,
        ip: ip.parse().unwrap(),
        port: 44_444,
        announced_address: None,
        expose_internal_ip: false,
    }
}

fn priorities(listen: &[ListenInfo], offers: Offers) -> Vec<u32> {
    candidates(listen, offers)
        .iter()
        .map(|candidate| candidate.priority)
        .collect()
}

#[test]
fn a_udp_socket_is_a_host_candidate_without_tcp_type() {
    let all = candidates(&[listen(Protocol::Udp, "10.0.0.1")], Offers::default());
    let [candidate] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!(
        (
            candidate.foundation(),
            candidate.kind(),
            candidate.tcp_type()
        ),
        ("udpcandidate", "host", None)
    );
    assert_eq!(
        (candidate.address.as_str(), candidate.port),
        ("10.0.0.1", 44_444)
    );
    assert_eq!(candidate.priority, 1_076_302_079);
}

#[test]
fn a_tcp_socket_is_a_passive_candidate() {
    let all = candidates(&[listen(Protocol::Tcp, "10.0.0.1")], Offers::default());
    assert_eq!(
        (all[0].foundation(), all[0].tcp_type()),
        ("tcpcandidate", Some("passive"))
    );
}

#[test]
fn every_further_listen_address_ranks_100_lower() {
    let sockets = [
        listen(Protocol::Udp, "10.0.0.1"),
        listen(Protocol::Tcp, "10.0.0.1"),
        listen(Protocol::Udp, "10.0.0.2"),
    ];
    let rank = |local: u32| BASE + local * 256 + 255;
    assert_eq!(
        priorities(&sockets, Offers::default()),
        [rank(10_000), rank(9_900), rank(9_800)]
    );
}

#[test]
fn a_preferred_protocol_ranks_1000_higher_and_a_skipped_one_keeps_its_rank_free() {
    let sockets = [
        listen(Protocol::Udp, "10.0.0.1"),
        listen(Protocol::Tcp, "10.0.0.1"),
        listen(Protocol::Udp, "10.0.0.2"),
    ];
    let rank = |local: u32| BASE + local * 256 + 255;
    let prefer_tcp = Offers {
        udp: Offer::Offered,
        tcp: Offer::Preferred,
    };
    assert_eq!(
        priorities(&sockets, prefer_tcp),
        [rank(10_000), rank(10_900), rank(9_800)]
    );
    let no_tcp = Offers {
        udp: Offer::Preferred,
        tcp: Offer::Skipped,
    };
    assert_eq!(priorities(&sockets, no_tcp), [rank(11_000), rank(10_800)]);
    let none = Offers {
        udp: Offer::Skipped,
        tcp: Offer::Skipped,
    };
    assert!(candidates(&sockets, none).is_empty());
}

#[test]
fn the_announced_address_is_offered_and_the_real_one_only_if_exposed() {
    let mut socket = listen(Protocol::Udp, "10.0.0.1");
    socket.expose_internal_ip = true;
    assert_eq!(
        candidates(std::slice::from_ref(&socket), Offers::default()).len(),
        1,
        "nothing internal to expose"
    );

    socket.announced_address = Some("sfu.example".to_owned());
    let both = candidates(std::slice::from_ref(&socket), Offers::default());
    assert_eq!(
        [&both[0].address, &both[1].address],
        ["sfu.example", "10.0.0.1"]
    );
    assert_eq!(both[0].priority - both[1].priority, 1000);

    socket.expose_internal_ip = false;
    let announced = candidates(&[socket], Offers::default());
    assert_eq!(
        announced
            .iter()
            .map(|candidate| candidate.address.as_str())
            .collect::<Vec<_>>(),
        ["sfu.example"]
    );
}

#[test]
fn a_mapped_ipv4_address_is_offered_as_ipv4() {
    let all = candidates(
        &[listen(Protocol::Udp, "::ffff:10.0.0.1")],
        Offers::default(),
    );
    assert_eq!(all[0].address, "10.0.0.1");
}

#[test]
fn the_rank_of_very_many_listen_addresses_ends_at_zero() {
    let sockets = vec![listen(Protocol::Udp, "10.0.0.1"); 200];
    let all = priorities(&sockets, Offers::default());
    assert_eq!(all[100..].iter().max(), Some(&(BASE + 255)));
}
