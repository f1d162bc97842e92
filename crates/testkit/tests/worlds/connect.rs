//! Peers connect, media flows.

use std::time::Duration;

use miso_testkit::{PeerSettings, VideoSettings, World};

#[test]
fn a_peer_connects_and_another_one_gets_its_media_from_a_key_frame_on() {
    let mut world = World::new(1);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let audio = world.produce_audio(alice);
    let consumed = [world.consume(bob, video.id), world.consume(bob, audio.id)];
    world.run_for(Duration::from_secs(5));
    for consumed in consumed {
        let report = world.sink(&consumed).report();
        assert!(
            report.is_flawless(),
            "{}: {:?} {report:?}",
            world.at(),
            consumed.kind
        );
        assert!(report.complete_frames > 100, "{}: {report:?}", world.at());
    }
}
