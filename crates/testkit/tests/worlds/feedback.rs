//! What senders and receivers are told of their streams.

use std::time::Duration;

use miso_netsim::{Buffer, LinkConfig};
use miso_ortc::ScalabilityLayers;
use miso_sfu::command::{Command, TransportCommand};
use miso_sfu::event::{Event, ProducerEvent};
use miso_testkit::{PeerSettings, VideoSettings, World};
use miso_wire::Bitrate;

fn counting() -> PeerSettings {
    PeerSettings {
        count_rtcp: true,
        ..PeerSettings::default()
    }
}

#[test]
fn transport_wide_feedback_lets_a_sender_rise_above_one_megabit() {
    let mut world = World::new(50);
    let settings = PeerSettings {
        estimate: Some(Bitrate::kbps(300)),
        ..counting()
    };
    let alice = world.add_connected_peer(&settings);
    let bob = world.add_connected_peer(&PeerSettings::default());
    world.sender(alice).want_bitrate(Bitrate::kbps(3_000));
    let video = world.produce_video(
        alice,
        VideoSettings {
            bitrate: Bitrate::kbps(900),
            ..VideoSettings::default()
        },
    );
    world.consume(bob, video.id);
    world.run_for(Duration::from_secs(20));
    let at = world.at();
    let log = &world.sender(alice).log;
    let highest = log
        .estimates
        .iter()
        .map(|(_, bitrate)| bitrate.0)
        .max()
        .unwrap_or(0);
    assert!(
        highest > 1_000_000,
        "{at}: {highest} bit/s after {} messages: {:?}",
        log.rtcp.transport_cc,
        log.estimates
    );
    let per_second = log.rtcp.transport_cc / 20;
    assert!(
        (5..=40).contains(&per_second),
        "{at}: {per_second} messages a second"
    );
}

/// A sender in three layers of 700 kbit/s together, who would like to send more than three times that; its estimates of
/// the last seconds, kbit/s.
fn estimates_of_a_sender(seed: u64, is_svc: bool, up: LinkConfig) -> Vec<u64> {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings {
        estimate: Some(Bitrate::kbps(300)),
        up: up.delay(Duration::from_millis(25)),
        ..counting()
    });
    let bob = world.add_connected_peer(&PeerSettings::default());
    world.sender(alice).want_bitrate(Bitrate::kbps(2_500));
    let video = |kbps, layers| VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        layers,
        ..VideoSettings::default()
    };
    let video = if is_svc {
        let layers = ScalabilityLayers {
            spatial: 3,
            temporal: 3,
            ksvc: true,
        };
        world.produce_svc(alice, video(700, layers))
    } else {
        let sizes = [100, 200, 400].map(|kbps| video(kbps, ScalabilityLayers::default()));
        world.produce_simulcast(alice, &sizes)
    };
    world.consume(bob, video.id);
    world.run_for(Duration::from_secs(10));
    let settled = world.sender(alice).log.estimates.len();
    world.run_for(Duration::from_secs(10));
    let estimates = world.sender(alice).log.estimates.split_off(settled - 1);
    estimates.iter().map(|(_, it)| it.0 / 1_000).collect()
}

#[test]
fn layered_senders_learn_what_their_path_carries() {
    for is_svc in [false, true] {
        let wide = estimates_of_a_sender(53, is_svc, LinkConfig::default());
        let told = |estimates| format!("seed 53, SVC {is_svc}: {estimates:?}");
        assert!(wide.iter().all(|it| *it >= 2_000), "{}", told(wide));
        let narrow = LinkConfig::default()
            .rate(Bitrate::kbps(1_000))
            .buffer(Buffer::Time(Duration::from_millis(300)));
        let narrow = estimates_of_a_sender(53, is_svc, narrow);
        let fits = |it: &u64| (700..=1_000).contains(it);
        assert!(narrow.iter().all(fits), "{}", told(narrow));
    }
}

#[test]
fn a_limit_on_what_comes_in_is_told_by_remb_and_lifted_again() {
    for transport_cc in [true, false] {
        let mut world = World::new(51);
        let alice = world.add_connected_peer(&PeerSettings {
            transport_cc,
            ..counting()
        });
        let transport = world.peer(alice).send.transport;
        world.produce_video(alice, VideoSettings::default());
        world.must(Command::Transport(
            transport,
            TransportCommand::SetMaxIncomingBitrate(Bitrate::kbps(400)),
        ));
        world.run_for(Duration::from_secs(5));
        let at = world.at();
        let rembs = world.sender(alice).log.rtcp.rembs.clone();
        assert!(
            !rembs.is_empty(),
            "{at}: transport-cc {transport_cc}: no REMB"
        );
        assert!(
            rembs.iter().all(|bitrate| *bitrate <= 400_000),
            "{at}: transport-cc {transport_cc}: {rembs:?}"
        );
    }
}

