//! Messages between peers, and with a bot.

use std::time::Duration;

use miso_sfu::command::{Command, DataConsumerCommand, DataProducerCommand, TransportCommand};
use miso_sfu::event::{DataConsumerEvent, Event};
use miso_testkit::{DataConsumed, DataProduced, PeerId, PeerSettings, World};

const A_WHILE: Duration = Duration::from_secs(2);

struct Chat {
    world: World,
    alice: PeerId,
    bob: PeerId,
    chat: DataProduced,
    heard: DataConsumed,
}

fn chat(seed: u64, reliability: (Option<bool>, Option<u16>, Option<u16>)) -> Chat {
    let mut world = World::new(seed);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let chat = world.produce_data(alice, "chat", reliability);
    let heard = world.consume_data(bob, chat.id);
    world.run_for(A_WHILE);
    Chat {
        world,
        alice,
        bob,
        chat,
        heard,
    }
}

#[test]
fn messages_of_every_reliability_arrive_as_they_were_sent() {
    for reliability in [
        (None, None, None),
        (Some(false), None, None),
        (None, Some(500), None),
        (None, None, Some(3)),
    ] {
        let Chat {
            mut world,
            bob,
            chat,
            heard,
            ..
        } = chat(30, reliability);
        // The most that str0m sends without an SDP that allows more. It takes the age of a message by the real clock,
        // so where that matters one that fits a packet has to do.
        let big = vec![
            7;
            if reliability.1.is_some() {
                1_000
            } else {
                65_536
            }
        ];
        let sent: [(bool, &[u8]); 4] = [
            (false, b"hello"),
            (true, b"\x00\xff"),
            (true, &big),
            (false, "grüß".as_bytes()),
        ];
        for (binary, message) in sent {
            assert!(
                world.send_message(&chat, binary, message),
                "{}: {reliability:?}",
                world.at()
            );
            world.run_for(Duration::from_secs(1));
        }
        let got = &world.receiver(bob).channel(heard.channel).messages;
        let got: Vec<(bool, &[u8])> = got
            .iter()
            .map(|(binary, bytes)| (*binary, bytes.as_slice()))
            .collect();
        assert!(
            got == sent,
            "{reliability:?}: of lengths {:?}",
            got.iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn paused_data_producers_and_consumers_drop_messages() {
    let Chat {
        mut world,
        bob,
        chat,
        heard,
        ..
    } = chat(32, (None, None, None));
    let say = |world: &mut World, text: &str| {
        assert!(
            world.send_message(&chat, false, text.as_bytes()),
            "{}",
            world.at()
        );
        world.run_for(Duration::from_millis(200));
    };
    say(&mut world, "one");
    world.must(Command::DataProducer(chat.id, DataProducerCommand::Pause));
    say(&mut world, "two");
    world.must(Command::DataProducer(chat.id, DataProducerCommand::Resume));
    world.must(Command::DataConsumer(heard.id, DataConsumerCommand::Pause));
    say(&mut world, "three");
    world.must(Command::DataConsumer(heard.id, DataConsumerCommand::Resume));
    say(&mut world, "four");
    let at = world.at();
    let got: Vec<_> = world
        .receiver(bob)
        .channel(heard.channel)
        .messages
        .iter()
        .map(|(_, text)| text.clone())
        .collect();
    assert_eq!(got, [b"one".to_vec(), b"four".to_vec()], "{at}");
}

#[test]
fn closing_a_data_producer_closes_its_consumers_and_their_channels() {
    let Chat {
        mut world,
        alice,
        bob,
        chat,
        heard,
    } = chat(33, (None, None, None));
    let transport = world.peer(alice).send.transport;
    world.must(Command::Transport(
        transport,
        TransportCommand::CloseDataProducer(chat.id),
    ));
    let told = world.server.events.iter().any(|(_, event)| {
        matches!(event, Event::DataConsumer(id, DataConsumerEvent::DataProducerClose) if *id == heard.id)
    });
    assert!(told, "{}", world.at());
    world.run_for(A_WHILE);
    assert!(
        world.receiver(bob).channel(heard.channel).is_closed,
        "{}: the stream was reset",
        world.at()
    );
    assert!(
        world
            .command(Command::DataConsumer(heard.id, DataConsumerCommand::Dump))
            .is_err(),
        "{}",
        world.at()
    );
}

#[test]
fn a_bot_on_a_direct_transport_talks_with_peers() {
    let Chat {
        mut world,
        bob,
        chat,
        ..
    } = chat(34, (None, None, None));
    let now = world.now();
    let direct = world
        .server
        .create_direct_transport(now)
        .expect("a direct transport");
    let (ear, _) = world
        .server
        .consume_data(direct, chat.id, true, now)
        .expect("a direct data consumer");
    let mouth = world
        .server
        .produce_data(direct, None, "bot", now)
        .expect("a direct data producer");
    let heard = world.consume_data(bob, mouth);
    world.run_for(A_WHILE);
    assert!(
        world.send_message(&chat, false, b"hello bot"),
        "{}",
        world.at()
    );
    world.run_for(A_WHILE);
    let payload = world
        .server
        .events
        .iter()
        .find_map(|(_, event)| match event {
            Event::DataConsumer(id, DataConsumerEvent::Message(message)) if *id == ear => {
                Some(message.clone())
            }
            _ => None,
        });
    let payload = payload.unwrap_or_else(|| panic!("{}: the bot hears nothing", world.at()));
    assert_eq!(
        (payload.ppid, &*payload.bytes),
        (51, b"hello bot".as_slice())
    );
    world.must(Command::DataProducer(
        mouth,
        DataProducerCommand::Send(payload, Default::default()),
    ));
    world.run_for(A_WHILE);
    let at = world.at();
    assert_eq!(
        world.receiver(bob).channel(heard.channel).messages,
        [(false, b"hello bot".to_vec())],
        "{at}"
    );
}
