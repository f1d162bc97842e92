use std::io;

use miso_ice::Protocol;
use miso_ortc::OrtcError;
use miso_sfu::CommandError;

use super::{RequestError, StartError};

fn listen_error(kind: io::ErrorKind) -> String {
    let address = "0.0.0.0:44444".parse().unwrap();
    StartError::Listen {
        protocol: Protocol::Udp,
        address,
        source: kind.into(),
    }
    .to_string()
}

#[test]
fn a_taken_port_is_told_in_one_sentence_with_protocol_address_and_cause() {
    let expected = "cannot listen on udp 0.0.0.0:44444: the port is taken by another program";
    assert_eq!(listen_error(io::ErrorKind::AddrInUse), expected);
}

#[test]
fn a_foreign_address_and_a_forbidden_port_have_words_of_their_own() {
    let foreign = listen_error(io::ErrorKind::AddrNotAvailable);
    assert!(
        foreign.ends_with("no network interface of this machine has that address"),
        "{foreign}"
    );
    let forbidden = listen_error(io::ErrorKind::PermissionDenied);
    assert!(
        forbidden.ends_with("this user may not open that port"),
        "{forbidden}"
    );
}

#[test]
fn errors_of_core_and_negotiation_keep_their_class_and_text() {
    assert_eq!(
        RequestError::from(CommandError::not_found("Producer not found")),
        RequestError::NotFound("Producer not found".to_owned())
    );
    assert_eq!(
        RequestError::from(CommandError::type_error("empty iceCandidates")),
        RequestError::Type("empty iceCandidates".to_owned())
    );
    assert_eq!(
        RequestError::from(CommandError::error("connect() already called")).to_string(),
        "connect() already called"
    );
    assert_eq!(
        RequestError::from(OrtcError::NoCompatibleMediaCodecs),
        RequestError::Unsupported("no compatible media codecs".to_owned())
    );
    assert_eq!(
        RequestError::from(OrtcError::NoSctpStreamId),
        RequestError::Error("no sctpStreamId available".to_owned())
    );
}
