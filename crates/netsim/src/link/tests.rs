use std::time::{Duration, Instant};

use miso_wire::Bitrate;
use proptest::prelude::*;

use super::Link;
use crate::{Buffer, GilbertElliott, LinkConfig};

const MS: Duration = Duration::from_millis(1);

#[expect(
    clippy::disallowed_methods,
    reason = "any instant will do as the origin of virtual time"
)]
fn start() -> Instant {
    Instant::now()
}

/// A link without overhead, so that sizes are round.
fn bare() -> LinkConfig {
    LinkConfig {
        overhead: 0,
        ..LinkConfig::default()
    }
}

/// 1000 bytes take 8 ms.
fn one_mbit() -> LinkConfig {
    bare().rate(Bitrate::kbps(1000))
}

/// Receives all that arrives within ten minutes.
fn drain<P: Clone>(link: &mut Link<P>, begin: Instant) -> Vec<(Duration, P)> {
    let end = begin + 600_000 * MS;
    std::iter::from_fn(|| link.recv(end))
        .map(|(at, packet)| (at - begin, packet))
        .collect()
}

/// Sends `n` packets of 1000 bytes, one each `gap`, and receives all.
fn send_train(config: LinkConfig, n: u32, gap: Duration) -> (Vec<(Duration, u32)>, Link<u32>) {
    let begin = start();
    let mut link = Link::new(config, 1, begin);
    (0..n).for_each(|i| link.send(i, 1000, begin + gap * i));
    (drain(&mut link, begin), link)
}

#[test]
fn perfect_link_delivers_at_once() {
    let (arrived, link) = send_train(bare(), 3, Duration::ZERO);
    assert_eq!(
        arrived,
        [
            (Duration::ZERO, 0),
            (Duration::ZERO, 1),
            (Duration::ZERO, 2)
        ]
    );
    assert_eq!(link.stats().queue_delay.max(), Duration::ZERO);
}

#[test]
fn packets_take_their_time_at_the_bottleneck_and_on_the_wire() {
    let (arrived, link) = send_train(one_mbit().delay(50 * MS), 3, Duration::ZERO);
    assert_eq!(arrived, [(58 * MS, 0), (66 * MS, 1), (74 * MS, 2)]);
    assert_eq!(link.stats().queue_delay.max(), 16 * MS);
    let (arrived, _) = send_train(one_mbit(), 3, 10 * MS);
    assert_eq!(arrived, [(8 * MS, 0), (18 * MS, 1), (28 * MS, 2)]);
}

#[test]
fn overhead_counts_at_the_bottleneck() {
    let (arrived, link) = send_train(
        LinkConfig {
            overhead: 250,
            ..one_mbit()
        },
        1,
        Duration::ZERO,
    );
    assert_eq!(arrived, [(10 * MS, 0)]);
    assert_eq!(link.stats().bytes_out, 1250);
}

#[test]
fn full_buffer_of_bytes_drops_at_the_tail() {
    let (arrived, link) = send_train(one_mbit().buffer(Buffer::Bytes(2500)), 10, Duration::ZERO);
    assert_eq!(
        arrived.iter().map(|(_, i)| *i).collect::<Vec<_>>(),
        [0, 1, 2],
        "one in transmission, two wait"
    );
    assert_eq!(link.stats().drops.queue_full, 7);
}

#[test]
fn full_buffer_of_time_drops_at_the_tail() {
    let (arrived, link) = send_train(one_mbit().buffer(Buffer::Time(20 * MS)), 10, Duration::ZERO);
    assert_eq!(
        arrived.iter().map(|(_, i)| *i).collect::<Vec<_>>(),
        [0, 1, 2],
        "the next would wait 24 ms"
    );
    assert_eq!(link.stats().queue_delay.max(), 16 * MS);
}

#[test]
fn new_rate_holds_for_what_is_left_of_the_packet_in_transmission() {
    let begin = start();
    let mut link = Link::new(one_mbit(), 1, begin);
    link.send('a', 1000, begin);
    link.send('b', 1000, begin);
    link.configure(bare().rate(Bitrate::kbps(500)), begin + 4 * MS);
    assert_eq!(drain(&mut link, begin), [(12 * MS, 'a'), (28 * MS, 'b')]);
}

