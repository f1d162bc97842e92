use super::*;

fn tuple(port: u16) -> Tuple {
    Tuple::new(
        Protocol::Udp,
        ([127, 0, 0, 1], 1).into(),
        ([127, 0, 0, 1], port).into(),
    )
}

fn push(batch: &mut Batch, port: u16, len: usize) -> bool {
    let Some(room) = batch.room(1500) else {
        return false;
    };
    room[..len].fill(port as u8);
    batch.commit(&tuple(port), len);
    true
}

fn shape(batch: &Batch) -> Vec<(u16, usize, usize)> {
    batch
        .messages()
        .map(|m| (m.tuple.remote().port(), m.bytes.len(), m.segment_size))
        .collect()
}

#[test]
fn equal_datagrams_and_a_shorter_last_one_form_one_message() {
    let mut batch = Batch::new(65_536, 16);
    for len in [1200, 1200, 700, 1200] {
        assert!(push(&mut batch, 1, len));
    }
    assert_eq!(shape(&batch), [(1, 3100, 1200), (1, 1200, 1200)]);
}

#[test]
fn longer_datagram_or_other_peer_begins_a_new_message() {
    let mut batch = Batch::new(65_536, 16);
    for (port, len) in [(1, 1200), (1, 1201), (2, 1201)] {
        assert!(push(&mut batch, port, len));
    }
    assert_eq!(
        shape(&batch),
        [(1, 1200, 1200), (1, 1201, 1201), (2, 1201, 1201)]
    );
}

#[test]
fn frames_on_tcp_are_never_joined() {
    let mut batch = Batch::new(65_536, 16);
    let tuple = Tuple::new(
        Protocol::Tcp,
        ([127, 0, 0, 1], 1).into(),
        ([127, 0, 0, 1], 2).into(),
    );
    for _ in 0..2 {
        assert!(batch.room(100).is_some());
        batch.commit(&tuple, 100);
    }
    assert_eq!(batch.messages().count(), 2);
}

#[test]
fn message_holds_at_most_64_segments_and_batch_no_more_than_its_size() {
    let mut batch = Batch::new(8_000, 4);
    let mut sent = 0;
    while push(&mut batch, 1, 100) {
        sent += 1;
    }
    assert_eq!(sent, 66);
    assert_eq!(shape(&batch), [(1, 6400, 100), (1, 200, 100)]);
    batch.clear();
    assert!(batch.is_empty());
}
