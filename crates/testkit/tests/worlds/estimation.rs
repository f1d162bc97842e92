//! The path to a viewer is measured, and layers follow what it carries.

use std::time::Duration;

use miso_netsim::{Buffer, LinkConfig};
use miso_ortc::ScalabilityLayers;
use miso_sfu::command::{Command, ConsumerCommand, ContentHint, ProducerCommand, TransportCommand};
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

/// Senders who show themselves in three sizes (150, 500 and 1,500 kbit/s), and Bob who watches them over this link.
struct Show {
    world: World,
    bob: PeerId,
    seen: Vec<Consumed>,
}

impl Show {
    fn new(seed: u64, senders: usize, kbps: u64) -> Self {
        Self::with_bob(
            seed,
            senders,
            &PeerSettings {
                down: link(kbps),
                ..PeerSettings::default()
            },
        )
    }

    fn with_bob(seed: u64, senders: usize, settings: &PeerSettings) -> Self {
        let mut world = World::new(seed);
        let peers: Vec<PeerId> = (0..senders)
            .map(|_| world.add_connected_peer(&PeerSettings::default()))
            .collect();
        let bob = world.add_connected_peer(settings);
        let sizes = [layer(150), layer(500), layer(1_500)];
        let seen = peers
            .into_iter()
            .map(|peer| {
                let video = world.produce_simulcast(peer, &sizes);
                world.consume(bob, video.id)
            })
            .collect();
        Self { world, bob, seen }
    }

    fn run(&mut self, seconds: u64) {
        self.world.run_for(Duration::from_secs(seconds));
    }

    /// The sizes that Bob gets.
    fn sizes(&mut self) -> Vec<Option<u8>> {
        let world = &mut self.world;
        let size = |seen: &Consumed| world.consumer_dump(seen.id).current_spatial_layer;
        self.seen.iter().map(size).collect()
    }

    fn order(&mut self, index: usize, command: ConsumerCommand) {
        let consumer = self.seen[index].id;
        self.world.must(Command::Consumer(consumer, command));
    }
}

#[test]
fn a_viewer_gets_the_size_that_the_link_carries_and_keeps_it() {
    for (kbps, size) in [(300, 0), (800, 1), (2_500, 2)] {
        let mut show = Show::new(70, 1, kbps);
        show.run(8);
        for _ in 0..20 {
            show.run(1);
            let at = show.world.at();
            assert_eq!(show.sizes(), [Some(size)], "{at}: {kbps} kbit/s");
        }
    }
}

#[test]
fn a_link_that_grows_brings_the_larger_size_and_one_that_shrinks_the_smaller() {
    let mut show = Show::new(71, 1, 800);
    show.run(8);
    for (kbps, size) in [(2_500, 2), (800, 1), (2_500, 2)] {
        let up = LinkConfig::default().delay(Duration::from_millis(25));
        show.world.set_links(show.bob, up, link(kbps));
        show.run(12);
        let at = show.world.at();
        assert_eq!(show.sizes(), [Some(size)], "{at}: {kbps} kbit/s");
    }
}

#[test]
fn the_owners_limit_is_kept_and_lifted() {
    let mut show = Show::new(72, 1, 5_000);
    let transport = show.world.peer(show.bob).recv.transport;
    let limit = |show: &mut Show, kbps: u64| {
        let command = TransportCommand::SetMaxOutgoingBitrate(Bitrate::kbps(kbps));
        show.world.must(Command::Transport(transport, command));
    };
    limit(&mut show, 400);
    show.run(8);
    assert_eq!(show.sizes(), [Some(0)], "{}", show.world.at());
    let stats = show.world.transport_stats(transport);
    assert!(stats.available_outgoing_bitrate <= Some(Bitrate::kbps(400)));
    limit(&mut show, 0);
    show.run(12);
    assert_eq!(show.sizes(), [Some(2)], "{}", show.world.at());
}

#[test]
fn who_has_priority_gets_the_larger_picture_and_nobody_goes_without() {
    let mut show = Show::new(73, 3, 1_200);
    show.order(1, ConsumerCommand::SetPriority(10));
    show.run(15);
    let at = show.world.at();
    assert_eq!(show.sizes(), [Some(0), Some(1), Some(0)], "{at}");
}

