use super::*;
use crate::log::Tags;

fn wanting(tags: &[&str]) -> LogSettings {
    let mut settings = LogSettings {
        level: Level::Warn,
        tags: Tags::default(),
    };
    tags.iter().for_each(|tag| settings.tags.insert(tag));
    settings
}

#[test]
fn drops_are_told_as_what_came_on_top_under_their_tags_only() {
    let mut report = DropReport::default();
    let lines = |it: &mut DropReport, count| {
        it.differences(
            wanting(&["srtp"]),
            vec![("srtp_auth", count), ("malformed_rtp", 9)],
        )
    };
    let first = lines(&mut report, 7);
    assert_eq!(
        first,
        ["WWorker::drops() | 7 dropped [reason:srtp_auth]".to_owned()]
    );
    assert!(lines(&mut report, 7).is_empty());
    let then = lines(&mut report, 1_000);
    assert_eq!(
        then,
        ["WWorker::drops() | 993 dropped [reason:srtp_auth]".to_owned()]
    );
}

#[test]
fn drops_that_nobody_wants_to_know_of_are_not_told_later_either() {
    let mut report = DropReport::default();
    let counters = || vec![("srtp_auth", 7)];
    assert!(report.differences(wanting(&["ice"]), counters()).is_empty());
    let later = report.differences(wanting(&["srtp"]), counters());
    assert!(later.is_empty());
}
