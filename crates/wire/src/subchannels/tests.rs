use super::*;
use proptest::prelude::*;

/// List, required and ignored subchannel, message.
type Parsed<'a> = (Vec<u16>, Option<u16>, Option<u16>, &'a [u8]);

fn read(message: &[u8]) -> Result<Parsed<'_>, BadPrefix> {
    let (prefix, rest) = SubchannelPrefix::parse(message)?;
    let list = prefix.any_of().collect();
    Ok((list, prefix.required, prefix.ignored, rest))
}

#[test]
fn a_prefix_is_written_as_the_other_implementation_reads_it() {
    let token = |last: u8| [0xa5, 0xf0, 0x9c, 0xb3, 0xd6, 0xe1, 0xf2, last];
    let cases = [
        (vec![], (None, None), 0x8c, vec![0, 0]),
        (vec![1, 0x203], (None, None), 0x8c, vec![0, 2, 0, 1, 2, 3]),
        (vec![7], (Some(8), None), 0x8e, vec![0, 1, 0, 7, 0, 8]),
        (vec![], (Some(8), Some(9)), 0x8f, vec![0, 0, 0, 8, 0, 9]),
    ];
    for (any_of, others, last, rest) in cases {
        let expected = [&token(last), &rest[..], b"text"].concat();
        assert_eq!(prefix_subchannels(&any_of, others, b"text"), expected);
        let parsed = (any_of, others.0, others.1, &b"text"[..]);
        assert_eq!(read(&expected), Ok(parsed));
    }
}

#[test]
fn a_message_without_prefix_stays_as_it_is() {
    for message in [&b""[..], b"x", b"a message of more than ten bytes"] {
        assert_eq!(read(message), Ok((vec![], None, None, message)));
    }
}

#[test]
fn a_prefix_that_is_cut_off_is_refused_wherever_it_ends() {
    let whole = prefix_subchannels(&[1, 2], (Some(3), Some(4)), b"");
    for len in 8..whole.len() {
        assert_eq!(read(&whole[..len]), Err(BadPrefix), "{len}");
    }
    assert_eq!(read(&whole), Ok((vec![1, 2], Some(3), Some(4), &b""[..])));
}

proptest! {
    #[test]
    fn what_was_prefixed_comes_out_again(
        any_of in prop::collection::vec(any::<u16>(), 0..40),
        required: Option<u16>,
        ignored: Option<u16>,
        message: Vec<u8>,
    ) {
        let prefixed = prefix_subchannels(&any_of, (required, ignored), &message);
        prop_assert!(SubchannelPrefix::begins(&prefixed));
        prop_assert_eq!(read(&prefixed), Ok((any_of, required, ignored, &message[..])));
    }

    #[test]
    fn nothing_that_a_message_may_contain_makes_it_panic(mut message: Vec<u8>, bits in 0..4_u64) {
        message.splice(0..0, (TOKEN | bits).to_be_bytes());
        if let Ok((_, rest)) = SubchannelPrefix::parse(&message) {
            prop_assert!(message.ends_with(rest));
        }
    }
}
