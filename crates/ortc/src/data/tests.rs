use super::*;

const ID: SctpStreamId = SctpStreamId(9);

fn unreliable() -> SctpStreamParameters {
    SctpStreamParameters::new(3, Some(false), None, Some(1)).unwrap()
}

fn consume(
    producer: Option<&SctpStreamParameters>,
    options: DataConsumerOptions,
) -> SctpStreamParameters {
    data_consumer_stream_parameters(producer, options, ID).unwrap()
}

#[test]
fn consumer_inherits_everything_but_the_id() {
    let expected = SctpStreamParameters {
        stream_id: ID,
        ..unreliable()
    };
    assert_eq!(
        consume(Some(&unreliable()), DataConsumerOptions::default()),
        expected
    );
    let direct = consume(None, DataConsumerOptions::default());
    assert_eq!((direct.ordered, direct.max_retransmits), (true, None));
}

#[test]
fn ordered_undoes_limits() {
    let options = DataConsumerOptions {
        ordered: Some(true),
        max_retransmits: Some(3),
        ..DataConsumerOptions::default()
    };
    let it = consume(Some(&unreliable()), options);
    assert_eq!(
        (it.ordered, it.max_packet_life_time, it.max_retransmits),
        (true, None, None)
    );
}

#[test]
fn own_limit_replaces_an_inherited_one_of_the_other_kind() {
    let options = DataConsumerOptions {
        max_packet_life_time: Some(200),
        ..DataConsumerOptions::default()
    };
    let it = consume(Some(&unreliable()), options);
    assert_eq!(
        (it.ordered, it.max_packet_life_time, it.max_retransmits),
        (false, Some(200), None)
    );
}

#[test]
fn both_limits_are_refused() {
    let options = DataConsumerOptions {
        ordered: None,
        max_packet_life_time: Some(200),
        max_retransmits: Some(1),
    };
    let error = data_consumer_stream_parameters(None, options, ID).unwrap_err();
    assert_eq!(error, OrtcError::LifeTimeAndRetransmits);
}
