use super::*;

#[test]
fn figure_out_of_its_bounds_or_missing_misses_the_band() {
    let band = Band::default()
        .at_least(Measure::Utilisation, 85.0)
        .at_most(Measure::QueueDelayP95, 60.0)
        .at_most(Measure::Recovery, 2_000.0);
    let figures = Figures::default()
        .with(Measure::Utilisation, 85.0)
        .with(Measure::QueueDelayP95, 60.1);
    assert_eq!(
        band.misses(&figures),
        [Measure::QueueDelayP95, Measure::Recovery]
    );
}