#[test]
fn link_that_stands_still_goes_on_where_it_was() {
    let begin = start();
    let mut link = Link::new(one_mbit(), 1, begin);
    link.send('a', 1000, begin);
    link.configure(bare().rate(Bitrate::ZERO), begin + 6 * MS);
    link.send('b', 1000, begin + 7 * MS);
    assert_eq!(link.poll_timeout(), None);
    assert_eq!(link.recv(begin + 5000 * MS), None);
    link.configure(one_mbit(), begin + 6000 * MS);
    assert_eq!(link.poll_timeout(), Some(begin + 6002 * MS));
    assert_eq!(
        drain(&mut link, begin),
        [(6002 * MS, 'a'), (6010 * MS, 'b')]
    );
}

#[test]
fn removing_the_bottleneck_empties_the_queue_at_once() {
    let begin = start();
    let mut link = Link::new(one_mbit(), 1, begin);
    (0..3).for_each(|i| link.send(i, 1000, begin));
    link.configure(bare(), begin + 2 * MS);
    assert_eq!(
        drain(&mut link, begin),
        [(2 * MS, 0), (2 * MS, 1), (2 * MS, 2)]
    );
}

#[test]
fn packet_over_the_mtu_is_dropped() {
    let begin = start();
    let mut link = Link::new(bare().mtu(1200), 1, begin);
    link.send('a', 1200, begin);
    link.send('b', 1201, begin);
    assert_eq!(drain(&mut link, begin).len(), 1);
    assert_eq!(link.stats().drops.too_big, 1);
}

#[test]
fn policer_lets_a_burst_pass_and_then_its_rate_without_delay() {
    let (arrived, link) = send_train(bare().policer(Bitrate::kbps(1000), 5000), 1000, 2 * MS);
    assert!(
        arrived.iter().all(|(at, i)| *at == 2 * MS * *i),
        "nothing is delayed"
    );
    // 2 s at 1 Mbit/s are 250 packets, and five of burst.
    assert!((253..=255).contains(&arrived.len()), "{}", arrived.len());
    assert_eq!(link.stats().drops.policed, 1000 - arrived.len() as u64);
}

#[test]
fn random_loss_loses_its_share_and_not_in_bursts() {
    let (arrived, link) = send_train(bare().random_loss(0.1), 20_000, MS);
    assert!(
        (17_800..18_200).contains(&arrived.len()),
        "{}",
        arrived.len()
    );
    assert_eq!(link.stats().drops.random, 20_000 - arrived.len() as u64);
    assert!((1.05..1.2).contains(&mean_burst(&arrived)));
}

#[test]
fn burst_loss_loses_its_share_in_bursts_of_its_length() {
    let model = GilbertElliott::with_mean(0.05, 8.0);
    let (arrived, link) = send_train(bare().burst_loss(model), 100_000, MS);
    let share = link.stats().drops.burst as f64 / 100_000.0;
    assert!((0.045..0.055).contains(&share), "{share}");
    let burst = mean_burst(&arrived);
    assert!((7.0..9.0).contains(&burst), "{burst}");
}

/// Mean number of packets that are missing where some are.
fn mean_burst(arrived: &[(Duration, u32)]) -> f64 {
    let gaps: Vec<_> = arrived
        .windows(2)
        .map(|pair| pair[1].1 - pair[0].1 - 1)
        .filter(|missing| *missing > 0)
        .collect();
    f64::from(gaps.iter().sum::<u32>()) / gaps.len() as f64
}

#[test]
fn jitter_spreads_arrivals_and_keeps_the_order() {
    let (arrived, _) = send_train(bare().delay(20 * MS).jitter(30 * MS), 2000, 5 * MS);
    let delays: Vec<_> = arrived.iter().map(|(at, i)| *at - 5 * MS * *i).collect();
    assert!(
        delays
            .iter()
            .all(|delay| (20 * MS..=50 * MS).contains(delay))
    );
    assert!(
        delays.iter().any(|delay| *delay < 25 * MS) && delays.iter().any(|delay| *delay > 45 * MS)
    );
    assert!(arrived.is_sorted_by_key(|(_, i)| *i));
    let overtaking = LinkConfig {
        jitter_reorders: true,
        ..bare().jitter(30 * MS)
    };
    assert!(
        !send_train(overtaking, 100, 5 * MS)
            .0
            .is_sorted_by_key(|(_, i)| *i)
    );
}

#[test]
fn packet_that_is_held_back_is_overtaken_and_others_are_not_delayed() {
    let (arrived, link) = send_train(bare().reorder(0.1, 12 * MS), 1000, 5 * MS);
    let held = arrived
        .iter()
        .filter(|(at, i)| *at == 5 * MS * *i + 12 * MS)
        .count();
    let punctual = arrived.iter().filter(|(at, i)| *at == 5 * MS * *i).count();
    assert_eq!(held + punctual, 1000);
    assert_eq!(held as u64, link.stats().reordered);
    assert!((70..130).contains(&held) && !arrived.is_sorted_by_key(|(_, i)| *i));
}

