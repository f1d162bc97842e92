use super::*;

fn framed(payload: &[u8]) -> Vec<u8> {
    let mut bytes = prefix(payload.len()).unwrap().to_vec();
    bytes.extend(payload);
    bytes
}

#[test]
fn messages_are_found_however_the_stream_is_cut() {
    let stream = [framed(b"one"), framed(b""), framed(b"three")].concat();
    for size in 1..=stream.len() {
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for part in stream.chunks(size) {
            frames.push(part);
            while let Some(frame) = frames.next_frame() {
                found.push(frame);
            }
        }
        let expected = [&b"one"[..], b"", b"three"].map(|it| Frame::Message(it.to_vec()));
        assert_eq!(found, expected, "in parts of {size}");
    }
}

#[test]
fn a_message_over_the_limit_is_passed_over_without_being_kept() {
    let length = MAX_PAYLOAD + 1;
    assert_eq!(prefix(length), None);
    let mut frames = Frames::default();
    frames.push(&u32::try_from(length).unwrap().to_ne_bytes());
    assert_eq!(frames.next_frame(), Some(Frame::TooLong(length)));
    let mut left = length;
    while left > 0 {
        let part = left.min(60_000);
        frames.push(&vec![1; part]);
        assert_eq!(frames.next_frame(), None);
        left -= part;
    }
    assert!(frames.bytes.capacity() < 1 << 20);
    frames.push(&framed(b"next"));
    assert_eq!(frames.next_frame(), Some(Frame::Message(b"next".to_vec())));
}
