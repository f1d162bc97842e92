use super::*;

fn with(id: Option<&str>, asymmetry: bool) -> CodecParameters {
    let mut parameters = CodecParameters::new();
    if let Some(id) = id {
        parameters.insert(NAME, id);
    }
    if asymmetry {
        parameters.insert("level-asymmetry-allowed", 1);
    }
    parameters
}

fn answer(local: &str, remote: &str, asymmetry: bool) -> Option<Option<String>> {
    answer_profile_level_id(
        &with(Some(local), asymmetry),
        &with(Some(remote), asymmetry),
    )
}

#[test]
fn constraint_flags_decide_the_profile() {
    let classes = [
        ("42e01f", Profile::ConstrainedBaseline),
        ("42c01f", Profile::ConstrainedBaseline),
        ("42f01f", Profile::ConstrainedBaseline),
        ("4de01f", Profile::ConstrainedBaseline),
        ("58f01f", Profile::ConstrainedBaseline),
        ("42001f", Profile::Baseline),
        ("42a01f", Profile::Baseline),
        ("58a01f", Profile::Baseline),
        ("4d001f", Profile::Main),
        ("4d401f", Profile::Main),
        ("64001f", Profile::High),
        ("640c1f", Profile::ConstrainedHigh),
        ("f4001f", Profile::PredictiveHigh444),
    ];
    for (text, profile) in classes {
        assert_eq!(
            ProfileLevelId::parse(text).map(|it| it.profile),
            Some(profile),
            "{text}"
        );
    }
}

#[test]
fn text_that_is_no_profile_matches_nothing() {
    for text in [
        "", "42e01", "42e01f0", "42e0zz", "42e0ff", "42e000", "4d2 1f", "58001f", "64081f",
        "+2e01f",
    ] {
        assert_eq!(ProfileLevelId::parse(text), None, "{text}");
        assert_eq!(answer(text, text, true), None, "{text}");
    }
}

#[test]
fn every_profile_of_browsers_matches_itself_alone() {
    let ids = ["42001f", "42e01f", "4d001f", "64001f", "640c1f", "f4001f"];
    for (i, a) in ids.iter().enumerate() {
        for (j, b) in ids.iter().enumerate() {
            assert_eq!(answer(a, b, true).is_some(), i == j, "{a} {b}");
        }
    }
}

#[test]
fn answer_has_the_own_level_only_where_both_allow_asymmetry() {
    assert_eq!(
        answer("42e034", "42e01f", true),
        Some(Some("42e034".into()))
    );
    assert_eq!(
        answer("42e034", "42e01f", false),
        Some(Some("42e01f".into()))
    );
    assert_eq!(
        answer("42e015", "42e01f", false),
        Some(Some("42e015".into()))
    );
    let one_sided =
        answer_profile_level_id(&with(Some("42e034"), true), &with(Some("42e01f"), false));
    assert_eq!(one_sided, Some(Some("42e01f".into())));
}

#[test]
fn level_1b_lies_between_1_and_1_1() {
    // Constraint flag 3 with level_idc 11.
    assert_eq!(
        answer("42f00b", "42e00b", false),
        Some(Some("42f00b".into()))
    );
    assert_eq!(
        answer("42f00b", "42e00a", false),
        Some(Some("42e00a".into()))
    );
    assert_eq!(
        answer("42100b", "42000c", false),
        Some(Some("42100b".into()))
    );
}

#[test]
fn without_any_profile_the_answer_has_none() {
    assert_eq!(
        answer_profile_level_id(&with(None, false), &with(None, false)),
        Some(None)
    );
    let default = answer_profile_level_id(&with(Some("42e015"), false), &with(None, false));
    assert_eq!(default, Some(Some("42e015".into())));
}
