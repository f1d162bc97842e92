use std::net::SocketAddr;
use std::time::{Duration, Instant};

use miso_wire::Bitrate;

use super::{CapturePoint, Datagram, HostId, Network};
use crate::{Buffer, GilbertElliott, LinkConfig};

const MS: Duration = Duration::from_millis(1);

#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin of virtual time"
)]
fn start() -> Instant {
    Instant::now()
}

fn addr(host: u8, port: u16) -> SocketAddr {
    ([10, 0, 0, host], port).into()
}

/// Hosts 1 to n with the same access.
fn network(
    seed: u64,
    hosts: u8,
    up: LinkConfig,
    down: LinkConfig,
) -> (Network, Vec<HostId>, Instant) {
    let now = start();
    let mut net = Network::new(seed, now);
    let ids = (1..=hosts)
        .map(|host| net.add_host(addr(host, 0).ip(), up, down))
        .collect();
    (net, ids, now)
}

fn drain(net: &mut Network) -> Vec<Datagram> {
    let mut out = Vec::new();
    while let Some(now) = net.poll_timeout() {
        out.extend(std::iter::from_fn(|| net.deliver(now)));
    }
    out
}

#[test]
fn datagram_passes_uplink_core_and_downlink() {
    let (mut net, hosts, now) = network(
        1,
        2,
        LinkConfig::default().delay(10 * MS),
        LinkConfig::default().delay(5 * MS),
    );
    net.send(addr(1, 7), addr(2, 8), b"direct", now);
    net.connect(hosts[0], hosts[1], LinkConfig::default().delay(100 * MS));
    net.send(addr(1, 7), addr(2, 8), b"far", now);
    net.send(addr(2, 8), addr(1, 7), b"back", now + MS);
    let arrived: Vec<_> = drain(&mut net)
        .into_iter()
        .map(|d| (d.payload, d.arrived_at - d.sent_at))
        .collect();
    assert_eq!(
        arrived,
        [
            (b"direct".to_vec(), 15 * MS),
            (b"back".to_vec(), 15 * MS),
            (b"far".to_vec(), 115 * MS)
        ]
    );
    assert_eq!(net.poll_timeout(), None);
}

#[test]
fn nothing_is_delivered_before_its_time() {
    let (mut net, _, now) = network(
        1,
        2,
        LinkConfig::default().delay(10 * MS),
        LinkConfig::default(),
    );
    net.send(addr(1, 7), addr(2, 8), b"x", now);
    assert_eq!(net.poll_timeout(), Some(now + 10 * MS));
    assert_eq!(net.deliver(now + 9 * MS), None);
    assert!(net.deliver(now + 10 * MS).is_some());
    assert_eq!(net.deliver(now + 10 * MS), None);
}

#[test]
fn late_call_finds_true_times_of_arrival() {
    let slow = LinkConfig {
        overhead: 0,
        ..LinkConfig::default().rate(Bitrate::kbps(1000))
    };
    let (mut net, _, now) = network(1, 2, slow, slow);
    (0..3).for_each(|_| assert!(net.send(addr(1, 7), addr(2, 8), &[0; 1000], now)));
    let late = now + 1000 * MS;
    let times: Vec<_> = std::iter::from_fn(|| net.deliver(late))
        .map(|d| d.arrived_at - now)
        .collect();
    assert_eq!(
        times,
        [16 * MS, 24 * MS, 32 * MS],
        "the second queue is never more than one packet long"
    );
}

#[test]
fn senders_share_the_downlink_of_their_receiver() {
    let slow = LinkConfig {
        overhead: 0,
        ..LinkConfig::default().rate(Bitrate::kbps(1000))
    };
    let (mut net, hosts, now) = network(1, 3, LinkConfig::default(), slow);
    for i in 0..50 {
        net.send(addr(1, 7), addr(3, 9), &[1; 1000], now + 8 * MS * i);
        net.send(addr(2, 7), addr(3, 9), &[2; 1000], now + 8 * MS * i);
    }
    let arrived = drain(&mut net);
    assert_eq!(arrived.len(), 100);
    assert_eq!(arrived[99].arrived_at - now, 800 * MS);
    let stats = net.stats(net.downlink(hosts[2]).unwrap()).unwrap();
    assert!(stats.queue_delay.percentile(0.5) > 180 * MS && stats.queue_delay.max() <= 400 * MS);
}

#[test]
fn ports_and_addresses_of_a_host_share_its_links() {
    let slow = LinkConfig {
        overhead: 0,
        ..LinkConfig::default().rate(Bitrate::kbps(1000))
    };
    let (mut net, hosts, now) = network(1, 2, slow, LinkConfig::default());
    net.add_address(hosts[0], addr(11, 0).ip());
    net.send(addr(1, 7), addr(2, 9), &[0; 1000], now);
    net.send(addr(1, 8), addr(2, 9), &[0; 1000], now);
    net.send(addr(11, 8), addr(2, 9), &[0; 1000], now);
    let times: Vec<_> = drain(&mut net).iter().map(|d| d.arrived_at - now).collect();
    assert_eq!(times, [8 * MS, 16 * MS, 24 * MS]);
}

