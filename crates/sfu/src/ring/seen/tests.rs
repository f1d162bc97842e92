use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn agrees_with_a_set_within_the_window(steps in prop::collection::vec((any::<bool>(), 1..6_000_u64), 1..200)) {
        let (mut seen, mut model) = (Seen::default(), BTreeSet::new());
        let mut highest = 65_536;
        for (ahead, distance) in steps {
            let number = if ahead { highest + distance % 100 } else { highest.saturating_sub(distance) };
            let known = model.contains(&number) || highest.saturating_sub(number) >= WINDOW && !model.is_empty();
            let expected = if model.is_empty() { false } else { known };
            prop_assert_eq!(seen.contains(number), expected, "{}", number);
            if !expected {
                seen.insert(number);
                model.insert(number);
                highest = highest.max(number);
                highest = model.last().copied().unwrap_or(highest);
            }
        }
    }
}

#[test]
fn long_jump_forgets_what_lies_behind_the_window() {
    let mut seen = Seen::default();
    seen.insert(65_536);
    seen.insert(65_536 + 3 * WINDOW);
    assert!(seen.contains(65_536), "too old to tell");
    assert!(!seen.contains(65_537 + 2 * WINDOW));
    assert!(seen.contains(65_536 + 3 * WINDOW));
}
