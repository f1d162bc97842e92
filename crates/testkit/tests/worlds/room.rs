//! A room with ten people for two minutes over bad links.

use std::time::Duration;

use miso_netsim::LinkConfig;
use miso_ortc::MediaKind;
use miso_testkit::{
    Consumed, DataConsumed, DataProduced, PeerId, PeerSettings, Produced, VideoSettings, World,
};

const PEERS: usize = 10;
/// Two minutes: media for this long, then what is missing may still be repaired.
const DURATION: Duration = Duration::from_secs(118);
const REPAIR: Duration = Duration::from_secs(2);
/// Half seconds at the end in which nobody writes.
const CHAT_REPAIR: u128 = 20;

/// 2 % loss and 50 ms each way, and one packet in a hundred is overtaken by those of the next 15 ms.
fn bad_link() -> LinkConfig {
    LinkConfig::default()
        .delay(Duration::from_millis(50))
        .random_loss(0.02)
        .reorder(0.01, Duration::from_millis(15))
}

struct Member {
    id: PeerId,
    media: Vec<Produced>,
    chat: DataProduced,
    consumed: Vec<Consumed>,
    chats: Vec<(usize, DataConsumed)>,
    sent: usize,
}

fn members(world: &mut World) -> Vec<Member> {
    let settings = PeerSettings {
        up: bad_link(),
        down: bad_link(),
        ..PeerSettings::default()
    };
    let ids: Vec<PeerId> = (0..PEERS).map(|_| world.add_peer(&settings)).collect();
    world.wait_for_peers(&ids);
    let produce = |id| Member {
        id,
        media: vec![
            world.produce_audio(id),
            world.produce_video(id, VideoSettings::default()),
        ],
        chat: world.produce_data(id, "chat", (Some(true), None, None)),
        consumed: Vec::new(),
        chats: Vec::new(),
        sent: 0,
    };
    let mut members: Vec<Member> = ids.into_iter().map(produce).collect();
    for index in 0..PEERS {
        for other in (0..PEERS).filter(|other| *other != index) {
            let id = members[index].id;
            for producer in members[other].media.clone() {
                let consumed = world.consume(id, producer.id);
                members[index].consumed.push(consumed);
            }
            let chat = world.consume_data(id, members[other].chat.id);
            members[index].chats.push((other, chat));
        }
    }
    members
}

fn message(from: usize, number: usize) -> Vec<u8> {
    let mut text = format!("{from} says {number}: ").into_bytes();
    text.resize(text.len() + number * 37 % 3_000, b'x');
    text
}

#[test]
fn ten_people_over_bad_links_get_all_video_all_messages_in_order_and_the_audio_that_the_links_let_through()
 {
    let mut world = World::new(0x0dd_ba11);
    let mut members = members(&mut world);
    let ticks = DURATION.as_millis() / 500;
    for tick in 0..ticks {
        world.run_for(Duration::from_millis(500));
        // A message that is lost twice takes seconds: the last ones need time.
        if tick + CHAT_REPAIR > ticks {
            continue;
        }
        for (from, member) in members.iter_mut().enumerate() {
            if world.send_message(
                &member.chat,
                member.sent % 2 == 0,
                &message(from, member.sent),
            ) {
                member.sent += 1;
            }
        }
    }
    for member in &members {
        world.sender(member.id).mute_all();
    }
    world.run_for(REPAIR);
    for (index, member) in members.iter().enumerate() {
        for consumed in &member.consumed {
            check_media(&mut world, index, consumed);
        }
        for (other, chat) in &member.chats {
            check_chat(&mut world, index, (*other, members[*other].sent), chat);
        }
    }
}

fn check_media(world: &mut World, index: usize, consumed: &Consumed) {
    let at = world.at();
    let report = world.sink(consumed).report();
    match consumed.kind {
        MediaKind::Video => {
            assert!(
                report.is_complete(),
                "{at}: peer {index}, video: {report:?}"
            );
            assert!(
                report.complete_frames > 3_400,
                "{at}: peer {index}, video: {report:?}"
            );
        }
        // Audio is not sent again unless asked for: 2 % are lost on the way up, 2 % on the way down.
        MediaKind::Audio => {
            let (got, lost) = (report.packets, report.missing.len());
            assert!(
                report.timestamps_back.is_empty() && report.duplicates == 0,
                "{at}: peer {index}: {report:?}"
            );
            assert!(
                got > 5_500 && lost * 100 < got * 6,
                "{at}: peer {index}, audio: {got} got, {lost} lost"
            );
        }
    }
}

fn check_chat(world: &mut World, index: usize, (from, sent): (usize, usize), chat: &DataConsumed) {
    let at = world.at();
    let sink = world.receiver(chat.peer).channel(chat.channel);
    assert!(sent > 200, "{at}: only {sent} messages could be sent");
    assert_eq!(sink.messages.len(), sent, "{at}: peer {index} from {from}");
    for (number, got) in sink.messages.iter().enumerate() {
        assert_eq!(
            *got,
            (number % 2 == 0, message(from, number)),
            "{at}: peer {index} from {from}, message {number}"
        );
    }
}
