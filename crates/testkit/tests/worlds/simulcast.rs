//! A producer in several sizes: each consumer gets one of them at a time.

use std::time::Duration;

use miso_sfu::command::{Command, ConsumerCommand, PreferredLayers};
use miso_testkit::{Consumed, PeerId, PeerSettings, Produced, VideoSettings, World};
use miso_wire::Bitrate;

struct Show {
    world: World,
    alice: PeerId,
    video: Produced,
    seen: Consumed,
}

fn layer(kbps: u64) -> VideoSettings {
    VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        ..VideoSettings::default()
    }
}

/// Alice shows herself in three sizes, Bob watches.
fn show(seed: u64) -> Show {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_simulcast(alice, &[layer(150), layer(500), layer(1_500)]);
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(4));
    Show {
        world,
        alice,
        video,
        seen,
    }
}

/// Sequence numbers without a gap, time that never goes back, another picture only with another picture id, and a
/// change of size only at a key frame.
fn check_continuity(world: &mut World, seen: &Consumed, switches: usize) {
    let at = world.at();
    let report = world.sink(seen).report();
    assert_eq!(report.before_key_frame, 0, "{at}");
    assert!(report.missing.is_empty(), "{at}: {report:?}");
    assert!(report.timestamps_back.is_empty(), "{at}: {report:?}");
    assert!(report.picture_jumps.is_empty(), "{at}: {report:?}");
    let mut arrivals = world.sink(seen).arrivals.clone();
    arrivals.sort_by_key(|arrival| arrival.seq);
    let mut jumps = 0;
    for pair in arrivals.windows(2) {
        let [before, after] = pair else { continue };
        if after.tag.packet != before.tag.packet + 1 {
            jumps += 1;
            assert!(
                after.tag.is_key && after.tag.index == 0,
                "{at}: {before:?} is followed by {after:?}"
            );
            let ticks = after.timestamp.wrapping_sub(before.timestamp);
            assert!(
                (1..=90_000 * 4).contains(&ticks),
                "{at}: {ticks} ticks from one size to the other"
            );
        }
    }
    assert!(jumps <= switches, "{at}: {jumps} changes");
}

fn current_layer(world: &mut World, seen: &Consumed) -> Option<u8> {
    world.consumer_dump(seen.id).current_spatial_layer
}

#[test]
fn a_consumer_goes_up_to_the_largest_size() {
    let Show {
        mut world, seen, ..
    } = show(40);
    assert_eq!(current_layer(&mut world, &seen), Some(2), "{}", world.at());
    check_continuity(&mut world, &seen, 2);
    let layers: Vec<String> = world
        .consumer_events(seen.id)
        .into_iter()
        .filter(|event| event.starts_with("LayersChange"))
        .collect();
    assert!(
        layers
            .last()
            .is_some_and(|event| event.contains("spatial_layer: 2")),
        "{}: {layers:?}",
        world.at()
    );
}

#[test]
fn a_consumer_gets_the_size_that_it_prefers() {
    let Show {
        mut world, seen, ..
    } = show(41);
    for spatial_layer in [0, 1, 0, 2] {
        let layers = PreferredLayers {
            spatial_layer,
            temporal_layer: None,
        };
        world.must(Command::Consumer(
            seen.id,
            ConsumerCommand::SetPreferredLayers(layers),
        ));
        world.run_for(Duration::from_secs(3));
        assert_eq!(
            current_layer(&mut world, &seen),
            Some(spatial_layer),
            "{}",
            world.at()
        );
    }
    check_continuity(&mut world, &seen, 6);
}

#[test]
fn when_a_size_dies_its_consumers_go_on_with_another_one_and_come_back_with_it() {
    let Show {
        mut world,
        alice,
        video,
        seen,
    } = show(42);
    let largest = *video.ssrcs.last().expect("three sizes");
    world.sender(alice).mute(largest, true);
    // Nobody looks at a picture that stands for longer.
    world.run_for(Duration::from_secs(1));
    assert_eq!(current_layer(&mut world, &seen), Some(1), "{}", world.at());
    let before = world.sink(&seen).len();
    world.run_for(Duration::from_secs(1));
    assert!(
        world.sink(&seen).len() > before + 40,
        "{}: the smaller one flows",
        world.at()
    );
    world.sender(alice).mute(largest, false);
    world.run_for(Duration::from_secs(6));
    assert_eq!(current_layer(&mut world, &seen), Some(2), "{}", world.at());
    check_continuity(&mut world, &seen, 4);
}

#[test]
fn a_switch_under_loss_and_reordering_leaves_no_gap() {
    let mut world = World::new(43);
    let link = PeerSettings::default()
        .up
        .random_loss(0.03)
        .reorder(0.02, Duration::from_millis(20));
    let lossy = PeerSettings {
        up: link,
        ..PeerSettings::default()
    };
    let alice = world.add_connected_peer(&lossy);
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_simulcast(alice, &[layer(150), layer(500), layer(1_500)]);
    let seen = world.consume(bob, video.id);
    for spatial_layer in [0, 2, 1, 2, 0, 1, 0, 2] {
        let layers = PreferredLayers {
            spatial_layer,
            temporal_layer: None,
        };
        world.must(Command::Consumer(
            seen.id,
            ConsumerCommand::SetPreferredLayers(layers),
        ));
        world.run_for(Duration::from_secs(2));
    }
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(2));
    let report = world.sink(&seen).report();
    assert!(
        report.timestamps_back.is_empty(),
        "{}: {:?}",
        world.at(),
        report.timestamps_back
    );
    assert!(report.packets > 500, "{}: {report:?}", world.at());
    // What was lost in the old size when the change came is not worth asking for.
    assert!(
        report.missing.len() < 20,
        "{}: {:?} {} of {}",
        world.at(),
        report.missing,
        report.missing.len(),
        report.packets
    );
}
