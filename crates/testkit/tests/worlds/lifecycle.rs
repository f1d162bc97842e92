//! Pausing, resuming, closing, joining late.

use std::time::Duration;

use miso_sfu::command::{
    Command, ConsumerCommand, ProducerCommand, RouterCommand, TransportCommand,
};
use miso_testkit::{
    ConsumeSettings, Consumed, PeerId, PeerSettings, Produced, VideoSettings, World,
};

const A_WHILE: Duration = Duration::from_secs(2);

struct Pair {
    world: World,
    alice: PeerId,
    bob: PeerId,
    video: Produced,
    audio: Produced,
    seen: Consumed,
    heard: Consumed,
}

/// Alice is seen and heard by Bob.
fn pair(seed: u64) -> Pair {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let audio = world.produce_audio(alice);
    let seen = world.consume(bob, video.id);
    let heard = world.consume(bob, audio.id);
    world.run_for(A_WHILE);
    Pair {
        world,
        alice,
        bob,
        video,
        audio,
        seen,
        heard,
    }
}

/// What came since the last look: it must begin with a key frame that follows in sequence and time.
fn expect_key_frame_start(world: &mut World, consumed: &Consumed, before: usize) {
    let at = world.at();
    let arrivals = &world.sink(consumed).arrivals;
    let (old, new) = arrivals.split_at(before);
    let (Some(last), Some(first)) = (old.last(), new.first()) else {
        panic!("{at}: nothing came");
    };
    assert!(
        first.tag.is_key && first.tag.index == 0,
        "{at}: it begins with {first:?}"
    );
    assert_eq!(
        first.seq,
        last.seq + 1,
        "{at}: the sequence numbers show the pause"
    );
    assert!(
        first.timestamp.wrapping_sub(last.timestamp) < u32::MAX / 2,
        "{at}: time goes back"
    );
    assert!(world.sink(consumed).report().missing.is_empty(), "{at}");
}

#[test]
fn a_paused_producer_is_not_forwarded_and_resumes_with_a_key_frame() {
    let Pair {
        mut world,
        video,
        audio,
        seen,
        heard,
        ..
    } = pair(20);
    for id in [video.id, audio.id] {
        world.must(Command::Producer(id, ProducerCommand::Pause));
    }
    world.run_for(Duration::from_millis(100));
    let before = [world.sink(&seen).len(), world.sink(&heard).len()];
    world.run_for(A_WHILE);
    assert_eq!(
        [world.sink(&seen).len(), world.sink(&heard).len()],
        before,
        "{}",
        world.at()
    );
    let received = world.producer_stats(video.id);
    for id in [video.id, audio.id] {
        world.must(Command::Producer(id, ProducerCommand::Resume));
    }
    world.run_for(A_WHILE);
    expect_key_frame_start(&mut world, &seen, before[0]);
    assert!(world.sink(&heard).len() > before[1] + 80, "{}", world.at());
    assert!(
        world.producer_stats(video.id)[0].packet_count > received[0].packet_count,
        "{}",
        world.at()
    );
    let events = world.consumer_events(seen.id);
    let of_pause: Vec<&str> = events
        .iter()
        .map(String::as_str)
        .filter(|event| event.starts_with("Producer"))
        .collect();
    assert_eq!(
        of_pause,
        ["ProducerPause", "ProducerResume"],
        "{}",
        world.at()
    );
}

#[test]
fn a_paused_consumer_gets_nothing_and_resumes_with_a_key_frame() {
    let Pair {
        mut world,
        seen,
        heard,
        ..
    } = pair(21);
    world.must(Command::Consumer(seen.id, ConsumerCommand::Pause));
    world.run_for(Duration::from_millis(100));
    let before = world.sink(&seen).len();
    let audio = world.sink(&heard).len();
    world.run_for(A_WHILE);
    assert_eq!(world.sink(&seen).len(), before, "{}", world.at());
    assert!(
        world.sink(&heard).len() > audio + 80,
        "{}: the other consumer goes on",
        world.at()
    );
    world.must(Command::Consumer(seen.id, ConsumerCommand::Resume));
    world.run_for(A_WHILE);
    expect_key_frame_start(&mut world, &seen, before);
}

#[test]
fn a_consumer_that_starts_paused_gets_nothing_before_it_is_resumed() {
    let Pair {
        mut world,
        bob,
        video,
        ..
    } = pair(22);
    let settings = ConsumeSettings {
        paused: true,
        ..ConsumeSettings::default()
    };
    let again = world.consume_with(bob, video.id, settings);
    world.run_for(A_WHILE);
    assert!(world.sink(&again).is_empty(), "{}", world.at());
    world.must(Command::Consumer(again.id, ConsumerCommand::Resume));
    world.run_for(A_WHILE);
    let report = world.sink(&again).report();
    assert!(report.is_flawless(), "{}: {report:?}", world.at());
}

#[test]
fn several_consumers_of_one_producer_on_one_transport_do_not_disturb_each_other() {
    let Pair {
        mut world,
        bob,
        video,
        seen,
        ..
    } = pair(23);
    let replicas = [world.consume(bob, video.id), world.consume(bob, video.id)];
    world.run_for(A_WHILE);
    world.must(Command::Consumer(replicas[0].id, ConsumerCommand::Pause));
    world.run_for(A_WHILE);
    for consumed in replicas.iter().chain([&seen]) {
        let report = world.sink(consumed).report();
        assert!(report.is_flawless(), "{}: {report:?}", world.at());
    }
    assert!(
        world.sink(&replicas[1]).len() > world.sink(&replicas[0]).len() + 100,
        "{}",
        world.at()
    );
}

