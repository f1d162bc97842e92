use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

type Window = ReplayWindow<2>;

#[test]
fn nothing_is_a_replay_at_first() {
    let window = Window::new();
    assert_eq!(window.highest(), None);
    for index in [0, 1, 127, 128, 1 << 47] {
        assert_eq!(window.check(index), Ok(()));
    }
}

#[test]
fn an_index_is_taken_once_within_the_window_and_never_behind_it() {
    let mut window = Window::new();
    window.insert(1_000);
    assert_eq!(window.check(1_000), Err(SrtpError::Replayed));
    assert_eq!(window.check(873), Ok(()));
    assert_eq!(window.check(872), Err(SrtpError::Late));
    window.insert(873);
    assert_eq!(window.check(873), Err(SrtpError::Replayed));
}

#[test]
fn a_jump_over_the_whole_window_leaves_no_old_bits() {
    let mut window = Window::new();
    for index in 0..128 {
        window.insert(index);
    }
    window.insert(1_280);
    for index in 1_153..1_280 {
        assert_eq!(window.check(index), Ok(()), "index {index}");
    }
}

proptest! {
    #[test]
    fn the_window_agrees_with_a_set_of_everything_seen(
        start in 0_u64..1 << 40,
        steps in prop::collection::vec(-200_i64..300, 1..400),
    ) {
        let mut window = Window::new();
        let mut seen = BTreeSet::new();
        let mut at = start;
        for step in steps {
            at = at.saturating_add_signed(step);
            let expected = match seen.last() {
                Some(&highest) if highest + 1 > at + 128 => Err(SrtpError::Late),
                _ if seen.contains(&at) => Err(SrtpError::Replayed),
                _ => Ok(()),
            };
            prop_assert_eq!(window.check(at), expected);
            if expected.is_ok() {
                window.insert(at);
                seen.insert(at);
            }
            prop_assert_eq!(window.highest(), seen.last().copied());
        }
    }
}
