use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    ClientRequest, ConsumerClosed, ConsumerId, Dialect, Entity, RequestError, ServerNotification,
    Stats,
};

fn request(text: &str) -> (Number, String, Value) {
    match parse_frame(text) {
        Ok(Incoming::Request { id, method, data }) => (id, method, data),
        other => panic!("{text}: {other:?}"),
    }
}

fn discarded(text: &str) -> Discarded {
    parse_frame(text).unwrap_err()
}

fn number(text: &str) -> Number {
    serde_json::from_str(text).unwrap()
}

#[test]
fn request_has_id_method_and_data() {
    let (id, method, data) =
        request(r#"{"request":true,"id":7,"method":"join","data":{"displayName":"a"}}"#);
    assert_eq!((id, method.as_str()), (number("7"), "join"));
    assert_eq!(data, json!({"displayName": "a"}));
}

#[test]
fn falsy_data_is_an_empty_object_and_other_data_passes() {
    for data in [
        "",
        r#","data":null"#,
        r#","data":0"#,
        r#","data":false"#,
        r#","data":"""#,
    ] {
        let text = format!(r#"{{"request":true,"id":1,"method":"m"{data}}}"#);
        assert_eq!(request(&text).2, json!({}), "{text}");
    }
    for data in ["1", "[1]", r#""x""#, "true"] {
        let text = format!(r#"{{"request":true,"id":1,"method":"m","data":{data}}}"#);
        assert_eq!(request(&text).2.to_string(), data);
    }
}

#[test]
fn forms_are_told_apart_by_truthiness_in_order() {
    let all = r#"{"request":1,"response":true,"notification":true,"id":1,"method":"m"}"#;
    assert!(matches!(parse_frame(all), Ok(Incoming::Request { .. })));
    let two = r#"{"request":"","response":"yes","notification":true,"id":1,"ok":true}"#;
    assert!(matches!(parse_frame(two), Ok(Incoming::Response { .. })));
    let one = r#"{"request":0,"response":null,"notification":{},"method":"m"}"#;
    assert!(matches!(
        parse_frame(one),
        Ok(Incoming::Notification { .. })
    ));
    // The first form decides even where the message would do as another.
    let not_a_request = r#"{"request":true,"notification":true,"method":"m"}"#;
    assert_eq!(discarded(not_a_request), Discarded::BadId);
}

#[test]
fn negative_and_fractional_ids_are_echoed_verbatim() {
    for id in ["-1.5", "0", "-7", "10000000", "9007199254740993"] {
        let parsed = request(&format!(r#"{{"request":true,"id":{id},"method":"m"}}"#)).0;
        let answer = encode_response(&parsed, &json!({}));
        assert_eq!(
            answer,
            format!(r#"{{"response":true,"id":{id},"ok":true,"data":{{}}}}"#)
        );
    }
}

#[test]
fn ids_that_are_no_numbers_are_discarded() {
    for id in [r#""1""#, "null", "true", "[1]", "{}"] {
        let text = format!(r#"{{"request":true,"id":{id},"method":"m"}}"#);
        assert_eq!(discarded(&text), Discarded::BadId, "{text}");
        let text = format!(r#"{{"response":true,"id":{id},"ok":true}}"#);
        assert_eq!(discarded(&text), Discarded::BadId, "{text}");
    }
    assert_eq!(
        discarded(r#"{"response":true,"ok":true}"#),
        Discarded::BadId
    );
}

#[test]
fn methods_that_are_no_texts_are_discarded_but_an_empty_one_passes() {
    for method in [
        "",
        r#","method":1"#,
        r#","method":null"#,
        r#","method":["m"]"#,
    ] {
        let text = format!(r#"{{"request":true,"id":1{method}}}"#);
        assert_eq!(discarded(&text), Discarded::BadMethod, "{text}");
        let text = format!(r#"{{"notification":true{method}}}"#);
        assert_eq!(discarded(&text), Discarded::BadMethod, "{text}");
    }
    let (_, method, data) = request(r#"{"request":true,"id":1,"method":""}"#);
    let error = ClientRequest::parse(&method, data).unwrap_err();
    assert_eq!(error.to_string(), "unknown request.method \"\"");
}

#[test]
fn what_is_no_message_is_discarded() {
    for text in ["null", "[]", "1", "\"x\"", "true", r#"[{"request":true}]"#] {
        assert_eq!(discarded(text), Discarded::NotAnObject, "{text}");
    }
    for text in [
        "",
        "{",
        "{]",
        "hello",
        r#"{"request":tru"#,
        "\u{0}",
        r#"{"a":1}{"b":2}"#,
    ] {
        assert_eq!(discarded(text), Discarded::NotJson, "{text}");
    }
    for text in ["{}", r#"{"id":1,"method":"m"}"#, r#"{"request":false}"#] {
        assert_eq!(discarded(text), Discarded::NoForm, "{text}");
    }
}

#[test]
fn response_without_truthy_ok_is_a_refusal() {
    let result = |more: &str| match parse_frame(&format!(r#"{{"response":true,"id":3{more}}}"#)) {
        Ok(Incoming::Response { id, result }) if id == number("3") => result,
        other => panic!("{more}: {other:?}"),
    };
    assert_eq!(result(r#","ok":true"#), Ok(json!({})));
    assert_eq!(result(r#","ok":true,"data":[1]"#), Ok(json!([1])));
    let refused = |code, reason: &str| {
        Err(RemoteError {
            code,
            reason: reason.to_owned(),
        })
    };
    let reason = "I do not want to consume";
    assert_eq!(
        result(&format!(
            r#","ok":false,"errorCode":403,"errorReason":"{reason}""#
        )),
        refused(403, reason)
    );
    // A server's refusal says nothing of `ok`.
    assert_eq!(
        result(r#","errorCode":500,"errorReason":"x""#),
        refused(500, "x")
    );
    assert_eq!(result(""), refused(500, ""));
    assert_eq!(
        result(r#","errorCode":"403","errorReason":{}"#),
        refused(500, "")
    );
}

#[test]
fn limits_of_size_and_depth_are_kept() {
    let frame = |data: &str| format!(r#"{{"request":true,"id":1,"method":"m","data":{data}}}"#);
    let nested = |depth: usize| frame(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    assert!(parse_frame(&nested(MAX_JSON_DEPTH - 1)).is_ok());
    assert_eq!(discarded(&nested(MAX_JSON_DEPTH)), Discarded::TooDeep);
    // Brackets inside texts are no nesting, whatever is escaped around them.
    let text = format!(r#""\"\\{}\\""#, "[{".repeat(200));
    assert!(parse_frame(&frame(&text)).is_ok());
    let long = frame(&format!("\"{}\"", "x".repeat(MAX_MESSAGE_BYTES)));
    assert_eq!(discarded(&long), Discarded::TooLong);
    let room = MAX_MESSAGE_BYTES - frame("\"\"").len();
    assert!(parse_frame(&frame(&format!("\"{}\"", "x".repeat(room)))).is_ok());
}

#[test]
fn refusal_has_code_and_reason_but_no_ok() {
    let cases = [
        (
            RequestError::unknown_method("fly"),
            500,
            "unknown request.method \"fly\"",
        ),
        (RequestError::PeerNotYetJoined, 500, "Peer not yet joined"),
        (RequestError::PeerAlreadyJoined, 500, "Peer already joined"),
        (
            RequestError::not_found(Entity::DataConsumer, "d1"),
            500,
            "dataConsumer with id \"d1\" not found",
        ),
        (
            RequestError::not_found(Entity::Transport, "t"),
            500,
            "transport with id \"t\" not found",
        ),
        (
            RequestError::Failed("no compatible media codecs".into()),
            500,
            "no compatible media codecs",
        ),
        (
            RequestError::Forbidden("network throttle is off"),
            403,
            "network throttle is off",
        ),
        (
            RequestError::InvalidData("missing params.codecs".into()),
            500,
            "missing params.codecs",
        ),
        (
            RequestError::TooMany {
                what: "transports",
                max: 8,
            },
            500,
            "too many transports (maximum 8)",
        ),
    ];
    for (error, code, reason) in cases {
        let frame: Value =
            serde_json::from_str(&encode_error(&number("9"), &error, Dialect::JavaScript)).unwrap();
        let expected = json!({"response": true, "id": 9, "errorCode": code, "errorReason": reason});
        assert_eq!(frame, expected);
    }
}

#[test]
fn long_unknown_methods_are_not_repeated_whole() {
    let error = RequestError::unknown_method(&"ä".repeat(100_000));
    assert_eq!(
        error.to_string(),
        format!("unknown request.method \"{}\"", "ä".repeat(64))
    );
}

#[test]
fn answers_may_be_lists() {
    let stats = Stats(vec![json!({"type": "inbound-rtp"})]);
    assert_eq!(
        encode_response(&number("1"), &stats),
        r#"{"response":true,"id":1,"ok":true,"data":[{"type":"inbound-rtp"}]}"#
    );
}

#[test]
fn notification_has_method_and_data() {
    let consumer_id = ConsumerId::new("c").unwrap();
    let closed = ServerNotification::ConsumerClosed(ConsumerClosed { consumer_id });
    assert_eq!(
        encode_notification(&closed, Dialect::Unknown).as_deref(),
        Some(r#"{"notification":true,"method":"consumerClosed","data":{"consumerId":"c"}}"#)
    );
}

#[test]
fn patience_grows_with_pending_requests() {
    assert_eq!(server_request_timeout(0), Duration::from_secs(30));
    assert_eq!(server_request_timeout(10), Duration::from_secs(32));
    assert!(server_request_timeout(usize::MAX) > Duration::from_secs(30));
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in r#"[\[\]{}":,a-z0-9\\ ]{0,64}|.{0,64}"#) {
        let _ = parse_frame(&text);
    }

    #[test]
    fn what_is_requested_arrives(id: i64, method in ".{0,16}", text in ".{0,16}") {
        let data = json!({"text": text});
        let frame = json!({"request": true, "id": id, "method": method, "data": data});
        let expected = Incoming::Request { id: id.into(), method, data };
        prop_assert_eq!(parse_frame(&frame.to_string()), Ok(expected));
    }
}
