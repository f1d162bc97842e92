//! Layers within a stream: each consumer gets those that it prefers, and never misses what they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use miso_ortc::ScalabilityLayers;
use miso_sfu::command::{Command, ConsumerCommand, PreferredLayers};
use miso_testkit::{
    Arrival, Consumed, Described, PeerId, PeerSettings, Produced, Source, VideoSettings, World,
};
use miso_wire::Bitrate;

fn layered(kbps: u64, (spatial, temporal, ksvc): (u8, u8, bool)) -> VideoSettings {
    VideoSettings {
        bitrate: Bitrate::kbps(kbps),
        layers: ScalabilityLayers {
            spatial,
            temporal,
            ksvc,
        },
        ..VideoSettings::default()
    }
}

struct Show {
    world: World,
    alice: PeerId,
    video: Produced,
    seen: Consumed,
}

impl Show {
    fn new(
        seed: u64,
        settings: &PeerSettings,
        produce: impl FnOnce(&mut World, PeerId) -> Produced,
    ) -> Self {
        let mut world = World::new(seed);
        let alice = world.add_connected_peer(settings);
        let bob = world.add_connected_peer(&PeerSettings::default());
        let video = produce(&mut world, alice);
        let seen = world.consume(bob, video.id);
        world.run_for(Duration::from_secs(5));
        Self {
            world,
            alice,
            video,
            seen,
        }
    }

    /// VP9 in one stream.
    fn svc(seed: u64, layers: (u8, u8, bool)) -> Self {
        Self::new(seed, &PeerSettings::default(), |world, alice| {
            world.produce_svc(alice, layered(1_400, layers))
        })
    }

    fn prefer(&mut self, spatial: u8, temporal: u8) {
        let layers = PreferredLayers {
            spatial_layer: spatial,
            temporal_layer: Some(temporal),
        };
        let set = ConsumerCommand::SetPreferredLayers(layers);
        self.world.must(Command::Consumer(self.seen.id, set));
    }

    /// Spatial and temporal layer that are forwarded.
    fn current(&mut self) -> (Option<u8>, Option<u8>) {
        let dump = self.world.consumer_dump(self.seen.id);
        (dump.current_spatial_layer, dump.current_temporal_layer)
    }

    /// What arrives in the next second, in order.
    fn second(&mut self) -> Vec<Arrival> {
        let before = self.world.sink(&self.seen).len();
        self.world.run_for(Duration::from_secs(1));
        let mut arrivals = self.world.sink(&self.seen).arrivals[before..].to_vec();
        arrivals.sort_by_key(|arrival| arrival.seq);
        arrivals
    }

    /// Sequence numbers without a gap, timestamps that go forward, one marker at the end of each picture.
    fn check_continuity(&mut self) {
        let at = self.world.at();
        let mut arrivals = self.world.sink(&self.seen).arrivals.clone();
        arrivals.sort_by_key(|arrival| arrival.seq);
        assert!(arrivals.len() > 300, "{at}: {}", arrivals.len());
        for pair in arrivals.windows(2) {
            let [before, after] = pair else { continue };
            assert_eq!(after.seq, before.seq + 1, "{at}: {before:?} then {after:?}");
            let ticks = after.timestamp.wrapping_sub(before.timestamp);
            assert!(ticks < 90_000, "{at}: {before:?} then {after:?}");
            assert_eq!(before.marker, ticks > 0, "{at}: {before:?} then {after:?}");
        }
    }
}

/// Pictures in these packets.
fn pictures(arrivals: &[Arrival]) -> usize {
    arrivals.chunk_by(|a, b| a.timestamp == b.timestamp).count()
}

/// Of a simulcast of two sizes with three temporal layers each.
fn check_frame_rates(show: &mut Show) {
    assert_eq!(show.current(), (Some(1), Some(2)), "{}", show.world.at());
    for (spatial, temporal, rate) in [(1, 1, 15), (0, 1, 15), (0, 0, 7), (1, 0, 7), (1, 2, 30)] {
        show.prefer(spatial, temporal);
        show.world.run_for(Duration::from_secs(2));
        let current = (Some(spatial), Some(temporal));
        assert_eq!(show.current(), current, "{}", show.world.at());
        let arrivals = show.second();
        assert!(arrivals.iter().all(|it| it.temporal <= temporal));
        let pictures = pictures(&arrivals);
        assert!(
            (rate..=rate + 2).contains(&pictures),
            "{}: {pictures} pictures a second with {spatial}.{temporal}",
            show.world.at()
        );
    }
    show.check_continuity();
}