#[test]
fn a_sender_without_transport_wide_feedback_gets_remb_that_rises() {
    let mut world = World::new(52);
    let alice = world.add_connected_peer(&PeerSettings {
        transport_cc: false,
        ..counting()
    });
    world.produce_video(alice, VideoSettings::default());
    world.run_for(Duration::from_secs(15));
    let at = world.at();
    let log = &world.sender(alice).log.rtcp;
    assert_eq!(log.transport_cc, 0, "{at}");
    let highest = log.rembs.iter().copied().max().unwrap_or(0);
    assert!(highest > 1_000_000, "{at}: {:?}", log.rembs);
}

#[test]
fn reports_flow_both_ways_and_round_trips_are_measured() {
    let mut world = World::new(53);
    let alice = world.add_connected_peer(&counting());
    let bob = world.add_connected_peer(&counting());
    // One producer each: str0m answers our reference time under one SSRC of a connection alone.
    let video = world.produce_video(alice, VideoSettings::default());
    let audio = world.produce_audio(bob);
    let seen = [world.consume(bob, video.id), world.consume(alice, audio.id)];
    world.run_for(Duration::from_secs(10));
    let at = world.at();
    let sender = world.sender(alice).log.rtcp.clone();
    assert!(
        (8..=30).contains(&sender.receiver_reports),
        "{at}: {sender:?}"
    );
    assert!(sender.extended_reports >= 5, "{at}: {sender:?}");
    let receiver = world.receiver(bob).log.rtcp.clone();
    assert!(
        (8..=40).contains(&receiver.sender_reports),
        "{at}: {receiver:?}"
    );
    // The way there and back is 20 ms.
    let near = |rtt: Option<f64>| rtt.is_some_and(|rtt| (18.0..25.0).contains(&rtt));
    for id in [video.id, audio.id] {
        let stats = world.producer_stats(id);
        assert!(near(stats[0].round_trip_time), "{at}: {:?}", stats[0]);
        assert_eq!(stats[0].score, 10, "{at}");
    }
    for consumed in seen {
        let stats = world.consumer_stats(consumed.id);
        assert!(near(stats[0].round_trip_time), "{at}: {:?}", stats[0]);
        assert_eq!(stats[0].score, 10, "{at}");
    }
}

#[test]
fn loss_lowers_the_score_of_the_stream_that_has_it() {
    let mut world = World::new(54);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let audio = world.produce_audio(alice);
    world.consume(bob, audio.id);
    world.run_for(Duration::from_secs(6));
    assert_eq!(
        world.producer_stats(audio.id)[0].score,
        10,
        "{}",
        world.at()
    );
    let links = (
        PeerSettings::default().up.random_loss(0.4),
        PeerSettings::default().down,
    );
    world.set_links(alice, links.0, links.1);
    world.run_for(Duration::from_secs(20));
    let score = world.producer_stats(audio.id)[0].score;
    assert!(
        score < 9,
        "{}: {score} with 40 % loss on the way up",
        world.at()
    );
    let told = world
        .server
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            Event::Producer(id, ProducerEvent::Score(scores)) if *id == audio.id => {
                scores.first().map(|score| score.score)
            }
            _ => None,
        });
    assert_eq!(
        told,
        Some(score),
        "{}: the last event tells the same",
        world.at()
    );
}

#[test]
fn nacks_repair_both_ways() {
    let mut world = World::new(55);
    let lossy = PeerSettings {
        up: PeerSettings::default().up.random_loss(0.05),
        down: PeerSettings::default().down.random_loss(0.05),
        ..counting()
    };
    let alice = world.add_connected_peer(&lossy);
    let bob = world.add_connected_peer(&lossy);
    let video = world.produce_video(alice, VideoSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(20));
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(1));
    let report = world.sink(&seen).report();
    assert!(report.is_complete(), "{}: {report:?}", world.at());
    let sent = world.consumer_stats(seen.id);
    assert!(
        sent[0].packets_retransmitted > 30 && sent[0].nack_count > 20,
        "{}: {:?}",
        world.at(),
        sent[0]
    );
    let received = world.producer_stats(video.id);
    assert!(
        received[0].packets_repaired > 30 && received[0].nack_count > 20,
        "{}: {:?}",
        world.at(),
        received[0]
    );
}
