//! Paths come, move and go.

use std::time::Duration;

use miso_ice::Protocol;
use miso_netsim::LinkConfig;
use miso_sfu::command::{Command, Response, RouterCommand, TransportCommand};
use miso_testkit::{Consumed, PeerSettings, TransportSettings, VideoSettings, World};

fn expect_fresh_media(world: &mut World, consumed: &Consumed, what: &str) {
    let before = world.sink(consumed).len();
    world.run_for(Duration::from_secs(2));
    let report = world.sink(consumed).report();
    let got = world.sink(consumed).len() - before;
    assert!(
        got > 150,
        "{}: {what}: {got} packets in two seconds",
        world.at()
    );
    assert!(
        report.torn_frames.is_empty() && report.timestamps_back.is_empty(),
        "{}: {what}: {report:?}",
        world.at()
    );
}

#[test]
fn media_goes_on_through_an_ice_restart_of_either_side() {
    let mut world = World::new(10);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let consumed = world.consume(bob, video.id);
    expect_fresh_media(&mut world, &consumed, "before");
    for (peer, sends) in [(alice, true), (bob, false)] {
        let endpoint = if sends {
            world.peer(peer).send
        } else {
            world.peer(peer).recv
        };
        let answer = world.must(Command::Transport(
            endpoint.transport,
            TransportCommand::RestartIce,
        ));
        let Response::IceCredentials(credentials) = answer else {
            panic!("{}: {answer:?}", world.at());
        };
        let (ufrag, password) = (credentials.ufrag(), credentials.password().to_owned());
        let client = if sends {
            world.sender(peer)
        } else {
            world.receiver(peer)
        };
        client.restart_ice(ufrag.as_str(), &password);
        world.drain_client(endpoint);
        expect_fresh_media(&mut world, &consumed, "after a restart");
        let dump = world
            .transport_dump(endpoint.transport)
            .webrtc
            .expect("a WebRTC transport");
        assert_eq!(dump.ice_credentials.ufrag(), ufrag, "{}", world.at());
    }
    let report = world.sink(&consumed).report();
    assert!(report.is_complete(), "{}: {report:?}", world.at());
}

#[test]
fn a_peer_that_vanishes_is_noticed_within_the_consent_timeout_and_others_are_told_when_it_is_closed()
 {
    for seconds in [10, 30] {
        let mut world = World::new(11);
        let settings = PeerSettings {
            transport: TransportSettings {
                consent_timeout: seconds,
                ..TransportSettings::default()
            },
            ..PeerSettings::default()
        };
        let alice = world.add_connected_peer(&settings);
        let bob = world.add_connected_peer(&settings);
        let video = world.produce_video(alice, VideoSettings::default());
        let consumed = world.consume(bob, video.id);
        world.run_for(Duration::from_secs(2));
        world.kill(alice);
        let transport = world.peer(alice).send.transport;
        let gone = "IceStateChange(Disconnected)".to_owned();
        world.run_for(Duration::from_secs(seconds) - Duration::from_secs(5));
        assert!(
            !world.transport_events(transport).contains(&gone),
            "{}: too early",
            world.at()
        );
        world.run_for(Duration::from_secs(6));
        assert!(
            world.transport_events(transport).contains(&gone),
            "{}: not noticed",
            world.at()
        );
        let router = world.server.router();
        world.must(Command::Router(
            router,
            RouterCommand::CloseTransport(transport),
        ));
        let events = world.consumer_events(consumed.id);
        assert!(
            events.contains(&"ProducerClose".to_owned()),
            "{}: {events:?}",
            world.at()
        );
        let alive = world.transport_events(world.peer(bob).recv.transport);
        assert!(
            !alive.contains(&gone),
            "{}: the other one is still there: {alive:?}",
            world.at()
        );
    }
}

#[test]
fn a_silent_but_consenting_peer_is_kept() {
    let mut world = World::new(12);
    let peer = world.add_connected_peer(&PeerSettings::default());
    world.run_for(Duration::from_secs(120));
    for transport in [
        world.peer(peer).send.transport,
        world.peer(peer).recv.transport,
    ] {
        let events = world.transport_events(transport);
        assert!(
            !events.iter().any(|event| event.contains("Disconnected")),
            "{}: {events:?}",
            world.at()
        );
    }
}

#[test]
fn media_follows_a_peer_that_changes_networks() {
    let mut world = World::new(13);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let consumed = world.consume(bob, video.id);
    expect_fresh_media(&mut world, &consumed, "at home");
    let link = LinkConfig::default().delay(Duration::from_millis(30));
    let new = world.migrate(alice, (link, link));
    world.run_for(Duration::from_secs(3));
    expect_fresh_media(&mut world, &consumed, "on the road");
    let transport = world.peer(alice).send.transport;
    let dump = world
        .transport_dump(transport)
        .webrtc
        .expect("a WebRTC transport");
    assert_eq!(
        dump.ice_selected_tuple.map(|tuple| tuple.remote()),
        Some(new),
        "{}",
        world.at()
    );
    let changes = world.transport_events(transport);
    let changes = changes
        .iter()
        .filter(|event| event.starts_with("IceSelectedTupleChange"))
        .count();
    assert!(changes >= 2, "{}: {changes} changes were told", world.at());
}

#[test]
fn peers_that_have_only_tcp_get_everything() {
    let mut world = World::new(14);
    let settings = PeerSettings {
        protocol: Protocol::Tcp,
        ..PeerSettings::default()
    };
    let alice = world.add_connected_peer(&settings);
    let bob = world.add_connected_peer(&settings);
    let carol = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let audio = world.produce_audio(carol);
    let consumed = [
        world.consume(bob, video.id),
        world.consume(bob, audio.id),
        world.consume(carol, video.id),
    ];
    world.run_for(Duration::from_secs(3));
    for consumed in consumed {
        let report = world.sink(&consumed).report();
        assert!(
            report.is_flawless() && report.complete_frames > 80,
            "{}: {report:?}",
            world.at()
        );
    }
    let dump = world
        .transport_dump(world.peer(bob).recv.transport)
        .webrtc
        .expect("a WebRTC transport");
    assert_eq!(
        dump.ice_selected_tuple.map(|tuple| tuple.protocol()),
        Some(Protocol::Tcp),
        "{}",
        world.at()
    );
}
