use std::sync::Arc;

use miso_sfu::sctp::Ppid;

use super::{DroppedEvents, EventQueue, RouterEvents};
use crate::event::{ConsumerEvent, DataConsumerEvent, RouterEvent};
use crate::types::ConsumerScore;

fn score(value: u8) -> RouterEvent {
    let score = ConsumerScore {
        score: value,
        producer_score: 10,
        producer_scores: Vec::new(),
    };
    RouterEvent::Consumer {
        id: "c".to_owned(),
        event: ConsumerEvent::Score(score),
    }
}

fn lifecycle() -> RouterEvent {
    RouterEvent::Consumer {
        id: "c".to_owned(),
        event: ConsumerEvent::ProducerPause,
    }
}

fn message() -> RouterEvent {
    let event = DataConsumerEvent::Message {
        ppid: Ppid::STRING,
        bytes: Arc::from(*b"hi"),
    };
    RouterEvent::DataConsumer {
        id: "d".to_owned(),
        event,
    }
}

fn queue(capacity: usize) -> (Arc<EventQueue>, RouterEvents) {
    let queue = Arc::new(EventQueue::new(capacity));
    (Arc::clone(&queue), RouterEvents::new(queue))
}

fn scores(events: &mut RouterEvents) -> Vec<u8> {
    std::iter::from_fn(|| events.try_recv())
        .filter_map(|event| match event {
            RouterEvent::Consumer {
                event: ConsumerEvent::Score(score),
                ..
            } => Some(score.score),
            _ => None,
        })
        .collect()
}

#[test]
fn a_full_queue_keeps_the_newest_levels() {
    let (queue, mut events) = queue(3);
    (1..=5).for_each(|value| queue.push(score(value)));
    assert_eq!(
        events.dropped(),
        DroppedEvents {
            levels: 2,
            messages: 0
        }
    );
    assert_eq!(scores(&mut events), [3, 4, 5]);
}

#[test]
fn lifecycle_events_are_never_dropped_and_keep_their_order() {
    let (queue, mut events) = queue(2);
    (0..10).for_each(|_| queue.push(lifecycle()));
    queue.push(score(1));
    queue.push(message());
    let taken = std::iter::from_fn(|| events.try_recv()).count();
    assert_eq!(taken, 10);
    assert_eq!(
        events.dropped(),
        DroppedEvents {
            levels: 1,
            messages: 1
        }
    );
}

#[test]
fn a_message_is_dropped_rather_than_something_queued() {
    let (queue, mut events) = queue(1);
    queue.push(score(7));
    queue.push(message());
    assert_eq!(events.dropped().messages, 1);
    assert_eq!(scores(&mut events), [7]);
}

#[tokio::test]
async fn the_stream_ends_after_what_was_queued_before_the_close() {
    let (queue, mut events) = queue(8);
    queue.push(lifecycle());
    queue.close();
    queue.push(lifecycle());
    assert!(events.recv().await.is_some());
    assert!(events.recv().await.is_none());
    assert!(events.recv().await.is_none());
}

#[tokio::test]
async fn a_waiting_receiver_is_woken_by_an_event_of_another_thread() {
    let (queue, mut events) = queue(8);
    let waiting = tokio::spawn(async move { events.recv().await.is_some() });
    tokio::task::yield_now().await;
    std::thread::spawn(move || queue.push(lifecycle()))
        .join()
        .unwrap();
    assert!(waiting.await.unwrap());
}

#[tokio::test]
async fn a_cancelled_wait_loses_no_event() {
    let (queue, mut events) = queue(8);
    let cancelled = tokio::time::timeout(std::time::Duration::from_millis(1), events.recv()).await;
    assert!(cancelled.is_err());
    queue.push(lifecycle());
    assert!(events.recv().await.is_some());
}

#[test]
fn nothing_is_kept_for_a_receiver_that_is_gone() {
    let (queue, events) = queue(8);
    queue.push(lifecycle());
    drop(events);
    queue.push(lifecycle());
    assert!(super::lock(&queue.queued).events.is_empty());
}
