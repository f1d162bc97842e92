//! What statistics and dumps say agrees with what went over the links.

use std::time::Duration;

use miso_ortc::{ConsumerType, ProducerType};
use miso_sfu::command::{Command, DataConsumerCommand, DataProducerCommand, Response};
use miso_sfu::stats::StreamDirection;
use miso_testkit::{PeerSettings, VideoSettings, World};

#[test]
fn counts_of_packets_and_bytes_agree_from_end_to_end() {
    let mut world = World::new(70);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let audio = world.produce_audio(alice);
    let seen = [(video, ()), (audio, ())].map(|(produced, ())| {
        let consumed = world.consume(bob, produced.id);
        (produced, consumed)
    });
    world.run_for(Duration::from_secs(10));
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(1));
    let mut rtp_bytes = (0, 0);
    for (produced, consumed) in seen {
        let at = world.at();
        let arrived = world.sink(&consumed).len() as u64;
        let recv = world.producer_stats(produced.id).remove(0);
        let stats = world.consumer_stats(consumed.id);
        let [sent, of_producer] = stats.as_slice() else {
            panic!("{at}: {stats:?}");
        };
        assert_eq!(
            (recv.direction, sent.direction),
            (StreamDirection::Recv, StreamDirection::Send),
            "{at}"
        );
        assert_eq!(recv.ssrc, produced.ssrc(), "{at}");
        assert_eq!(sent.ssrc, consumed.ssrc, "{at}");
        assert_eq!(sent.packet_count, arrived, "{at}");
        assert_eq!(of_producer.packet_count, recv.packet_count, "{at}");
        assert!(recv.packet_count >= arrived, "{at}: {recv:?}");
        assert_eq!((recv.packets_lost, sent.packets_lost), (0, 0), "{at}");
        assert!(sent.byte_count >= arrived * 80, "{at}: {sent:?}");
        rtp_bytes = (rtp_bytes.0 + recv.byte_count, rtp_bytes.1 + sent.byte_count);
    }
    let (up, down) = (
        world.peer(alice).send.transport,
        world.peer(bob).recv.transport,
    );
    let (up, down) = (world.transport_stats(up), world.transport_stats(down));
    let close = |wire: u64, streams: u64| wire.abs_diff(streams) * 20 < streams;
    assert!(
        close(up.rtp_received.bytes, rtp_bytes.0),
        "{}: {up:?} {rtp_bytes:?}",
        world.at()
    );
    assert!(
        close(down.rtp_sent.bytes, rtp_bytes.1),
        "{}: {down:?} {rtp_bytes:?}",
        world.at()
    );
    assert!(up.received.bytes > up.rtp_received.bytes, "{}", world.at());
    assert!(down.sent.bytes > down.rtp_sent.bytes, "{}", world.at());
    assert_eq!(
        (up.rtx_received.bytes, down.rtx_sent.bytes),
        (0, 0),
        "{}",
        world.at()
    );
}

#[test]
fn bitrates_are_what_flows_now_and_fall_to_zero_after() {
    let mut world = World::new(71);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_video(alice, VideoSettings::default());
    let seen = world.consume(bob, video.id);
    world.run_for(Duration::from_secs(5));
    let near = |bitrate: u64| (900_000..1_200_000).contains(&bitrate);
    let (recv, sent) = (
        world.producer_stats(video.id).remove(0),
        world.consumer_stats(seen.id).remove(0),
    );
    assert!(
        near(recv.bitrate.0) && near(sent.bitrate.0),
        "{}: {recv:?} {sent:?}",
        world.at()
    );
    world.sender(alice).mute_all();
    world.run_for(Duration::from_secs(4));
    let (recv, sent) = (
        world.producer_stats(video.id).remove(0),
        world.consumer_stats(seen.id).remove(0),
    );
    assert_eq!((recv.bitrate.0, sent.bitrate.0), (0, 0), "{}", world.at());
}

#[test]
fn messages_are_counted_on_both_sides() {
    let mut world = World::new(72);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let chat = world.produce_data(alice, "chat", (None, None, None));
    let heard = world.consume_data(bob, chat.id);
    world.run_for(Duration::from_secs(1));
    for length in 1..=100 {
        assert!(
            world.send_message(&chat, true, &vec![1; length]),
            "{}",
            world.at()
        );
        world.run_for(Duration::from_millis(20));
    }
    world.run_for(Duration::from_secs(1));
    let Response::DataProducerStats(produced) = world.must(Command::DataProducer(
        chat.id,
        DataProducerCommand::GetStats,
    )) else {
        panic!("{}", world.at());
    };
    let Response::DataConsumerStats(consumed) = world.must(Command::DataConsumer(
        heard.id,
        DataConsumerCommand::GetStats,
    )) else {
        panic!("{}", world.at());
    };
    assert_eq!(
        (produced.messages_received, produced.bytes_received),
        (100, 5_050),
        "{}",
        world.at()
    );
    assert_eq!(
        (
            consumed.messages_sent,
            consumed.bytes_sent,
            consumed.buffered_amount
        ),
        (100, 5_050, 0),
        "{}",
        world.at()
    );
}

#[test]
fn dumps_name_all_objects_and_how_they_hang_together() {
    let mut world = World::new(73);
    let alice = world.add_connected_peer(&PeerSettings::default());
    let bob = world.add_connected_peer(&PeerSettings::default());
    let video = world.produce_simulcast(alice, &[VideoSettings::default(); 2]);
    let audio = world.produce_audio(alice);
    let seen = world.consume(bob, video.id);
    let chat = world.produce_data(alice, "chat", (None, None, None));
    let heard = world.consume_data(bob, chat.id);
    world.run_for(Duration::from_secs(4));
    let at = world.at();
    let router = world.router_dump();
    assert_eq!(router.transports.len(), 4, "{at}");
    assert!(
        router
            .producer_consumers
            .contains(&(video.id, vec![seen.id])),
        "{at}: {router:?}"
    );
    assert!(
        router
            .data_producer_consumers
            .contains(&(chat.id, vec![heard.id])),
        "{at}: {router:?}"
    );
    let up = world.transport_dump(world.peer(alice).send.transport);
    assert_eq!(up.producers, [video.id, audio.id], "{at}");
    assert_eq!(up.data_producers, [chat.id], "{at}");
    assert_eq!(up.mid_producers.len(), 2, "{at}: {up:?}");
    assert_eq!(up.rid_producers.len(), 2, "{at}: {up:?}");
    for ssrc in &video.ssrcs {
        assert!(
            up.ssrc_producers.contains(&(*ssrc, video.id)),
            "{at}: {ssrc:?} was learnt by its RID: {up:?}"
        );
    }
    assert_eq!(
        up.recv_extension_ids.mid,
        Some(4),
        "{at}: Chromium's numbers"
    );
    let down = world.transport_dump(world.peer(bob).recv.transport);
    assert_eq!(down.ssrc_consumers, [(seen.ssrc, seen.id)], "{at}");
    assert_eq!(down.data_consumers, [heard.id], "{at}");
    let consumer = world.consumer_dump(seen.id);
    assert_eq!(consumer.consumer_type, ConsumerType::Simulcast, "{at}");
    assert_eq!(consumer.producer_id, video.id, "{at}");
    assert_eq!(
        world
            .server
            .producer(video.id)
            .map(|producer| producer.producer_type),
        Some(ProducerType::Simulcast),
        "{at}"
    );
}
