//! Who is loud, and who speaks.

use std::time::Duration;

use miso_sfu::command::{
    ActiveSpeakerOptions, AudioLevelOptions, Command, ObserverCommand, ProducerCommand,
    RouterCommand,
};
use miso_sfu::event::{Event, ObserverEvent};
use miso_sfu::{ProducerId, RtpObserverId};
use miso_testkit::{PeerId, PeerSettings, Produced, Source, World};

const SILENT: i8 = -127;
/// What a microphone picks up when nobody speaks.
const BREATH: i8 = -100;
const LOUD: i8 = -20;

fn speakers(world: &mut World, count: usize) -> Vec<Produced> {
    let peers: Vec<PeerId> = (0..count)
        .map(|_| world.add_peer(&PeerSettings::default()))
        .collect();
    world.wait_for_peers(&peers);
    peers
        .into_iter()
        .map(|peer| world.produce_audio(peer))
        .collect()
}

fn set_level(world: &mut World, audio: &Produced, level: i8) {
    match world.sender(audio.peer).source_mut(audio.ssrc()) {
        Some(Source::Opus(source)) => source.set_level(level),
        _ => panic!("an audio producer has an audio source"),
    }
}

fn observe(world: &mut World, command: RouterCommand, id: RtpObserverId, audios: &[Produced]) {
    let router = world.server.router();
    world.must(Command::Router(router, command));
    for audio in audios {
        world.must(Command::Observer(
            id,
            ObserverCommand::AddProducer(audio.id),
        ));
    }
}

fn told(world: &mut World) -> Vec<ObserverEvent> {
    let events = world.take_events().into_iter();
    events
        .filter_map(|(_, event)| match event {
            Event::Observer(_, event) => Some(event),
            _ => None,
        })
        .collect()
}

#[test]
fn the_loudest_are_named_loudest_first_and_silence_is_told_once() {
    let mut world = World::new(80);
    let audios = speakers(&mut world, 3);
    let id = RtpObserverId(900);
    let options = AudioLevelOptions {
        max_entries: 2,
        threshold: -60,
        interval: Duration::from_millis(500),
    };
    observe(
        &mut world,
        RouterCommand::CreateAudioLevelObserver(id, options),
        id,
        &audios,
    );
    for (audio, level) in audios.iter().zip([-40, -20, -30]) {
        set_level(&mut world, audio, level);
    }
    world.run_for(Duration::from_millis(700));
    told(&mut world);
    world.run_for(Duration::from_millis(2_000));
    let events = told(&mut world);
    assert!(
        (3..=5).contains(&events.len()),
        "{}: {events:?}",
        world.at()
    );
    for event in &events {
        let ObserverEvent::Volumes(volumes) = event else {
            panic!("{}: {event:?}", world.at());
        };
        let named: Vec<(ProducerId, i8)> = volumes
            .iter()
            .map(|volume| (volume.producer_id, volume.volume))
            .collect();
        assert_eq!(
            named,
            [(audios[1].id, -20), (audios[2].id, -30)],
            "{}",
            world.at()
        );
    }
    for audio in &audios {
        set_level(&mut world, audio, SILENT);
    }
    world.run_for(Duration::from_secs(4));
    let events = told(&mut world);
    let silences = events
        .iter()
        .filter(|event| matches!(event, ObserverEvent::Silence))
        .count();
    assert_eq!(silences, 1, "{}: {events:?}", world.at());
}

#[test]
fn a_paused_or_closed_producer_is_not_named_any_more() {
    let mut world = World::new(81);
    let audios = speakers(&mut world, 2);
    let id = RtpObserverId(901);
    let options = AudioLevelOptions {
        max_entries: 5,
        threshold: -80,
        interval: Duration::from_millis(500),
    };
    observe(
        &mut world,
        RouterCommand::CreateAudioLevelObserver(id, options),
        id,
        &audios,
    );
    world.run_for(Duration::from_secs(2));
    world.must(Command::Producer(audios[0].id, ProducerCommand::Pause));
    world.run_for(Duration::from_secs(1));
    told(&mut world);
    world.run_for(Duration::from_secs(2));
    for event in told(&mut world) {
        let ObserverEvent::Volumes(volumes) = event else {
            panic!("{}: {event:?}", world.at());
        };
        assert!(
            volumes
                .iter()
                .all(|volume| volume.producer_id == audios[1].id),
            "{}: {volumes:?}",
            world.at()
        );
    }
}

#[test]
fn the_dominant_speaker_changes_with_who_speaks() {
    let mut world = World::new(82);
    let audios = speakers(&mut world, 3);
    let id = RtpObserverId(902);
    let options = ActiveSpeakerOptions {
        interval: Duration::from_millis(300),
    };
    observe(
        &mut world,
        RouterCommand::CreateActiveSpeakerObserver(id, options),
        id,
        &audios,
    );
    // Who is loud from the first moment on would be taken for a loud room.
    audios
        .iter()
        .for_each(|audio| set_level(&mut world, audio, BREATH));
    world.run_for(Duration::from_secs(1));
    for speaker in [0, 1, 2, 0] {
        for (index, audio) in audios.iter().enumerate() {
            set_level(
                &mut world,
                audio,
                if index == speaker { LOUD } else { BREATH },
            );
        }
        world.run_for(Duration::from_secs(6));
        let last = told(&mut world)
            .into_iter()
            .rev()
            .find_map(|event| match event {
                ObserverEvent::DominantSpeaker(id) => Some(id),
                _ => None,
            });
        assert_eq!(
            last,
            Some(audios[speaker].id),
            "{}: {speaker} speaks",
            world.at()
        );
    }
}
