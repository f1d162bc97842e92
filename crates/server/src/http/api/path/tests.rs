use super::*;

#[test]
fn a_path_agrees_with_a_template_piece_by_piece() {
    assert_eq!(
        matches("/rooms/{roomId}", "/rooms/a%2Fb"),
        Some(vec!["a%2Fb"])
    );
    for other in [
        "/rooms",
        "/rooms/",
        "/rooms/a/",
        "/rooms/a/b",
        "/room/a",
        "rooms/a",
    ] {
        assert_eq!(matches("/rooms/{roomId}", other), None, "{other}");
    }
}

#[test]
fn escapes_are_read_and_what_is_none_is_refused() {
    assert_eq!(decode("a%2fb%C3%A9+%20"), Ok("a/bé+ ".to_owned()));
    for wrong in ["%", "%4", "%zz", "%+1", "%ff", "%c3%28"] {
        assert!(decode(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_encoded_is_decoded_to_the_same() {
    for text in ["plain", "a/b?c#d%", "房间 ☺️", "..", "\0\n"] {
        assert_eq!(decode(&encode(text)).as_deref(), Ok(text));
    }
}
