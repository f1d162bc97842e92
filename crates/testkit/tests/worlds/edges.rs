//! Unlucky moments: wraps, outages, batches that are full, things made before there is a path.

use std::time::Duration;

use miso_netsim::{GilbertElliott, LinkConfig};
use miso_ortc::MediaKind;
use miso_testkit::{
    Consumed, PeerId, PeerSettings, Produced, TransportSettings, VideoSettings, World,
};
use miso_wire::{Bitrate, Ssrc};

fn dead() -> LinkConfig {
    LinkConfig::default().random_loss(1.0)
}

fn alive() -> LinkConfig {
    PeerSettings::default().up
}

struct Call {
    world: World,
    alice: PeerId,
    bob: PeerId,
    video: Produced,
    seen: Consumed,
}

fn call_with(seed: u64, settings: &PeerSettings) -> Call {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(settings);
    let bob = world.add_connected_peer(settings);
    let video = world.produce_video(alice, VideoSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(2));
    Call {
        world,
        alice,
        bob,
        video,
        seen,
    }
}

#[test]
fn everything_arrives_through_batches_that_hold_next_to_nothing() {
    for (bytes, messages) in [(4_096, 1), (3_000, 4), (20_000, 2)] {
        let mut world = World::new(120);
        world.server.set_batch(bytes, messages);
        let peers: Vec<PeerId> = (0..5)
            .map(|_| world.add_peer(&PeerSettings::default()))
            .collect();
        world.wait_for_peers(&peers);
        let video = world.produce_video(peers[0], VideoSettings::default());
        let other = world.produce_video(peers[1], VideoSettings::default());
        let mut seen = Vec::new();
        for peer in &peers[1..] {
            seen.push(world.consume(*peer, video.id));
            seen.push(world.consume(*peer, other.id));
        }
        world.run_for(Duration::from_secs(5));
        for consumed in seen {
            let report = world.sink(&consumed).report();
            assert!(
                report.is_flawless() && report.complete_frames > 120,
                "{}: {bytes} bytes, {messages} messages: {report:?}",
                world.at()
            );
        }
    }
}

#[test]
fn a_batch_with_room_for_only_some_packets_loses_none_under_loss() {
    let mut world = World::new(121);
    world.server.set_batch(6_000, 3);
    let peers: Vec<PeerId> = (0..4)
        .map(|_| world.add_peer(&PeerSettings::default()))
        .collect();
    world.wait_for_peers(&peers);
    let video = world.produce_video(peers[0], VideoSettings::default());
    let seen: Vec<Consumed> = peers[1..]
        .iter()
        .map(|peer| world.consume(*peer, video.id))
        .collect();
    // Until the first reports the core takes the round trip for 100 ms and repeats nothing sooner, while str0m, which
    // knows that it is 20, asks five times within that time and then gives up.
    world.run_for(Duration::from_secs(3));
    for peer in &peers {
        let lossy = alive().random_loss(0.03);
        world.set_links(*peer, lossy, lossy);
    }
    world.run_for(Duration::from_secs(10));
    world.sender(peers[0]).mute_all();
    world.run_for(Duration::from_secs(1));
    for consumed in seen {
        let report = world.sink(&consumed).report();
        assert!(report.is_complete(), "{}: {report:?}", world.at());
    }
}

#[test]
fn sequence_numbers_wrap_twice_on_both_sides_and_nobody_notices() {
    let mut world = World::new(122);
    let alice = world.add_connected_peer(&PeerSettings::default());
    // str0m takes no packet that is repaired after a hundred others, so at this rate losses must not add up.
    let bob = world.add_connected_peer(&PeerSettings {
        down: alive().random_loss(0.01),
        ..PeerSettings::default()
    });
    let settings = VideoSettings {
        bitrate: Bitrate::kbps(8_000),
        fps: 60,
        ..VideoSettings::default()
    };
    let video = world.produce_video(alice, settings);
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(150));
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(1));
    let report = world.sink(&seen).report();
    assert!(
        report.packets > 2 * 65_536,
        "{}: {}",
        world.at(),
        report.packets
    );
    assert!(report.is_complete(), "{}: {report:?}", world.at());
}

