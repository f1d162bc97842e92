//! What many or greedy receivers ask for stays within bounds.

use std::time::Duration;

use miso_ortc::{MediaKind, ScalabilityLayers};
use miso_sfu::command::{Command, ConsumerCommand, PreferredLayers};
use miso_testkit::{PeerId, PeerSettings, Produced, Source, VideoSettings, Vp8Source, World};
use miso_wire::{Bitrate, Seq, Ssrc};

fn raw_peers(world: &mut World, count: usize) -> Vec<usize> {
    let raws: Vec<usize> = (0..count).map(|_| world.add_raw()).collect();
    let all = raws.clone();
    let connected = world.run_until(Duration::from_secs(10), |world| {
        all.iter().all(|raw| world.raw(*raw).0.is_connected())
    });
    assert!(connected, "{}: raw peers do not connect", world.at());
    raws
}

/// Fifty consumers ask for a key frame ten times a second, for ten seconds. How many requests the sender gets, and how
/// many key frames it makes.
fn storm(world: &mut World, delay: Duration) -> (usize, u64) {
    let alice = world.add_connected_peer(&PeerSettings::default());
    let settings = VideoSettings {
        bitrate: Bitrate::kbps(200),
        fps: 10,
        ..VideoSettings::default()
    };
    let now = world.now();
    let source = Source::Vp8(Vp8Source::new(
        settings,
        &mut fastrand::Rng::with_seed(1),
        now,
    ));
    let video = world
        .produce(alice, MediaKind::Video, vec![(None, source)], delay)
        .expect("a producer");
    let raws = raw_peers(world, 50);
    let mut ssrcs = Vec::new();
    for raw in &raws {
        let (raw, server, _, now) = world.raw(*raw);
        let made = raw.consume(server, video.id, now);
        ssrcs.push(made.parameters.encodings[0].ssrc.expect("an SSRC"));
    }
    world.run_for(Duration::from_secs(3));
    let key_frames = |world: &mut World| match world.sender(alice).source_mut(video.ssrc()) {
        Some(Source::Vp8(source)) => source.key_frames(),
        _ => 0,
    };
    let before = (
        world.sender(alice).log.key_frame_requests.len(),
        key_frames(world),
    );
    for _ in 0..100 {
        for (raw, ssrc) in raws.iter().zip(&ssrcs) {
            let (raw, _, wire, now) = world.raw(*raw);
            let pli = raw.seal_rtcp(|writer| writer.pli(Ssrc(1), *ssrc).expect("room"));
            raw.send(wire, &pli, now);
        }
        world.run_for(Duration::from_millis(100));
    }
    let fed = raws
        .iter()
        .filter(|raw| world.raw(**raw).0.log.rtp > 100)
        .count();
    assert_eq!(fed, 50, "{}", world.at());
    (
        world.sender(alice).log.key_frame_requests.len() - before.0,
        key_frames(world) - before.1,
    )
}

#[test]
fn fifty_consumers_that_keep_asking_cost_the_sender_a_request_a_second() {
    let mut world = World::new(60);
    let (requests, key_frames) = storm(&mut world, Duration::ZERO);
    assert!(
        requests as u64 <= key_frames + 1 && requests <= 13,
        "{}: {requests} requests for {key_frames} key frames",
        world.at()
    );
}

#[test]
fn with_a_delay_between_requests_they_cost_no_more_than_that_allows() {
    let mut world = World::new(64);
    let (requests, _) = storm(&mut world, Duration::from_secs(1));
    assert!(
        (8..=11).contains(&requests),
        "{}: {requests} requests in ten seconds",
        world.at()
    );
}

/// Fifty consumers change their layers twenty times a second, for ten seconds, and then all of them want the middle one
/// of three.
fn changing(seed: u64, most: usize, produce: impl FnOnce(&mut World, PeerId) -> Produced) {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let video = produce(&mut world, alice);
    let consumers: Vec<_> = raw_peers(&mut world, 50)
        .into_iter()
        .map(|raw| {
            let (raw, server, _, now) = world.raw(raw);
            raw.consume(server, video.id, now).id
        })
        .collect();
    world.run_for(Duration::from_secs(5));
    let mut dice = fastrand::Rng::with_seed(seed);
    let prefer = |world: &mut World, consumer, spatial_layer| {
        let layers = PreferredLayers {
            spatial_layer,
            temporal_layer: None,
        };
        let set = ConsumerCommand::SetPreferredLayers(layers);
        world.must(Command::Consumer(consumer, set));
    };
    let before = world.sender(alice).log.key_frame_requests.len();
    for _ in 0..200 {
        for consumer in &consumers {
            prefer(&mut world, *consumer, dice.u8(..3));
        }
        world.run_for(Duration::from_millis(50));
    }
    let requests = world.sender(alice).log.key_frame_requests.len() - before;
    assert!(
        (8..=most).contains(&requests),
        "{}: {requests} requests in ten seconds",
        world.at()
    );
    for consumer in &consumers {
        prefer(&mut world, *consumer, 1);
    }
    let are_there = world.run_until(Duration::from_secs(2), |world| {
        consumers
            .iter()
            .all(|it| world.consumer_dump(*it).current_spatial_layer == Some(1))
    });
    assert!(are_there, "{}: not all get what they want", world.at());
}