#[test]
fn what_a_paused_consumer_had_goes_to_the_others() {
    let mut show = Show::new(74, 2, 700);
    show.run(10);
    assert_eq!(show.sizes(), [Some(0), Some(0)], "{}", show.world.at());
    show.order(0, ConsumerCommand::Pause);
    show.run(10);
    assert_eq!(show.sizes(), [None, Some(1)], "{}", show.world.at());
    show.order(0, ConsumerCommand::Resume);
    show.run(10);
    assert_eq!(show.sizes(), [Some(0), Some(0)], "{}", show.world.at());
}

#[test]
fn sound_comes_through_where_not_even_the_smallest_picture_does() {
    let mut show = Show::new(75, 1, 120);
    let carol = show.world.add_connected_peer(&PeerSettings::default());
    let voice = show.world.produce_audio(carol);
    let heard = show.world.consume(show.bob, voice.id);
    show.run(10);
    let sink = show.world.sink(&heard);
    let before = sink.len();
    show.run(10);
    let at = show.world.at();
    let arrived = show.world.sink(&heard).len() - before;
    assert!(arrived >= 480, "{at}: {arrived} of 500 packets of sound");
    assert_eq!(show.sizes(), [None], "{at}");
}

#[test]
fn repeats_do_not_fill_a_path_that_is_full() {
    let mut world = World::new(76);
    let ann = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings {
        down: link(250),
        ..PeerSettings::default()
    });
    let video = world.produce_video(ann, layer(500));
    let seen = world.consume(bob, video.id);
    world.receiver(bob).ask_after_losses(seen.ssrc);
    world.run_for(Duration::from_secs(10));
    let at = world.at();
    let stats = world.transport_stats(world.peer(bob).recv.transport);
    let (media, repeats) = (stats.rtp_sent.bitrate.0, stats.rtx_sent.bitrate.0);
    assert!(repeats > 0, "{at}");
    assert!(repeats * 4 < media, "{at}: {repeats} of {media} bit/s");
}

#[test]
fn a_screen_stutters_before_it_gets_smaller_and_a_camera_gets_smaller_first() {
    for (hint, layers) in [
        (ContentHint::Motion, (Some(1), Some(2))),
        (ContentHint::Detail, (Some(2), Some(1))),
    ] {
        let mut world = World::new(77);
        let ann = world.add_connected_peer(&PeerSettings::default());
        let bob = world.add_connected_peer(&PeerSettings {
            down: link(1_000),
            ..PeerSettings::default()
        });
        let picture = world.produce_svc(
            ann,
            VideoSettings {
                layers: ScalabilityLayers {
                    spatial: 3,
                    temporal: 3,
                    ksvc: false,
                },
                ..layer(1_500)
            },
        );
        world.must(Command::Producer(
            picture.id,
            ProducerCommand::SetContentHint(hint),
        ));
        let seen = world.consume(bob, picture.id);
        world.run_for(Duration::from_secs(12));
        let dump = world.consumer_dump(seen.id);
        let got = (dump.current_spatial_layer, dump.current_temporal_layer);
        assert_eq!(got, layers, "{}: {hint:?}", world.at());
    }
}

#[test]
fn a_viewer_without_transport_wide_feedback_gets_the_size_that_its_remb_allows() {
    let settings = PeerSettings {
        transport_cc: false,
        ..PeerSettings::default()
    };
    let mut show = Show::with_bob(76, 1, &settings);
    let ssrc = show.seen[0].ssrc;
    for (kbps, size) in [(300, 0), (2_500, 2), (800, 1), (300, 0), (800, 1)] {
        for _ in 0..10 {
            let client = show.world.receiver(show.bob);
            client.allow_bitrate(ssrc, Bitrate::kbps(kbps));
            show.run(1);
        }
        let at = show.world.at();
        assert_eq!(show.sizes(), [Some(size)], "{at}: {kbps} kbit/s allowed");
    }
}
