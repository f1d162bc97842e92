use miso_netio::Token;

use super::Source;
use crate::worker::connections::ConnectionKey;

#[test]
fn tokens_of_sockets_listeners_and_connections_do_not_meet() {
    assert_eq!(Source::from_token(Token(0)), Source::Udp(0));
    assert_eq!(Source::from_token(Token(65_535)), Source::Udp(65_535));
    assert_eq!(Source::from_token(Token(1 << 16)), Source::Listener(0));
    let last = (1 << 24) - 1 - (1 << 16);
    assert_eq!(
        Source::from_token(Token((1 << 24) - 1)),
        Source::Listener(last)
    );
    assert_eq!(Source::from_token(Token(1 << 24)), Source::Own(0));
    let last = (1 << 32) - 1 - (1 << 24);
    assert_eq!(Source::from_token(Token((1 << 32) - 1)), Source::Own(last));
    let first = ConnectionKey::from_token(Token(1 << 32)).unwrap();
    assert_eq!(
        Source::from_token(Token(1 << 32)),
        Source::Connection(first)
    );
}
