//! A few scenarios in every run of the tests; `cargo xtask quality` runs all of them.

use miso_quality::{Measure, Subject, run, scenarios};

const SEED: u64 = 1;

#[test]
fn short_scenarios_are_in_their_bands() {
    let short: Vec<_> = scenarios(false)
        .into_iter()
        .filter(|scenario| scenario.is_short())
        .collect();
    assert!(short.len() >= 3, "{}", short.len());
    for scenario in short {
        let row = run(scenario.as_ref(), Subject::Miso, SEED).expect("all have a part in it");
        assert!(
            row.is_in_band(),
            "{} with seed {SEED}: {:?} of {:?}",
            row.scenario,
            row.misses,
            row.figures
        );
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<String> = scenarios(false)
        .iter()
        .map(|scenario| scenario.name().to_owned())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn equal_seeds_give_equal_figures_and_others_do_not() {
    let all = scenarios(false);
    let of_what_differs = [
        ("jitter-20", Measure::Estimate),
        ("room-simulcast-loss-10", Measure::Affordable),
        ("room-svc-twenty", Measure::Affordable),
    ];
    for (name, measure) in of_what_differs {
        let mut named = all.iter().filter(|scenario| scenario.name() == name);
        let scenario = named.next().expect("it is in the catalogue");
        let figures = |seed| scenario.run(Subject::Miso, seed).expect("it has a part");
        let first = figures(SEED);
        assert_eq!(first, figures(SEED), "{name}");
        let other = figures(SEED + 1);
        assert_ne!(first.get(measure), other.get(measure), "{name}");
    }
}
