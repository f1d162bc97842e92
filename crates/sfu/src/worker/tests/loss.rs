use super::media::{Packet, audio, consume, video};
use super::rig::Rig;
use crate::command::{Response, TransportCommand};
use miso_wire::{FeedbackTime, Seq, Ssrc, TransportFeedbackHead};
use serde_json::json;
use std::time::Duration;

/// Loss of what a transport's peer sends and of what it gets.
fn loss(rig: &mut Rig, transport: u64) -> (Option<f64>, Option<f64>) {
    let Response::TransportStats(stats) = rig.tell(transport, TransportCommand::GetStats) else {
        panic!("no statistics");
    };
    (stats.packet_loss_received, stats.packet_loss_sent)
}

#[test]
fn loss_is_told_where_feedback_goes_or_comes_only() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    assert_eq!(loss(&mut rig, 1), (None, None));
    let sound = audio("0", json!([{"ssrc": 40}]));
    rig.produce(1, 10, &sound);
    rig.consume(2, 20, consume(10, &sound, 700, false));
    assert_eq!(loss(&mut rig, 1), (Some(0.0), None));
    assert_eq!(loss(&mut rig, 2), (None, None));
    let picture = video("1", json!([{"ssrc": 50}]));
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, true));
    assert_eq!(loss(&mut rig, 2), (None, Some(0.0)));
    for number in [1, 2, 4, 8] {
        rig.send(1, &Packet::vp8(50, number, number == 1).numbered(number));
    }
    rig.advance(Duration::from_millis(100));
    assert_eq!(loss(&mut rig, 1), (Some(0.5), None));
}

#[test]
fn loss_on_the_way_out_is_what_the_peers_feedback_says() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    let picture = video("1", json!([{"ssrc": 50}]));
    rig.produce(1, 11, &picture);
    rig.consume(2, 21, consume(11, &picture, 800, true));
    let head = TransportFeedbackHead {
        sender: Ssrc(0),
        media: Ssrc(800),
        base: Seq(0),
        feedback_count: 0,
    };
    let arrived = Some(FeedbackTime(1_000));
    rig.send_rtcp(2, |writer| {
        let arrivals = [arrived, None, None, arrived];
        writer.transport_feedback(&head, &arrivals).unwrap();
    });
    assert_eq!(loss(&mut rig, 2), (None, Some(0.5)));
}
