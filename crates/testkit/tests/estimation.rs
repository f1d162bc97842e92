//! The path to a viewer is measured, and layers follow what it carries.

use std::time::Duration;

use miso_netsim::{Buffer, LinkConfig};
use miso_testkit::{Consumed, PeerId, PeerSettings, VideoSettings, World};
use miso_wire::Bitrate;

fn layer(kbps: u64) -> VideoSettings {
    VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        ..VideoSettings::default()
    }
}

fn link(kbps: u64) -> LinkConfig {
    LinkConfig::default()
        .rate(Bitrate::kbps(kbps))
        .delay(Duration::from_millis(25))
        .buffer(Buffer::Time(Duration::from_millis(300)))
}

/// Alice shows herself in three sizes (150, 500 and 1,500 kbit/s), Bob watches over this link.
fn watched_over(seed: u64, kbps: u64) -> (World, PeerId, Consumed) {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings {
        down: link(kbps),
        ..PeerSettings::default()
    });
    let video = world.produce_simulcast(alice, &[layer(150), layer(500), layer(1_500)]);
    world.run_for(Duration::from_secs(2));
    let seen = world.consume(bob, video.id);
    (world, bob, seen)
}

#[test]
fn explore() {
    for kbps in [300, 800, 1_000, 2_000, 5_000] {
        let (mut world, bob, seen) = watched_over(1, kbps);
        let transport = world.peer(bob).recv.transport;
        eprintln!("link {kbps}");
        for second in 0..20 {
            world.run_for(Duration::from_secs(1));
            let stats = world.transport_stats(transport);
            let layer = world.consumer_dump(seen.id).current_spatial_layer;
            eprintln!(
                "  {second} layer {layer:?} available {:?} sent {:?} probes {:?} loss {:?}",
                stats.available_outgoing_bitrate.map(|it| it.0 / 1_000),
                stats.rtp_sent.bitrate.0 / 1_000,
                stats.probation_sent.bitrate.0 / 1_000,
                stats.packet_loss_sent,
            );
        }
    }
}
