use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn closest_extension_is_at_most_half_a_cycle_away(base in 0x1_0000u64..1 << 40, seq: u16) {
        let found = ExtSeq(base).closest(Seq(seq));
        prop_assert_eq!(found.seq(), Seq(seq));
        prop_assert!(found.0.abs_diff(base) <= 0x8000);
    }

    #[test]
    fn exactly_one_of_two_different_numbers_is_newer(a: u16, b: u16) {
        prop_assume!(a != b);
        prop_assert!(Seq(a).is_newer_than(Seq(b)) != Seq(b).is_newer_than(Seq(a)));
    }
}

#[test]
fn extension_near_zero_never_goes_negative() {
    assert_eq!(ExtSeq(3).closest(Seq(0xfff0)), ExtSeq(0xfff0));
}

#[test]
fn identifier_refuses_nothing_and_too_much() {
    assert_eq!(Mid::new(b""), Err(TooLong));
    assert_eq!(Mid::new(&[b'a'; 33]), Err(TooLong));
    assert_eq!(Rid::new(b"hi").map(|rid| rid.to_string()), Ok("hi".into()));
}