#[test]
fn address_that_no_host_has_is_counted() {
    let (mut net, _, now) = network(1, 1, LinkConfig::default(), LinkConfig::default());
    assert!(!net.send(addr(1, 7), addr(2, 8), b"x", now));
    assert!(!net.send(addr(2, 7), addr(1, 8), b"x", now));
    assert_eq!((net.unroutable(), net.poll_timeout()), (2, None));
}

#[test]
fn host_reaches_itself_at_once() {
    let (mut net, _, now) = network(
        1,
        1,
        LinkConfig::default().delay(MS),
        LinkConfig::default().delay(MS),
    );
    assert!(net.send(addr(1, 7), addr(1, 8), b"x", now));
    assert_eq!(net.deliver(now).unwrap().arrived_at, now);
}

#[test]
fn link_changes_at_run_time() {
    let (mut net, hosts, now) = network(1, 2, LinkConfig::default(), LinkConfig::default());
    let up = net.uplink(hosts[0]).unwrap();
    net.configure(up, LinkConfig::default().random_loss(1.0), now);
    net.send(addr(1, 7), addr(2, 8), b"lost", now);
    net.configure(up, LinkConfig::default().delay(3 * MS), now + MS);
    net.send(addr(1, 7), addr(2, 8), b"late", now + MS);
    let arrived = drain(&mut net);
    assert_eq!(arrived.len(), 1);
    assert_eq!(
        (arrived[0].payload.as_slice(), arrived[0].arrived_at - now),
        (&b"late"[..], 4 * MS)
    );
    assert_eq!(net.stats(up).unwrap().drops.random, 1);
    assert_eq!(net.config(up).unwrap().delay, 3 * MS);
    assert_eq!(net.take_stats(up).unwrap().packets_in, 2);
    assert_eq!(net.stats(up).unwrap().packets_in, 0);
}

/// Everything at once between four hosts for ten seconds; times relative to the beginning.
fn wild_trace(seed: u64) -> Vec<(Duration, SocketAddr, SocketAddr, Vec<u8>)> {
    let wild = LinkConfig::default()
        .rate(Bitrate::kbps(2000))
        .buffer(Buffer::Time(100 * MS))
        .delay(20 * MS)
        .jitter(10 * MS)
        .random_loss(0.02)
        .burst_loss(GilbertElliott::with_mean(0.02, 4.0))
        .reorder(0.02, 15 * MS)
        .duplicate(0.01);
    let (mut net, hosts, begin) = network(seed, 4, wild, wild);
    let mut trace = Vec::new();
    for i in 0..2000u32 {
        let now = begin + 5 * MS * i;
        if i == 1000 {
            net.configure(
                net.uplink(hosts[0]).unwrap(),
                wild.rate(Bitrate::kbps(500)),
                now,
            );
        }
        let (from, to) = ((i % 4) as u8 + 1, (i % 3) as u8 + 1);
        net.send(
            addr(from, 1),
            addr(to, 2),
            &i.to_be_bytes().repeat(200),
            now,
        );
        trace.extend(std::iter::from_fn(|| net.deliver(now)));
    }
    trace.extend(drain(&mut net));
    trace
        .into_iter()
        .map(|d| (d.arrived_at - begin, d.from, d.to, d.payload))
        .collect()
}

#[test]
fn equal_seeds_give_equal_traces_and_others_give_others() {
    let trace = wild_trace(7);
    assert!(trace.len() > 1000 && trace.len() < 2000, "{}", trace.len());
    assert!(trace == wild_trace(7));
    assert!(trace != wild_trace(8));
}

#[test]
fn arrivals_come_in_the_order_of_time() {
    assert!(wild_trace(3).is_sorted_by_key(|(at, ..)| *at));
}

#[test]
fn capture_holds_what_was_sent_or_what_arrived() {
    let count = |point| {
        let (mut net, _, now) = network(
            1,
            2,
            LinkConfig::default().random_loss(0.5),
            LinkConfig::default(),
        );
        net.start_capture(point);
        (0..100).for_each(|_| assert!(net.send(addr(1, 7), addr(2, 8), &[0; 72], now)));
        let arrived = drain(&mut net).len();
        (
            (net.take_capture().unwrap().len() - 24) / (16 + 28 + 72),
            arrived,
        )
    };
    assert_eq!(count(CapturePoint::Sent).0, 100);
    let (captured, arrived) = count(CapturePoint::Received);
    assert_eq!(captured, arrived);
    assert!((30..70).contains(&arrived));
}
