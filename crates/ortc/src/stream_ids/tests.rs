use proptest::prelude::*;

use super::*;

#[test]
fn ids_rotate_before_they_are_reused() {
    let mut ids = SctpStreamIds::default();
    let mut next = |max| ids.allocate(max).map(|id| id.0);
    assert_eq!([next(None), next(None), next(None)], [Ok(0), Ok(1), Ok(2)]);
    ids.release(SctpStreamId(1));
    assert_eq!(ids.allocate(None), Ok(SctpStreamId(3)));
    assert_eq!(ids.allocate(Some(4)), Ok(SctpStreamId(1)));
    assert_eq!(ids.allocate(Some(4)), Err(OrtcError::NoSctpStreamId));
    assert_eq!(ids.allocate(Some(5)), Ok(SctpStreamId(4)));
}

#[test]
fn all_65535_ids_can_be_had_once() {
    let mut ids = SctpStreamIds::default();
    for expected in 0..=65_534 {
        assert_eq!(ids.allocate(None), Ok(SctpStreamId(expected)));
    }
    let error = ids.allocate(None).unwrap_err();
    assert_eq!(error.to_string(), "no sctpStreamId available");
    assert_eq!(error.kind(), crate::OrtcErrorKind::Error);
    ids.release(SctpStreamId(700));
    assert_eq!(ids.allocate(None), Ok(SctpStreamId(700)));
}

#[test]
fn releasing_what_was_never_taken_does_nothing() {
    let mut ids = SctpStreamIds::default();
    ids.release(SctpStreamId(65_535));
    assert_eq!(ids.allocate(Some(0)), Err(OrtcError::NoSctpStreamId));
    assert_eq!(ids.allocate(Some(1)), Ok(SctpStreamId(0)));
}

proptest! {
    #[test]
    fn no_id_is_given_out_twice(steps in proptest::collection::vec((any::<bool>(), 1..20_u16), 0..200)) {
        let mut ids = SctpStreamIds::default();
        let mut held = Vec::new();
        for (take, number) in steps {
            if take {
                if let Ok(id) = ids.allocate(Some(number)) {
                    prop_assert!(id.0 < number && !held.contains(&id));
                    held.push(id);
                } else {
                    prop_assert_eq!(held.iter().filter(|id| id.0 < number).count(), usize::from(number));
                }
            } else if let Some(id) = held.pop() {
                ids.release(id);
            }
        }
    }
}