#[test]
fn after_an_outage_of_the_sender_media_goes_on_and_a_key_frame_comes_when_it_is_asked_for() {
    for seconds in [2, 8] {
        let Call {
            mut world,
            alice,
            bob,
            seen,
            ..
        } = call_with(123, &PeerSettings::default());
        world.set_links(alice, dead(), dead());
        world.run_for(Duration::from_secs(seconds));
        let before = world.sink(&seen).len();
        world.set_links(alice, alive(), alive());
        world.run_for(Duration::from_secs(4));
        let after = world.sink(&seen).len();
        assert!(
            after > before + 250,
            "{}: {} packets",
            world.at(),
            after - before
        );
        // What could not be repaired leaves Bob's decoder without a picture, so it asks.
        world.receiver(bob).request_key_frame(seen.ssrc);
        world.run_for(Duration::from_secs(1));
        let at = world.at();
        let sink = world.sink(&seen);
        let new = &sink.arrivals[after..];
        let key = new
            .iter()
            .position(|arrival| arrival.tag.is_key && arrival.tag.index == 0);
        assert!(
            key.is_some_and(|place| place < 40),
            "{at}: a key frame after {key:?} of {} packets",
            new.len()
        );
        assert!(sink.report().timestamps_back.is_empty(), "{at}");
    }
}

#[test]
fn media_comes_back_after_an_outage_of_the_receiver() {
    let Call {
        mut world,
        bob,
        seen,
        ..
    } = call_with(124, &PeerSettings::default());
    world.set_links(bob, dead(), dead());
    world.run_for(Duration::from_secs(5));
    let before = world.sink(&seen).len();
    world.set_links(bob, alive(), alive());
    world.run_for(Duration::from_secs(3));
    let at = world.at();
    let sink = world.sink(&seen);
    assert!(
        sink.len() > before + 250,
        "{at}: {} packets",
        sink.len() - before
    );
    assert!(sink.report().timestamps_back.is_empty(), "{at}");
}

#[test]
fn a_receiver_that_lost_consent_and_comes_back_starts_with_a_key_frame() {
    let settings = PeerSettings {
        transport: TransportSettings {
            consent_timeout: 10,
            ..TransportSettings::default()
        },
        ..PeerSettings::default()
    };
    let Call {
        mut world,
        bob,
        seen,
        ..
    } = call_with(125, &settings);
    let transport = world.peer(bob).recv.transport;
    world.set_links(bob, alive(), dead());
    // Only the way up is dead long enough: the server hears nothing, the peer still hears the server.
    world.set_links(bob, dead(), alive());
    world.run_for(Duration::from_secs(13));
    let events = world.transport_events(transport);
    assert!(
        events.contains(&"IceStateChange(Disconnected)".to_owned()),
        "{}: {events:?}",
        world.at()
    );
    let before = world.sink(&seen).len();
    world.run_for(Duration::from_secs(1));
    assert_eq!(
        world.sink(&seen).len(),
        before,
        "{}: nothing goes out without consent",
        world.at()
    );
    world.set_links(bob, alive(), alive());
    world.run_for(Duration::from_secs(8));
    let at = world.at();
    let sink = world.sink(&seen);
    let new = &sink.arrivals[before..];
    assert!(new.len() > 100, "{at}: {} packets", new.len());
    assert!(
        new[0].tag.is_key && new[0].tag.index == 0,
        "{at}: it comes back with {:?}",
        new[0]
    );
}

#[test]
fn what_is_consumed_before_there_is_a_path_begins_when_there_is_one() {
    let mut world = World::new(126);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    world.run_for(Duration::from_secs(2));
    let bob = world.add_peer(&PeerSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(3));
    let report = world.sink(&seen).report();
    assert!(
        report.is_flawless() && report.complete_frames > 60,
        "{}: {report:?}",
        world.at()
    );
}

