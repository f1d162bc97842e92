use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Forwards and drops inputs as written: positive numbers are forwarded, negative ones dropped.
fn run(manager: &mut SeqManager, inputs: &[i64]) -> Vec<Option<u64>> {
    let mut outputs = Vec::new();
    for &input in inputs {
        if input < 0 {
            manager.drop_input(ExtSeq(input.unsigned_abs()));
        } else {
            outputs.push(
                manager
                    .forward(ExtSeq(input.unsigned_abs()))
                    .map(|output| output.0),
            );
        }
    }
    outputs
}

#[test]
fn first_packet_follows_the_initial_number() {
    assert_eq!(
        run(&mut SeqManager::new(1_000), &[70_000, 70_001]),
        [Some(1_001), Some(1_002)]
    );
}

#[test]
fn drops_leave_no_gap_and_losses_do() {
    let outputs = run(
        &mut SeqManager::new(0),
        &[10, -11, 12, -13, -14, 15, 20, 19],
    );
    assert_eq!(outputs, [1, 2, 3, 8, 7].map(Some));
}

#[test]
fn late_packet_keeps_its_place_among_drops() {
    let outputs = run(&mut SeqManager::new(0), &[10, -12, 14, 11, 13]);
    assert_eq!(outputs, [1, 4, 2, 3].map(Some));
}

#[test]
fn dropped_packet_is_not_forwarded_later() {
    assert_eq!(
        run(&mut SeqManager::new(0), &[10, -11, 11, 12]),
        [Some(1), None, Some(2)]
    );
}

#[test]
fn drop_behind_a_forwarded_packet_changes_nothing() {
    assert_eq!(
        run(&mut SeqManager::new(0), &[10, 12, -11, 13, 11]),
        [1, 3, 4, 2].map(Some)
    );
}

#[test]
fn drops_out_of_order_count_while_nothing_newer_was_forwarded() {
    assert_eq!(
        run(&mut SeqManager::new(0), &[10, -13, -12, -11, 14]),
        [1, 2].map(Some)
    );
}

#[test]
fn sync_goes_on_after_the_highest_output_wherever_the_input_jumps() {
    let mut manager = SeqManager::new(0);
    run(&mut manager, &[10, 11, -12]);
    manager.sync(ExtSeq(499));
    assert_eq!(
        run(&mut manager, &[500, 499, 502, 501]),
        [Some(3), None, Some(5), Some(4)]
    );
    manager.sync(ExtSeq(5));
    assert_eq!(run(&mut manager, &[7, 6]), [7, 6].map(Some));
}

#[test]
fn output_carries_the_rollover_of_its_own_numbers() {
    let mut manager = SeqManager::new(32_767);
    let outputs = run(&mut manager, &(100_000..140_000).collect::<Vec<_>>());
    assert_eq!(
        outputs
            .last()
            .copied()
            .flatten()
            .map(|output| ExtSeq(output).roc()),
        Some(1)
    );
}

/// What comes next in a random stream.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A packet some places from the newest, to be forwarded or dropped.
    Packet { ahead: i64, forward: bool },
    /// Another stream takes over.
    Switch { to: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let near = (-30i64..6, prop::bool::weighted(0.6))
        .prop_map(|(ahead, forward)| Step::Packet { ahead, forward });
    let next = prop::bool::weighted(0.6).prop_map(|forward| Step::Packet { ahead: 1, forward });
    let far = (1i64..3_000).prop_map(|ahead| Step::Packet {
        ahead,
        forward: true,
    });
    let switch = (1_000u64..1_000_000).prop_map(|to| Step::Switch { to });
    prop::collection::vec(
        prop_oneof![20 => next, 10 => near, 1 => far, 1 => switch],
        1..600,
    )
}

/// The rules on plain lists: outputs count what was not dropped.
#[derive(Default)]
struct Model {
    first_output: u64,
    floor: u64,
    dropped: BTreeSet<u64>,
    forwarded: BTreeMap<u64, u64>,
    max_input: u64,
}

impl Model {
    fn sync(&mut self, input: u64) {
        let highest = self
            .forwarded
            .values()
            .max()
            .copied()
            .unwrap_or(self.first_output);
        *self = Self {
            first_output: highest,
            floor: input,
            max_input: input,
            ..Self::default()
        };
    }

    fn drop_input(&mut self, input: u64) {
        let newest_forwarded = self.forwarded.keys().max().copied().unwrap_or(self.floor);
        if input > newest_forwarded {
            self.dropped.insert(input);
        }
        self.max_input = self.max_input.max(input);
    }

    fn forward(&mut self, input: u64) -> Option<u64> {
        if input <= self.floor
            || self.dropped.contains(&input)
            || self.max_input.saturating_sub(input) >= WINDOW
        {
            return None;
        }
        self.max_input = self.max_input.max(input);
        let output =
            self.first_output + (input - self.floor) - self.dropped.range(..input).count() as u64;
        self.forwarded.insert(input, output);
        Some(output)
    }
}

proptest! {
    #[test]
    fn manager_agrees_with_counting_on_lists(initial: u16, steps in steps()) {
        let mut manager = SeqManager::new(initial);
        let mut model = Model { first_output: u64::from(initial), ..Model::default() };
        let mut used = BTreeMap::new();
        let (mut at, mut generation) = (100_000u64, 0);
        manager.sync(ExtSeq(at));
        model.sync(at);
        for step in steps {
            match step {
                Step::Switch { to } => {
                    manager.sync(ExtSeq(to));
                    model.sync(to);
                    generation += 1;
                    at = to;
                }
                Step::Packet { ahead, forward: false } => {
                    let input = at.saturating_add_signed(ahead);
                    let is_late = manager.drop_input(ExtSeq(input));
                    model.drop_input(input);
                    if is_late {
                        // Its number is free for whatever fills the gap.
                        let output = manager.forward(ExtSeq(input)).map(|output| output.0);
                        prop_assert!(output.is_some());
                        prop_assert_eq!(output, model.forward(input));
                        let packet = (generation, input);
                        prop_assert_eq!(*used.entry(output.unwrap_or(0)).or_insert(packet), packet);
                    }
                    at = at.max(input);
                }
                Step::Packet { ahead, forward: true } => {
                    let input = at.saturating_add_signed(ahead);
                    let output = manager.forward(ExtSeq(input)).map(|output| output.0);
                    prop_assert_eq!(output, model.forward(input));
                    if let Some(output) = output {
                        // One output never stands for two packets.
                        let packet = (generation, input);
                        prop_assert_eq!(*used.entry(output).or_insert(packet), packet);
                    }
                    at = at.max(input);
                }
            }
        }
    }
}
