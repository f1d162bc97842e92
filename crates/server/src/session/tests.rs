use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_queue_overflows_by_messages() {
    let (outbox, _queued) = outbox(2, 1000);
    for _ in 0..2 {
        outbox.send(Outgoing::text("x".to_owned()));
    }
    assert!(timeout(Duration::ZERO, outbox.overflowed()).await.is_err());
    outbox.send(Outgoing::text("x".to_owned()));
    timeout(SECOND, outbox.overflowed()).await.unwrap();
}

#[tokio::test]
async fn a_queue_overflows_by_bytes_and_what_was_taken_counts_no_more() {
    let (outbox, mut queued) = outbox(1000, 10);
    for _ in 0..100 {
        outbox.send(Outgoing::text("eight...".to_owned()));
        queued.next().await.unwrap();
    }
    assert!(timeout(Duration::ZERO, outbox.overflowed()).await.is_err());
    outbox.send(Outgoing::text("eight...".to_owned()));
    outbox.send(Outgoing::text("eight...".to_owned()));
    timeout(SECOND, outbox.overflowed()).await.unwrap();
}

#[test]
fn only_a_final_close_tells_the_client_not_to_come_back() {
    assert_eq!(Closing::Final.code(), 4000);
    for closing in [Closing::GoingAway, Closing::MediaLost, Closing::RoomFailed] {
        assert_ne!(closing.code(), 4000);
    }
}