#[test]
fn what_is_produced_and_consumed_before_there_is_any_path_begins_with_it() {
    let mut world = World::new(127);
    let (alice, bob) = (
        world.add_peer(&PeerSettings::default()),
        world.add_peer(&PeerSettings::default()),
    );
    let video = world.produce_video(alice, VideoSettings::default());
    let audio = world.produce_audio(alice);
    let seen = [world.consume(bob, video.id), world.consume(bob, audio.id)];
    world.run_for(Duration::from_secs(3));
    for consumed in seen {
        let report = world.sink(&consumed).report();
        assert!(
            report.is_flawless() && report.complete_frames > 60,
            "{}: {report:?}",
            world.at()
        );
    }
}

#[test]
fn losses_in_bursts_are_repaired() {
    let bursts = GilbertElliott::with_mean(0.03, 4.0);
    let lossy = PeerSettings {
        up: alive().burst_loss(bursts),
        down: alive().burst_loss(bursts),
        ..PeerSettings::default()
    };
    let Call {
        mut world,
        alice,
        seen,
        ..
    } = call_with(128, &lossy);
    world.run_for(Duration::from_secs(20));
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(1));
    let report = world.sink(&seen).report();
    assert!(report.is_complete(), "{}: {report:?}", world.at());
}

#[test]
fn duplicates_are_forwarded_once() {
    let doubling = PeerSettings {
        up: alive().duplicate(0.2),
        ..PeerSettings::default()
    };
    let Call {
        mut world,
        seen,
        video,
        ..
    } = call_with(129, &doubling);
    world.run_for(Duration::from_secs(5));
    let report = world.sink(&seen).report();
    assert!(
        report.is_flawless() && report.duplicates == 0,
        "{}: {report:?}",
        world.at()
    );
    let stats = world.consumer_stats(seen.id);
    assert_eq!(
        stats[0].packet_count as usize,
        report.packets,
        "{}",
        world.at()
    );
    assert_eq!(
        world.producer_stats(video.id)[0].packets_discarded,
        0,
        "{}: SRTP took them out",
        world.at()
    );
}

#[test]
fn a_narrow_way_down_delays_but_keeps_order() {
    let narrow = alive().rate(Bitrate::kbps(1_300));
    let settings = PeerSettings {
        down: narrow,
        ..PeerSettings::default()
    };
    let Call {
        mut world, seen, ..
    } = call_with(130, &settings);
    world.run_for(Duration::from_secs(10));
    let report = world.sink(&seen).report();
    assert!(report.is_flawless(), "{}: {report:?}", world.at());
}

#[test]
fn a_raw_producer_that_changes_its_ssrc_is_not_confused_with_the_old_one() {
    let mut world = World::new(131);
    let (sender, viewer) = (world.add_raw(), world.add_raw());
    world.run_for(Duration::from_secs(2));
    let mut got = 0;
    for round in 0..20_u32 {
        let ssrc = Ssrc(500 + round * 2);
        let (raw, server, _, now) = world.raw(sender);
        let transport = raw.transport;
        let producer = raw.produce(server, MediaKind::Audio, ssrc, now);
        let (raw, server, _, now) = world.raw(viewer);
        raw.consume(server, producer, now);
        for n in 0..50_u64 {
            let (raw, _, wire, now) = world.raw(sender);
            let packet = raw.seal_rtp((ssrc, 111), (60_000 + n, 960 * n as u32), &[9; 50], false);
            raw.send(wire, &packet, now);
            world.run_for(Duration::from_millis(20));
        }
        got += 50;
        let close = miso_sfu::command::TransportCommand::CloseProducer(producer);
        world.must(miso_sfu::command::Command::Transport(transport, close));
    }
    let log = &world.raw(viewer).0.log;
    assert_eq!((log.rtp, log.unopened), (got, 0));
}