fn small(kbps: u64, spatial: u8, ksvc: bool) -> VideoSettings {
    VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        fps: 20,
        layers: ScalabilityLayers {
            spatial,
            temporal: 1,
            ksvc,
        },
        ..VideoSettings::default()
    }
}

#[test]
fn fifty_consumers_that_keep_changing_sizes_cost_the_sender_two_requests_a_second() {
    changing(65, 26, |world, alice| {
        let sizes = [100, 150, 200].map(|kbps| small(kbps, 1, false));
        world.produce_simulcast(alice, &sizes)
    });
}

#[test]
fn fifty_consumers_that_keep_changing_layers_cost_the_sender_a_request_a_second() {
    for ksvc in [false, true] {
        changing(66, 13, |world, alice| {
            world.produce_svc(alice, small(300, 3, ksvc))
        });
    }
}

#[test]
fn asking_for_the_same_packets_over_and_over_costs_a_few_retransmissions() {
    let mut world = World::new(61);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let raw = raw_peers(&mut world, 1)[0];
    let (peer, server, _, now) = world.raw(raw);
    let made = peer.consume(server, video.id, now);
    let ssrc = made.parameters.encodings[0].ssrc.expect("an SSRC");
    world.run_for(Duration::from_secs(2));
    let (_, last, _) = world.raw(raw).0.log.last_rtp.clone().expect("media");
    let before = world.consumer_stats(made.id)[0].packets_retransmitted;
    let lost: Vec<Seq> = (1..=16)
        .map(|back| Seq(last.0.wrapping_sub(back)))
        .rev()
        .collect();
    for _ in 0..1_000 {
        let (raw, _, wire, now) = world.raw(raw);
        let nack = raw.seal_rtcp(|writer| {
            writer.nack(Ssrc(1), ssrc, &lost).expect("room");
        });
        raw.send(wire, &nack, now);
        world.run_for(Duration::from_millis(1));
    }
    let sent = world.consumer_stats(made.id)[0].packets_retransmitted - before;
    // Once per round trip, which is taken for 100 ms while it is unknown.
    assert!(
        (16..=16 * 14).contains(&sent),
        "{}: {sent} retransmissions for 16000 requests in a second",
        world.at()
    );
}

#[test]
fn a_hole_of_thousands_of_packets_is_not_asked_for_packet_by_packet() {
    let mut world = World::new(62);
    let raw = raw_peers(&mut world, 1)[0];
    let (peer, server, _, now) = world.raw(raw);
    let ssrc = Ssrc(77);
    let video = peer.produce(server, MediaKind::Video, ssrc, now);
    let mut seq = 1_000;
    for step in 0..60_u64 {
        // Every so often some thousand are missing.
        seq += if step % 10 == 9 { 2_900 } else { 1 };
        let (raw, _, wire, now) = world.raw(raw);
        let packet = raw.seal_rtp(
            (ssrc, 96),
            (seq, 3_000 * step as u32),
            &[0x80, 0x60, 0x80, 1, 0, 0],
            true,
        );
        raw.send(wire, &packet, now);
        world.run_for(Duration::from_millis(20));
    }
    world.run_for(Duration::from_secs(3));
    let log = &world.raw(raw).0.log;
    let (nacks, plis) = (log.nacks.len(), log.plis.len());
    assert!(nacks < 200, "{}: {nacks} packets asked for", world.at());
    assert!(
        (1..=10).contains(&plis),
        "{}: {plis} key frames asked for in four seconds",
        world.at()
    );
    assert_eq!(
        world.producer_stats(video)[0].packet_count,
        60,
        "{}",
        world.at()
    );
}

#[test]
fn a_sender_that_never_repeats_is_asked_for_each_packet_ten_times_at_most() {
    let mut world = World::new(63);
    let raw = raw_peers(&mut world, 1)[0];
    let (peer, server, _, now) = world.raw(raw);
    let ssrc = Ssrc(78);
    peer.produce(server, MediaKind::Video, ssrc, now);
    for step in 0..200_u64 {
        let seq = 1_000 + step * 2;
        let (raw, _, wire, now) = world.raw(raw);
        let packet = raw.seal_rtp(
            (ssrc, 96),
            (seq, 3_000 * step as u32),
            &[0x80, 0x60, 0x80, 1, 0, 0],
            true,
        );
        raw.send(wire, &packet, now);
        world.run_for(Duration::from_millis(10));
    }
    world.run_for(Duration::from_secs(5));
    let log = &world.raw(raw).0.log;
    let mut times = std::collections::HashMap::new();
    for (_, seq) in &log.nacks {
        *times.entry(*seq).or_insert(0) += 1;
    }
    let worst = times.values().copied().max().unwrap_or(0);
    assert!(
        times.len() >= 190,
        "{}: {} of 199 asked for",
        world.at(),
        times.len()
    );
    assert!(worst <= 10, "{}: {worst} times", world.at());
}