#[test]
fn a_late_joiner_gets_a_key_frame_at_once() {
    let Pair {
        mut world,
        alice,
        video,
        ..
    } = pair(24);
    world.run_for(Duration::from_secs(10));
    let carol = world.add_connected_peer(&PeerSettings::default());
    let joined = world.now();
    let seen = world.consume(carol, video.id);
    world.run_for(A_WHILE);
    let report = world.sink(&seen).report();
    assert!(report.is_flawless(), "{}: {report:?}", world.at());
    let first = world.sink(&seen).arrivals[0].at;
    assert!(
        first - joined < Duration::from_millis(200),
        "{}: after {:?}",
        world.at(),
        first - joined
    );
    let asked = world.sender(alice).log.key_frame_requests.len();
    assert!(asked <= 3, "{}: {asked} requests", world.at());
}

#[test]
fn closing_a_producer_closes_its_consumers_and_tells_them() {
    let Pair {
        mut world,
        alice,
        video,
        seen,
        heard,
        bob,
        ..
    } = pair(25);
    let transport = world.peer(alice).send.transport;
    world.must(Command::Transport(
        transport,
        TransportCommand::CloseProducer(video.id),
    ));
    assert_eq!(
        world.consumer_events(seen.id).last().map(String::as_str),
        Some("ProducerClose"),
        "{}",
        world.at()
    );
    let gone = world.command(Command::Consumer(seen.id, ConsumerCommand::Pause));
    assert!(gone.is_err(), "{}: {gone:?}", world.at());
    let before = world.sink(&seen).len();
    let audio = world.sink(&heard).len();
    world.run_for(A_WHILE);
    assert!(
        world.sink(&seen).len() <= before + 10,
        "{}: what was under way may come",
        world.at()
    );
    assert!(world.sink(&heard).len() > audio + 80, "{}", world.at());
    let dump = world.transport_dump(world.peer(bob).recv.transport);
    assert_eq!(dump.consumers, [heard.id], "{}", world.at());
    assert_eq!(
        world.transport_dump(transport).producers.len(),
        1,
        "{}",
        world.at()
    );
}

#[test]
fn closing_a_transport_closes_all_on_it_and_the_peer_is_told() {
    let Pair {
        mut world,
        alice,
        bob,
        video,
        audio,
        seen,
        heard,
    } = pair(26);
    let (transport, router) = (world.peer(alice).send.transport, world.server.router());
    world.must(Command::Router(
        router,
        RouterCommand::CloseTransport(transport),
    ));
    for consumed in [seen, heard] {
        assert_eq!(
            world
                .consumer_events(consumed.id)
                .last()
                .map(String::as_str),
            Some("ProducerClose"),
            "{}",
            world.at()
        );
    }
    for id in [video.id, audio.id] {
        assert!(
            world
                .command(Command::Producer(id, ProducerCommand::Dump))
                .is_err(),
            "{}",
            world.at()
        );
    }
    assert!(
        world
            .command(Command::Transport(transport, TransportCommand::Dump))
            .is_err(),
        "{}",
        world.at()
    );
    world.run_for(A_WHILE);
    assert!(
        world.sender(alice).log.closed_at.is_some(),
        "{}: DTLS says goodbye",
        world.at()
    );
    assert!(
        world
            .transport_dump(world.peer(bob).recv.transport)
            .consumers
            .is_empty(),
        "{}",
        world.at()
    );
    assert!(
        world.router_dump().producer_consumers.is_empty(),
        "{}",
        world.at()
    );
}

#[test]
fn closing_a_router_leaves_nothing() {
    let Pair {
        mut world, seen, ..
    } = pair(27);
    let router = world.server.router();
    world.must(Command::CloseRouter(router));
    world.run_for(A_WHILE);
    assert!(world.worker_dump().routers.is_empty(), "{}", world.at());
    assert!(
        world
            .command(Command::Consumer(seen.id, ConsumerCommand::Dump))
            .is_err(),
        "{}",
        world.at()
    );
    assert!(
        world
            .command(Command::Router(router, RouterCommand::Dump))
            .is_err(),
        "{}",
        world.at()
    );
}

#[test]
fn a_peer_that_closes_dtls_is_noticed_at_once() {
    let Pair {
        mut world,
        alice,
        seen,
        ..
    } = pair(28);
    let now = world.now();
    let (transport, mut wire_at) = (world.peer(alice).send.transport, now);
    world.close_sender(alice);
    world.run_for(Duration::from_millis(500));
    wire_at += Duration::from_millis(500);
    let events = world.transport_events(transport);
    assert!(
        events.contains(&"Dtls(Closed)".to_owned()),
        "{} ({wire_at:?}): {events:?}",
        world.at()
    );
    let before = world.sink(&seen).len();
    world.run_for(A_WHILE);
    assert_eq!(world.sink(&seen).len(), before, "{}", world.at());
}