#[test]
fn consumers_of_a_simulcast_get_the_frame_rate_that_they_prefer() {
    let mut show = Show::new(60, &PeerSettings::default(), |world, alice| {
        let layer = |kbps| layered(kbps, (1, 3, false));
        world.produce_simulcast(alice, &[layer(150), layer(600)])
    });
    check_frame_rates(&mut show);
    let report = show.world.sink(&show.seen).report();
    assert!(
        report.picture_jumps.is_empty(),
        "{:?}",
        report.picture_jumps
    );
    let events = show.world.consumer_events(show.seen.id).join("\n");
    assert!(events.contains("temporal_layer: Some(1)"), "{events}");
}

#[test]
fn consumers_of_h264_get_the_frame_rate_that_they_prefer_by_its_dependency_descriptors() {
    let mut show = Show::new(67, &PeerSettings::default(), |world, alice| {
        let sizes = [150, 600].map(|kbps| layered(kbps, (1, 3, false)));
        world.produce_described(alice, Described::H264, &sizes)
    });
    check_frame_rates(&mut show);
}

#[test]
fn consumers_of_av1_get_the_layers_that_they_prefer_by_its_dependency_descriptors() {
    let mut show = Show::new(68, &PeerSettings::default(), |world, alice| {
        let stream = layered(1_400, (3, 3, false));
        world.produce_described(alice, Described::Av1, &[stream])
    });
    assert_eq!(show.current(), (Some(2), Some(2)), "{}", show.world.at());
    for (spatial, temporal, rate) in [(1, 2, 30), (0, 1, 15), (2, 0, 7), (0, 2, 30), (2, 1, 15)] {
        show.prefer(spatial, temporal);
        show.world.run_for(Duration::from_secs(2));
        let current = (Some(spatial), Some(temporal));
        assert_eq!(show.current(), current, "{}", show.world.at());
        let arrivals = show.second();
        let at = show.world.at();
        let frames = arrivals.iter().filter(|it| it.tag.index == 0).count();
        let pictures = pictures(&arrivals);
        assert!((rate..=rate + 2).contains(&pictures), "{at}: {pictures}");
        // The first and the last picture of the second may be cut.
        let expected = pictures * (usize::from(spatial) + 1);
        assert!(
            frames.abs_diff(expected) <= 4,
            "{at}: {frames}, not {expected}"
        );
    }
    show.check_continuity();
}

#[test]
fn sizes_of_a_simulcast_follow_each_other_at_the_times_at_which_they_were_captured() {
    let up = PeerSettings::default().up.jitter(Duration::from_millis(15));
    let settings = PeerSettings {
        up,
        ..PeerSettings::default()
    };
    let mut show = Show::new(66, &settings, |world, alice| {
        let layer = |kbps| layered(kbps, (1, 1, false));
        world.produce_simulcast(alice, &[layer(150), layer(600), layer(1_500)])
    });
    // Long enough for reports of all streams.
    show.world.run_for(Duration::from_secs(5));
    let first = show.world.sink(&show.seen).len();
    for spatial in [0, 2, 1, 0, 1, 2] {
        show.prefer(spatial, 0);
        show.world.run_for(Duration::from_secs(2));
        assert_eq!(show.current().0, Some(spatial), "{}", show.world.at());
    }
    let mut arrivals = show.world.sink(&show.seen).arrivals[first..].to_vec();
    arrivals.sort_by_key(|arrival| arrival.seq);
    for pair in arrivals.windows(2) {
        let [before, after] = pair else { continue };
        // All sizes are made of the same pictures, 30 a second. A millisecond is three hundredths of one.
        let ticks = after.timestamp.wrapping_sub(before.timestamp);
        let off = (ticks % 3_000).min(3_000 - ticks % 3_000);
        assert!(off <= 90, "{}: {before:?} then {after:?}", show.world.at());
    }
}

#[test]
fn consumers_of_full_svc_get_the_layers_that_they_prefer() {
    let mut show = Show::svc(61, (3, 3, false));
    assert_eq!(show.current(), (Some(2), Some(2)), "{}", show.world.at());
    for (spatial, temporal) in [(1, 2), (0, 1), (2, 0), (0, 2), (2, 2)] {
        show.prefer(spatial, temporal);
        show.world.run_for(Duration::from_secs(2));
        let current = (Some(spatial), Some(temporal));
        assert_eq!(show.current(), current, "{}", show.world.at());
        let arrivals = show.second();
        for picture in arrivals.chunk_by(|a, b| a.timestamp == b.timestamp) {
            let layers: Vec<u8> = picture.iter().map(|it| it.spatial).collect();
            assert!(
                layers.is_sorted() && layers.first() == Some(&0),
                "{layers:?}"
            );
            assert!(picture.iter().all(|it| it.temporal <= temporal));
        }
        let highest = arrivals.iter().map(|it| it.spatial).max();
        assert_eq!(highest, Some(spatial), "{}", show.world.at());
    }
    show.check_continuity();
}

