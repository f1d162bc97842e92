use super::*;
use miso_ice::Protocol;

fn tuple(port: u16) -> Tuple {
    Tuple::new(
        Protocol::Udp,
        ([127, 0, 0, 1], 1).into(),
        ([127, 0, 0, 1], port).into(),
    )
}

fn sent(batch: &Batch) -> Vec<(u16, Vec<u8>)> {
    batch
        .messages()
        .map(|m| (m.tuple.remote().port(), m.bytes.to_vec()))
        .collect()
}

#[test]
fn packets_leave_in_order_over_as_many_batches_as_it_takes() {
    let mut outbox = Outbox::default();
    assert!(outbox.push(&tuple(1), &[1; 40]));
    assert!(outbox.push(&tuple(2), &[2; 40]));
    assert!(outbox.push(&tuple(3), &[3; 40]));
    let mut batch = Batch::new(80, 8);
    assert!(!outbox.drain_into(&mut batch));
    assert_eq!(sent(&batch), [(1, vec![1; 40]), (2, vec![2; 40])]);
    batch.clear();
    assert!(outbox.drain_into(&mut batch));
    assert_eq!(sent(&batch), [(3, vec![3; 40])]);
}

#[test]
fn full_box_refuses_and_takes_again_once_drained() {
    let mut outbox = Outbox::default();
    let mut pushed = 0;
    while outbox.push(&tuple(1), &[0; 65_000]) {
        pushed += 1;
    }
    assert_eq!(pushed, MAX_BYTES / 65_000);
    let mut batch = Batch::new(5 << 20, 1_024);
    assert!(outbox.drain_into(&mut batch));
    assert!(outbox.push(&tuple(1), &[0; 65_000]));
}
