//! Sound over bad links: redundancy, retransmission, silence.

use std::time::Duration;

use miso_netsim::LinkConfig;
use miso_sfu::event::{ConsumerEvent, Event, ProducerEvent};
use miso_testkit::{AudioExtras, ConsumeSettings, Consumed, PeerSettings, World};

/// Bytes of a packet of Opus.
const PLAIN: usize = 80;

fn lossy() -> LinkConfig {
    LinkConfig::default()
        .delay(Duration::from_millis(10))
        .random_loss(0.05)
}

fn taking(red: bool, rtx: bool) -> ConsumeSettings {
    ConsumeSettings {
        enable_rtx: Some(true),
        audio: AudioExtras { red, rtx },
        ..ConsumeSettings::default()
    }
}

/// How many packets a consumer never got.
fn missing(world: &mut World, consumed: &Consumed) -> usize {
    let report = world.sink(consumed).report();
    assert!(report.packets > 1_000, "{}: {report:?}", world.at());
    report.missing.len()
}

#[test]
fn sound_in_red_survives_a_lossy_way_up_for_those_who_know_red_and_those_who_do_not() {
    let mut world = World::new(120);
    let alice = world.add_connected_peer(&PeerSettings {
        up: lossy(),
        ..PeerSettings::default()
    });
    let others = [(); 2].map(|()| world.add_connected_peer(&PeerSettings::default()));
    let [bob, carol] = others;
    let red = world.produce_red(alice, 3);
    let plain = world.produce_audio(alice);
    let knows = world.consume_with(bob, red.id, taking(true, false));
    let unaware = world.consume(carol, red.id);
    let lost = world.consume(carol, plain.id);
    world.run_for(Duration::from_secs(30));
    assert!(missing(&mut world, &lost) > 50);
    assert_eq!(missing(&mut world, &knows), 0);
    assert_eq!(missing(&mut world, &unaware), 0);
    let lengths = |world: &mut World, consumed: &Consumed| {
        let arrivals = &world.sink(consumed).arrivals;
        let plain = arrivals.iter().filter(|it| it.len == PLAIN).count();
        (plain, arrivals.len())
    };
    let (unpacked, all) = lengths(&mut world, &unaware);
    assert_eq!(unpacked, all, "{}: only Opus", world.at());
    let (restored, all) = lengths(&mut world, &knows);
    // The frame of a packet that was lost comes alone.
    assert!(restored * 10 < all, "{}: {restored} of {all}", world.at());
}

#[test]
fn lost_sound_is_asked_for_and_comes_by_rtx_both_ways() {
    let mut world = World::new(121);
    let bad = PeerSettings {
        up: lossy(),
        down: lossy(),
        count_rtcp: true,
        ..PeerSettings::default()
    };
    let [alice, bob] = [(); 2].map(|()| world.add_connected_peer(&bad));
    let carol = world.add_connected_peer(&PeerSettings::default());
    let voice = world.produce_audio_with_rtx(alice);
    let repaired = world.consume_with(bob, voice.id, taking(false, true));
    let unaware = world.consume(carol, voice.id);
    world.run_for(Duration::from_secs(30));
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(2));
    assert_eq!(missing(&mut world, &repaired), 0);
    assert_eq!(missing(&mut world, &unaware), 0);
    let asked = world.sender(alice).log.rtcp.nacks;
    assert!(asked > 0, "{}: the sender was asked", world.at());
    let asking = world.receiver(bob).log.rtcp.nacks_sent;
    assert!(asking > 0, "{}: the receiver asked", world.at());
}

#[test]
fn a_long_silence_is_neither_a_loss_nor_the_end() {
    let mut world = World::new(122);
    let [alice, bob] = [(); 2].map(|()| world.add_connected_peer(&PeerSettings::default()));
    for voice in [world.produce_audio(alice), world.produce_red(alice, 2)] {
        let heard = world.consume_with(bob, voice.id, taking(true, false));
        world.run_for(Duration::from_secs(5));
        let before = world.sink(&heard).len();
        world.sender(alice).mute(voice.ssrc(), true);
        world.run_for(Duration::from_secs(20));
        world.sender(alice).mute(voice.ssrc(), false);
        world.run_for(Duration::from_secs(5));
        let at = world.at();
        let report = world.sink(&heard).report();
        assert!(report.packets > before + 200, "{at}: {report:?}");
        let is_whole = report.missing.is_empty() && report.timestamps_back.is_empty();
        assert!(is_whole && report.duplicates == 0, "{at}: {report:?}");
    }
    let at = world.at();
    for (_, event) in &world.server.events {
        match event {
            Event::Producer(_, ProducerEvent::Score(scores)) => {
                assert!(scores.iter().all(|it| it.score == 10), "{at}: {scores:?}");
            }
            Event::Consumer(_, ConsumerEvent::Score(score)) => {
                assert_eq!((score.score, score.producer_score), (10, 10), "{at}");
            }
            _ => {}
        }
    }
}