#[test]
fn consumers_of_k_svc_get_one_spatial_layer_but_for_key_pictures() {
    let mut show = Show::svc(62, (3, 2, true));
    assert_eq!(show.current(), (Some(2), Some(1)), "{}", show.world.at());
    for (spatial, temporal) in [(1, 1), (0, 1), (2, 0), (1, 0), (2, 1)] {
        show.prefer(spatial, temporal);
        show.world.run_for(Duration::from_secs(2));
        let current = (Some(spatial), Some(temporal));
        assert_eq!(show.current(), current, "{}", show.world.at());
        let arrivals = show.second();
        assert!(
            arrivals
                .iter()
                .all(|it| it.spatial == spatial && it.temporal <= temporal),
            "{}",
            show.world.at()
        );
    }
    show.check_continuity();
}

#[test]
fn spatial_layer_that_vanishes_gives_way_and_is_gone_up_to_when_it_comes_back() {
    for ksvc in [false, true] {
        let mut show = Show::svc(63, (3, 1, ksvc));
        let ssrc = show.video.ssrc();
        let set_active = |show: &mut Show, layers| {
            let source = show.world.sender(show.alice).source_mut(ssrc);
            let Some(Source::Vp9(source)) = source else {
                panic!("VP9");
            };
            source.set_active(layers);
        };
        set_active(&mut show, 1);
        // Nobody looks at a picture that stands for longer.
        show.world.run_for(Duration::from_millis(600));
        assert_eq!(show.current(), (Some(0), Some(0)), "{}", show.world.at());
        assert!(pictures(&show.second()) >= 29, "{}", show.world.at());
        set_active(&mut show, 3);
        show.world.run_for(Duration::from_secs(3));
        assert_eq!(show.current(), (Some(2), Some(0)), "{}", show.world.at());
    }
}

#[test]
fn layers_that_were_announced_but_never_come_are_seldom_asked_for() {
    let mut show = Show::new(64, &PeerSettings::default(), |world, alice| {
        let video = world.produce_svc(alice, layered(700, (3, 1, false)));
        let source = world.sender(alice).source_mut(video.ssrc());
        let Some(Source::Vp9(source)) = source else {
            panic!("VP9");
        };
        source.set_active(2);
        video
    });
    assert_eq!(show.current(), (Some(1), Some(0)), "{}", show.world.at());
    show.world.run_for(Duration::from_secs(30));
    show.check_continuity();
    let ssrc = show.video.ssrc();
    let Some(Source::Vp9(source)) = show.world.sender(show.alice).source_mut(ssrc) else {
        panic!("VP9");
    };
    assert!(
        source.key_frames() <= 4,
        "{} key frames",
        source.key_frames()
    );
}

#[test]
fn with_loss_and_reordering_layers_change_and_what_is_left_out_is_not_missed() {
    for ksvc in [false, true] {
        let up = PeerSettings::default()
            .up
            .random_loss(0.03)
            .reorder(0.02, Duration::from_millis(20));
        let settings = PeerSettings {
            up,
            ..PeerSettings::default()
        };
        let mut show = Show::new(65, &settings, |world, alice| {
            world.produce_svc(alice, layered(1_400, (3, 3, ksvc)))
        });
        for (spatial, temporal) in [(0, 2), (2, 1), (1, 2), (2, 2), (0, 0), (2, 2)] {
            show.prefer(spatial, temporal);
            show.world.run_for(Duration::from_secs(2));
        }
        show.prefer(1, 1);
        show.world.run_for(Duration::from_secs(3));
        assert_eq!(show.current(), (Some(1), Some(1)), "{}", show.world.at());
        show.world.sender(show.alice).mute_all();
        show.world.run_for(Duration::from_secs(2));
        let frames = frames(&show.world.sink(&show.seen).arrivals);
        let at = show.world.at();
        assert!(frames.len() > 300, "{at}: {}", frames.len());
        let torn = frames.values().filter(|(got, all)| got < all).count();
        assert!(
            torn <= 3,
            "{at}: {torn} of {} frames are torn",
            frames.len()
        );
        // Within a picture each layer needs the one below.
        for (picture, spatial) in frames.keys().filter(|(_, spatial)| *spatial > 0) {
            let below = frames.contains_key(&(*picture, spatial - 1));
            assert!(below || ksvc, "{at}: picture {picture} of layer {spatial}");
        }
    }
}

/// Packets that arrived of each frame and that there are, by picture and spatial layer.
fn frames(arrivals: &[Arrival]) -> BTreeMap<(u32, u8), (u16, u16)> {
    let mut seen = BTreeSet::new();
    let mut frames = BTreeMap::new();
    for arrival in arrivals.iter().filter(|it| seen.insert(it.tag.packet)) {
        let id = (arrival.tag.frame, arrival.spatial);
        frames.entry(id).or_insert((0, arrival.tag.count)).0 += 1;
    }
    frames
}
