use std::sync::Arc;

use miso_sfu::sctp::Ppid;

use super::payload;

fn sent(ppid: Ppid, bytes: &[u8]) -> (Ppid, Vec<u8>) {
    let message = payload(ppid, Arc::from(bytes));
    (Ppid(message.ppid), message.bytes.to_vec())
}

#[test]
fn empty_messages_get_the_byte_and_kind_that_sctp_has_for_them() {
    assert_eq!(sent(Ppid::STRING, b""), (Ppid::STRING_EMPTY, b" ".to_vec()));
    assert_eq!(
        sent(Ppid::STRING_EMPTY, b""),
        (Ppid::STRING_EMPTY, b" ".to_vec())
    );
    assert_eq!(sent(Ppid::BINARY, b""), (Ppid::BINARY_EMPTY, vec![0]));
}

#[test]
fn other_messages_go_unchanged() {
    assert_eq!(sent(Ppid::STRING, b"a"), (Ppid::STRING, b"a".to_vec()));
    assert_eq!(
        sent(Ppid::STRING_EMPTY, b" "),
        (Ppid::STRING_EMPTY, b" ".to_vec())
    );
    assert_eq!(sent(Ppid::DCEP, b""), (Ppid::DCEP, Vec::new()));
}
