use super::*;

fn params(query: &str) -> (String, String, u8) {
    let it = ConnectionParams::from_query(query).unwrap();
    (
        it.room_id.to_string(),
        it.peer_id.to_string(),
        it.consumer_replicas,
    )
}

#[test]
fn room_and_peer_are_read_from_the_query() {
    assert_eq!(params("roomId=a&peerId=b"), ("a".into(), "b".into(), 0));
    assert_eq!(
        params("peerId=%C3%A4+b&forceTcp=true&roomId=r%26r"),
        ("r&r".into(), "ä b".into(), 0)
    );
}

#[test]
fn missing_empty_and_repeated_ids_are_refused_with_400() {
    for query in [
        "",
        "roomId=a",
        "peerId=b",
        "roomId=&peerId=b",
        "roomId=a&peerId=",
        "roomid=a&peerid=b",
    ] {
        let refusal = ConnectionParams::from_query(query).unwrap_err();
        assert_eq!(refusal.status(), 400, "{query}");
        assert_eq!(
            refusal.to_string(),
            "Connection request without roomId and/or peerId"
        );
    }
    // JavaScript would make a list of them.
    for query in ["roomId=a&roomId=b&peerId=c", "roomId=a&peerId=c&peerId=c"] {
        assert_eq!(
            ConnectionParams::from_query(query),
            Err(Refusal::MissingIds),
            "{query}"
        );
    }
}

#[test]
fn long_ids_are_refused_with_400() {
    let query = format!("roomId={}&peerId=b", "r".repeat(257));
    let refusal = ConnectionParams::from_query(&query).unwrap_err();
    assert_eq!(
        (refusal.status(), refusal.to_string().as_str()),
        (400, "roomId too long (maximum 256 bytes)")
    );
    let query = format!("roomId=a&peerId={}", "p".repeat(256));
    assert_eq!(params(&query).1.len(), 256);
}

#[test]
fn replicas_are_a_number_within_bounds() {
    let replicas = |text: &str| params(&format!("roomId=a&peerId=b&consumerReplicas={text}")).2;
    assert_eq!(replicas("3"), 3);
    assert_eq!(replicas("2.9"), 2);
    for nothing in ["", "undefined", "NaN", "-1", "x", "0"] {
        assert_eq!(replicas(nothing), 0, "{nothing}");
    }
    for huge in ["17", "1e9", "Infinity"] {
        assert_eq!(replicas(huge), MAX_CONSUMER_REPLICAS, "{huge}");
    }
}

#[test]
fn subprotocol_is_found_without_case_and_echoed_as_written() {
    assert_eq!(negotiate_subprotocol(Some("protoo")), Ok("protoo"));
    assert_eq!(negotiate_subprotocol(Some("chat, PROTOO ,x")), Ok("PROTOO"));
    for other in [
        None,
        Some(""),
        Some("chat"),
        Some("protoo2"),
        Some("proto o"),
    ] {
        let refusal = negotiate_subprotocol(other).unwrap_err();
        assert_eq!(refusal.status(), 403, "{other:?}");
        assert_eq!(
            refusal.to_string(),
            "invalid/missing Sec-WebSocket-Protocol"
        );
    }
}
