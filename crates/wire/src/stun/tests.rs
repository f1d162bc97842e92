use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;

const ID: TransactionId = TransactionId(*b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae");

/// RFC 5769, section 2.1.
const SAMPLE_REQUEST: &[u8] = b"\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
    \x80\x22\x00\x10STUN test client\
    \x00\x24\x00\x04\x6e\x00\x01\xff\
    \x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\
    \x00\x06\x00\x09evtj:h6vY\x20\x20\x20\
    \x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\x71\xa2\
    \x80\x28\x00\x04\xe5\x7a\x3b\xcf";

/// RFC 5769, section 2.2.
const SAMPLE_RESPONSE_V4: &[u8] = b"\x01\x01\x00\x3c\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
    \x80\x22\x00\x0btest vector\x20\
    \x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43\
    \x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53\xf0\x6b\xe7\xd7\
    \x80\x28\x00\x04\xc0\x7d\x4c\x96";

/// RFC 5769, section 2.3.
const SAMPLE_RESPONSE_V6: &[u8] = b"\x01\x01\x00\x48\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae\
    \x80\x22\x00\x0btest vector\x20\
    \x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9\
    \x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c\x82\x92\xc2\x75\xbf\xe3\xed\x41\
    \x80\x28\x00\x04\xc8\xfb\x0b\x4c";

fn sample_key() -> IntegrityKey {
    IntegrityKey::new(b"VOkJxbRl1RmTxUk/WvJxBt")
}

fn write(build: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>) -> Vec<u8> {
    let mut out = [0; 2048];
    let mut writer = Writer::new(&mut out, Class::Request, Method::BINDING, ID).unwrap();
    build(&mut writer).unwrap();
    let len = writer.finish();
    out[..len].to_vec()
}

fn parse_with(kind: AttributeType, value: &[u8]) -> Result<(), StunError> {
    Message::parse(&write(|writer| writer.attribute(kind, value))).map(|_| ())
}

#[test]
fn the_sample_request_of_rfc_5769_is_read_and_verified() {
    let message = Message::parse(SAMPLE_REQUEST).unwrap();
    assert_eq!(
        (message.class, message.method, message.transaction_id),
        (Class::Request, Method::BINDING, ID)
    );
    let expected = Attributes {
        username: Some(b"evtj:h6vY"),
        priority: Some(0x6e00_01ff),
        ice_controlled: Some(0x932f_f9b1_5126_3b36),
        software: Some(b"STUN test client"),
        ..Attributes::default()
    };
    assert_eq!(message.attributes, expected);
    assert_eq!(message.attributes.local_ufrag(), Some(&b"evtj"[..]));
    assert!(message.has_fingerprint());
    assert!(message.verify_integrity(&sample_key()));
    assert!(!message.verify_integrity(&IntegrityKey::new(b"VOkJxbRl1RmTxUk/WvJxBu")));
}

#[test]
fn the_sample_responses_of_rfc_5769_carry_their_addresses() {
    let samples = [
        (SAMPLE_RESPONSE_V4, "192.0.2.1:32853"),
        (
            SAMPLE_RESPONSE_V6,
            "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
        ),
    ];
    for (bytes, address) in samples {
        let message = Message::parse(bytes).unwrap();
        assert_eq!(message.class, Class::Success);
        assert_eq!(
            message.attributes.xor_mapped_address,
            Some(address.parse().unwrap())
        );
        assert!(message.verify_integrity(&sample_key()));
    }
}

#[test]
fn a_change_of_any_bit_is_noticed_by_the_fingerprint() {
    for position in 0..SAMPLE_REQUEST.len() * 8 {
        let mut bytes = SAMPLE_REQUEST.to_vec();
        bytes[position / 8] ^= 1 << (position % 8);
        let noticed = Message::parse(&bytes).is_ok_and(|message| message.has_fingerprint());
        assert!(!noticed, "bit {position}");
    }
}

#[test]
fn a_change_of_any_bit_before_the_fingerprint_is_noticed_by_the_integrity() {
    let sealed = write(|writer| {
        writer.attribute(AttributeType::USERNAME, b"abc:de")?;
        writer.integrity(&sample_key())
    });
    assert!(
        Message::parse(&sealed)
            .unwrap()
            .verify_integrity(&sample_key())
    );
    for position in 0..sealed.len() * 8 {
        let mut bytes = sealed.clone();
        bytes[position / 8] ^= 1 << (position % 8);
        let accepted =
            Message::parse(&bytes).is_ok_and(|message| message.verify_integrity(&sample_key()));
        assert!(!accepted, "bit {position}");
    }
}

#[test]
fn every_truncation_of_a_message_is_refused() {
    for len in 0..SAMPLE_REQUEST.len() {
        let expected = if len < HEADER_LEN {
            StunError::Truncated
        } else {
            StunError::BadLength
        };
        assert_eq!(
            Message::parse(&SAMPLE_REQUEST[..len]).err(),
            Some(expected),
            "{len} bytes"
        );
    }
    let longer = [SAMPLE_REQUEST, &[0; 4]].concat();
    assert_eq!(Message::parse(&longer).err(), Some(StunError::BadLength));
}

#[test]
fn other_protocols_are_not_stun() {
    let mut rtp = SAMPLE_REQUEST.to_vec();
    rtp[0] = 0x80;
    assert_eq!(Message::parse(&rtp).err(), Some(StunError::NotStun));
    assert!(!is_stun(&rtp));
    let mut no_cookie = SAMPLE_REQUEST.to_vec();
    no_cookie[4] = 0;
    assert_eq!(Message::parse(&no_cookie).err(), Some(StunError::NotStun));
    assert!(!is_stun(&no_cookie));
    assert!(!is_stun(&SAMPLE_REQUEST[..19]));
    assert!(is_stun(&SAMPLE_REQUEST[..20]));
}

#[test]
fn attributes_behind_the_integrity_do_not_count() {
    let bytes = write(|writer| {
        writer.integrity(&sample_key())?;
        writer.attribute(AttributeType::USE_CANDIDATE, &[])?;
        writer.attribute(AttributeType::NOMINATION, &[0, 0, 0, 9])?;
        writer.fingerprint()
    });
    let message = Message::parse(&bytes).unwrap();
    assert!(message.verify_integrity(&sample_key()));
    assert_eq!(message.attributes, Attributes::default());
}

#[test]
fn nothing_may_follow_the_fingerprint() {
    let bytes = write(|writer| {
        writer.fingerprint()?;
        writer.attribute(AttributeType::SOFTWARE, b"late")
    });
    assert_eq!(
        Message::parse(&bytes).err(),
        Some(StunError::MisplacedFingerprint)
    );
}

#[test]
fn the_first_of_repeated_attributes_counts() {
    let bytes = write(|writer| {
        writer.attribute(AttributeType::PRIORITY, &[0, 0, 0, 1])?;
        writer.attribute(AttributeType::PRIORITY, &[0, 0, 0, 2])
    });
    assert_eq!(Message::parse(&bytes).unwrap().attributes.priority, Some(1));
}

#[test]
fn both_numbers_of_nomination_are_understood() {
    for kind in [AttributeType::NOMINATION, AttributeType::GOOG_NOMINATION] {
        let bytes = write(|writer| writer.attribute(kind, &[0, 0, 1, 2]));
        assert_eq!(
            Message::parse(&bytes).unwrap().attributes.nomination,
            Some(0x102)
        );
    }
}

#[test]
fn unknown_attributes_are_ignored_even_if_comprehension_is_required() {
    for kind in [0x0001, 0x7fff, 0x8000, 0xffff] {
        assert_eq!(
            parse_with(AttributeType(kind), b"anything"),
            Ok(()),
            "{kind:#x}"
        );
    }
}

#[test]
fn a_known_attribute_of_a_wrong_length_is_refused() {
    let fixed: [(AttributeType, usize); 7] = [
        (AttributeType::PRIORITY, 4),
        (AttributeType::USE_CANDIDATE, 0),
        (AttributeType::ICE_CONTROLLED, 8),
        (AttributeType::ICE_CONTROLLING, 8),
        (AttributeType::NOMINATION, 4),
        (AttributeType::GOOG_NOMINATION, 4),
        (AttributeType::MESSAGE_INTEGRITY, 20),
    ];
    for (kind, right) in fixed {
        for len in 0..40 {
            let expected = if len == right {
                Ok(())
            } else {
                Err(StunError::BadAttribute)
            };
            assert_eq!(
                parse_with(kind, &vec![0; len]),
                expected,
                "{kind:?} of {len} bytes"
            );
        }
    }
    assert_eq!(
        parse_with(AttributeType::USERNAME, &[b'a'; MAX_USERNAME_LEN]),
        Ok(())
    );
    assert_eq!(
        parse_with(AttributeType::USERNAME, &[b'a'; MAX_USERNAME_LEN + 1]),
        Err(StunError::BadAttribute)
    );
}

#[test]
fn error_codes_outside_their_range_are_refused() {
    for (value, expected) in [
        (&[0, 0, 4, 1][..], Some(401)),
        (&[0, 0, 0xfc, 87, b'x'], Some(487)),
        (&[0, 0, 2, 99], None),
        (&[0, 0, 7, 0], None),
        (&[0, 0, 4, 100], None),
        (&[0, 0, 4], None),
    ] {
        let bytes = write(|writer| writer.attribute(AttributeType::ERROR_CODE, value));
        let code = Message::parse(&bytes)
            .ok()
            .and_then(|message| message.attributes.error_code);
        assert_eq!(code.map(ErrorCode::number), expected, "{value:?}");
    }
}

#[test]
fn a_mapped_address_of_a_wrong_family_or_length_is_refused() {
    for value in [
        &[][..],
        &[0, 1, 0],
        &[0, 3, 0, 0, 1, 2, 3, 4],
        &[0, 2, 0, 0, 1, 2, 3, 4],
        &[0, 1, 0, 0, 1, 2, 3],
    ] {
        assert_eq!(
            parse_with(AttributeType::XOR_MAPPED_ADDRESS, value),
            Err(StunError::BadAttribute),
            "{value:?}"
        );
    }
}

#[test]
fn a_username_without_colon_is_the_local_ufrag_as_a_whole() {
    let bytes = write(|writer| writer.attribute(AttributeType::USERNAME, b"alone"));
    assert_eq!(local_ufrag(&bytes), Some(&b"alone"[..]));
    assert_eq!(local_ufrag(&write(|_| Ok(()))), None);
    assert_eq!(
        local_ufrag(b"\x16\xfe\xfd not STUN at all, but long enough"),
        None
    );
}

#[test]
fn class_and_method_survive_their_interweaving() {
    for number in 0..0x1000 {
        let method = Method::new(number).unwrap();
        for class in [
            Class::Request,
            Class::Indication,
            Class::Success,
            Class::Error,
        ] {
            assert_eq!(
                class_and_method(message_type(class, method)),
                (class, method)
            );
        }
    }
    assert_eq!(Method::new(0x1000), None);
}

#[test]
fn a_message_fits_its_announced_length_and_not_one_byte_less() {
    let mapped: SocketAddr = "[2001:db8::1]:9".parse().unwrap();
    let success = BindingSuccess {
        transaction_id: ID,
        mapped,
    };
    let mut out = [0; BindingSuccess::MAX_LEN];
    assert_eq!(
        success.write(&mut out, &sample_key()),
        Ok(BindingSuccess::MAX_LEN)
    );
    assert_eq!(
        success.write(&mut out[..BindingSuccess::MAX_LEN - 1], &sample_key()),
        Err(NoRoom)
    );
    let error = BindingError {
        method: Method::BINDING,
        transaction_id: ID,
        code: ErrorCode::BAD_REQUEST,
    };
    assert_eq!(error.write(&mut out), Ok(BindingError::LEN));
    for len in 0..BindingError::LEN {
        assert_eq!(error.write(&mut out[..len]), Err(NoRoom));
    }
}

#[test]
fn an_attribute_beyond_the_length_field_has_no_room() {
    let mut out = vec![0; 200_000];
    let mut writer = Writer::new(&mut out, Class::Request, Method::BINDING, ID).unwrap();
    assert_eq!(
        writer.attribute(AttributeType::SOFTWARE, &[0; 65_536]),
        Err(NoRoom)
    );
    writer
        .attribute(AttributeType::SOFTWARE, &[0; 65_000])
        .unwrap();
    assert_eq!(
        writer.attribute(AttributeType::SOFTWARE, &[0; 65_000]),
        Err(NoRoom)
    );
}

#[test]
fn keys_do_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", sample_key()), "IntegrityKey(secret)");
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::parse(&bytes);
    }

    /// Random attributes behind a right header, so that the attribute parsers are reached.
    #[test]
    fn any_attributes_are_parsed_or_refused(
        attributes in prop::collection::vec((0_usize..14, any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        const KINDS: [u16; 13] =
            [0x6, 0x8, 0x9, 0x20, 0x24, 0x25, 0x30, 0x8022, 0x8028, 0x8029, 0x802a, 0xc001, 0x1c];
        let bytes = write(|writer| {
            attributes.iter().try_for_each(|(pick, other, value)| {
                writer.attribute(AttributeType(*KINDS.get(*pick).unwrap_or(other)), value)
            })
        });
        if let Ok(message) = Message::parse(&bytes) {
            let _ = message.verify_integrity(&sample_key());
        }
    }
}