#[test]
fn duplicates_arrive_as_second_copies() {
    let (arrived, link) = send_train(bare().duplicate(0.2), 1000, MS);
    assert_eq!(arrived.len() as u64, 1000 + link.stats().duplicated);
    assert!((150..250).contains(&link.stats().duplicated));
}

#[test]
fn statistics_begin_anew_when_taken() {
    let (_, mut link) = send_train(one_mbit(), 10, Duration::ZERO);
    let taken = link.take_stats();
    assert_eq!(
        (taken.packets_in, taken.bytes_out, taken.queue_delay.count()),
        (10, 10_000, 10)
    );
    assert_eq!(link.stats().packets_in, 0);
}

#[derive(Clone, Debug)]
struct Step {
    gap: Duration,
    size: usize,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u64..20_000, 1usize..1500).prop_map(|(us, size)| Step {
        gap: Duration::from_micros(us),
        size,
    });
    prop::collection::vec(step, 1..120)
}

/// Sends these packets, receiving at each event in between, and returns arrivals with index and size.
fn play(
    config: LinkConfig,
    seed: u64,
    steps: &[Step],
) -> (Vec<(Instant, usize, usize)>, Link<usize>) {
    let mut now = start();
    let mut link = Link::new(config, seed, now);
    let mut arrived = Vec::new();
    let mut receive = |link: &mut Link<usize>, until: Instant| {
        while let Some(at) = link.poll_timeout().filter(|at| *at <= until) {
            while let Some((at, index)) = link.recv(at) {
                arrived.push((at, index, steps[index].size));
            }
        }
    };
    for (index, step) in steps.iter().enumerate() {
        now += step.gap;
        receive(&mut link, now);
        link.send(index, step.size, now);
    }
    receive(&mut link, now + 600_000 * MS);
    (arrived, link)
}

proptest! {
    #[test]
    fn nothing_is_lost_and_order_is_kept_on_a_lossless_link(
        steps in steps(), rate in 50u64..100_000, delay in 0u32..200, jitter in 0u32..50, seed: u64,
    ) {
        let config = LinkConfig::default().rate(Bitrate::kbps(rate)).delay(delay * MS).jitter(jitter * MS);
        let (arrived, link) = play(config, seed, &steps);
        prop_assert!(arrived.iter().map(|(_, index, _)| *index).eq(0..steps.len()));
        prop_assert_eq!(link.stats().drops.total(), 0);
        prop_assert_eq!(link.queued_bytes(), 0);
    }

    #[test]
    fn rate_is_never_exceeded_over_any_stretch_of_time(
        steps in steps(), rate in 50u64..100_000, buffer in 3000usize..50_000, seed: u64,
    ) {
        let rate = Bitrate::kbps(rate);
        let config = bare().rate(rate).buffer(Buffer::Bytes(buffer)).random_loss(0.05);
        let (arrived, _) = play(config, seed, &steps);
        for (i, (from, ..)) in arrived.iter().enumerate() {
            let mut bits = 0;
            for (at, _, size) in &arrived[i + 1..] {
                bits += *size as u128 * 8;
                let allowed = (*at - *from).as_nanos() * u128::from(rate.0) / 1_000_000_000;
                prop_assert!(bits <= allowed, "{bits} bits in {:?}", *at - *from);
            }
        }
    }

    #[test]
    fn every_packet_arrives_or_is_counted(
        steps in steps(), rate in 50u64..2000, time in 0u32..300, seed: u64,
    ) {
        let config = LinkConfig::default()
            .rate(Bitrate::kbps(rate))
            .buffer(Buffer::Time(time * MS))
            .policer(Bitrate::kbps(1500), 20_000)
            .random_loss(0.1)
            .burst_loss(GilbertElliott::with_mean(0.1, 3.0))
            .reorder(0.1, 30 * MS)
            .duplicate(0.1)
            .mtu(1400);
        let (arrived, link) = play(config, seed, &steps);
        let stats = link.stats();
        prop_assert_eq!(stats.packets_in, steps.len() as u64);
        prop_assert_eq!(arrived.len() as u64, stats.packets_in + stats.duplicated - stats.drops.total());
        prop_assert!(stats.queue_delay.max() <= time * MS);
    }
}
