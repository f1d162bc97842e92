use super::media::{Packet, audio, consume, video};
use super::rig::{ROUTER, Rig};
use crate::command::{
    AudioLevelOptions, Command, ConsumerCommand, DataConsumerCommand, DataProducerCommand,
    ObserverCommand, PreferredLayers, ProducerCommand, Response, RouterCommand, TransportCommand,
};
use crate::error::{CommandError, ErrorKind};
use crate::event::{Event, ObserverEvent};
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use miso_ortc::ConsumerType;
use miso_secure::DtlsRole;
use miso_wire::{Mid, Ssrc};
use serde_json::json;
use std::time::Duration;

fn refusal(rig: &mut Rig, command: Command) -> CommandError {
    rig.ask(command).unwrap_err()
}

fn to_transport(id: u64, command: TransportCommand) -> Command {
    Command::Transport(TransportId(id), command)
}

#[test]
fn names_in_use_are_refused() {
    let mut rig = Rig::new();
    rig.join(1);
    let sound = audio("0", json!([{"ssrc": 40}]));
    rig.produce(1, 10, &sound);
    rig.consume(1, 20, consume(10, &sound, 700, false));
    let again = refusal(&mut rig, Command::CreateRouter(ROUTER));
    assert_eq!(
        again,
        CommandError::error("a Router with same routerId already exists")
    );
    let options = crate::command::DirectTransportOptions {
        max_send_message_size: 1,
        max_receive_message_size: 1,
    };
    let create = RouterCommand::CreateDirectTransport(TransportId(1), options);
    let again = refusal(&mut rig, Command::Router(ROUTER, create));
    assert_eq!(
        again,
        CommandError::error("a Transport with same id already exists")
    );
    let other = audio("9", json!([{"ssrc": 49}]));
    let produce = TransportCommand::Produce(ProducerId(10), Box::new(other));
    let again = refusal(&mut rig, to_transport(1, produce));
    assert_eq!(
        again,
        CommandError::error("a Producer with same producerId already exists")
    );
    let options = Box::new(consume(10, &sound, 701, false));
    let again = refusal(
        &mut rig,
        to_transport(1, TransportCommand::Consume(ConsumerId(20), options)),
    );
    assert_eq!(
        again,
        CommandError::error("a Consumer with same consumerId already exists")
    );
    let options = Box::new(consume(10, &sound, 700, false));
    let again = refusal(
        &mut rig,
        to_transport(1, TransportCommand::Consume(ConsumerId(21), options)),
    );
    assert_eq!(again.kind, ErrorKind::Error, "SSRC in use");
}

#[test]
fn refused_producer_leaves_nothing() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    let clash = audio("0", json!([{"ssrc": 41}]));
    let produce = TransportCommand::Produce(ProducerId(11), Box::new(clash));
    let refused = refusal(&mut rig, to_transport(1, produce));
    assert_eq!(
        refused,
        CommandError::error("MID already exists in RTP listener [mid:0]")
    );
    assert_eq!(rig.worker.objects.producers.len(), 1);
    assert_eq!(rig.transport(1).producers.len(), 1);
    rig.produce(1, 11, &audio("1", json!([{"ssrc": 41}])));
}

#[test]
fn wrong_parameters_are_refused_in_the_words_of_the_fact_sheet() {
    let mut rig = Rig::new();
    rig.join(1);
    let good = video("1", json!([{"ssrc": 50}]));
    let mut cases = Vec::new();
    let mut case = |reason: &'static str, change: &dyn Fn(&mut crate::command::Produce)| {
        let mut options = good.clone();
        change(&mut options);
        cases.push((reason, options));
    };
    case("empty codecs", &|it| it.rtp_parameters.codecs.clear());
    case("missing cname", &|it| it.rtp_parameters.rtcp.cname = None);
    case("duplicated payloadType", &|it| {
        it.rtp_parameters.codecs[1] = it.rtp_parameters.codecs[0].clone();
    });
    case(
        "rtpParameters.encodings size does not match rtpMapping.encodings size",
        &|it| it.rtp_mapping.encodings.clear(),
    );
    case(
        "wrong entry in rtpMapping.encodings (missing mappedSsrc)",
        &|it| {
            it.rtp_mapping.encodings[0].mapped_ssrc = Ssrc(0);
        },
    );
    case(
        "wrong entry in rtpMapping.encodings (missing ssrc or rid, or rtpParameters.mid)",
        &|it| {
            it.rtp_mapping.encodings[0].ssrc = None;
            it.rtp_parameters.mid = None;
        },
    );
    for (reason, options) in cases {
        let produce = TransportCommand::Produce(ProducerId(10), Box::new(options));
        let refused = refusal(&mut rig, to_transport(1, produce));
        assert_eq!(refused, CommandError::type_error(reason));
    }
}

#[test]
fn wrong_consumers_are_refused_in_the_words_of_the_fact_sheet() {
    let mut rig = Rig::new();
    rig.join(1);
    let picture = video("1", json!([{"ssrc": 50}]));
    rig.produce(1, 10, &picture);
    let good = consume(10, &picture, 800, true);
    let mut cases = Vec::new();
    let mut case = |reason: &'static str, change: &dyn Fn(&mut crate::command::Consume)| {
        let mut options = good.clone();
        change(&mut options);
        cases.push((reason, options));
    };
    case("empty rtpParameters.encodings", &|it| {
        it.rtp_parameters.encodings.clear()
    });
    case("invalid encoding in rtpParameters (missing ssrc)", &|it| {
        it.rtp_parameters.encodings[0].ssrc = None;
    });
    case(
        "invalid encoding in rtpParameters (ssrc used twice)",
        &|it| {
            it.rtp_parameters.encodings[0].ssrc = Some(Ssrc(801));
        },
    );
    case("empty consumableRtpEncodings", &|it| {
        it.consumable_rtp_encodings.clear()
    });
    case(
        "wrong encoding in consumableRtpEncodings (missing ssrc)",
        &|it| {
            it.consumable_rtp_encodings[0].ssrc = None;
        },
    );
    case("invalid consumableRtpEncodings with size != 1", &|it| {
        it.consumable_rtp_encodings
            .push(it.consumable_rtp_encodings[0].clone());
    });
    case(
        "number of rtpParameters.encodings and consumableRtpEncodings do not match",
        &|it| {
            it.consumer_type = ConsumerType::Pipe;
            it.rtp_parameters.encodings.push(Default::default());
        },
    );
    case("rtpParameters.mid too long [max len:8]", &|it| {
        it.rtp_parameters.mid = Mid::new(b"123456789").ok();
    });
    case("missing cname", &|it| it.rtp_parameters.rtcp.cname = None);
    for (reason, options) in cases {
        let make = TransportCommand::Consume(ConsumerId(20), Box::new(options));
        let refused = refusal(&mut rig, to_transport(1, make));
        assert_eq!(refused, CommandError::type_error(reason));
    }
    assert!(rig.transport(1).consumer_ssrcs.is_empty());
    rig.consume(1, 20, good);
}

#[test]
fn objects_that_do_not_exist_are_not_found() {
    let mut rig = Rig::new();
    rig.join(1);
    let commands = [
        (Command::CloseRouter(RouterId(9)), "Router not found"),
        (
            Command::Router(RouterId(9), RouterCommand::Dump),
            "Router not found",
        ),
        (
            to_transport(9, TransportCommand::Dump),
            "Transport not found",
        ),
        (
            Command::Producer(ProducerId(9), ProducerCommand::Pause),
            "Producer not found",
        ),
        (
            Command::Consumer(ConsumerId(9), ConsumerCommand::Pause),
            "Consumer not found",
        ),
        (
            Command::DataProducer(DataProducerId(9), DataProducerCommand::Pause),
            "DataProducer not found",
        ),
        (
            Command::DataConsumer(DataConsumerId(9), DataConsumerCommand::Pause),
            "DataConsumer not found",
        ),
        (
            Command::Observer(RtpObserverId(9), ObserverCommand::Pause),
            "RtpObserver not found",
        ),
        (
            to_transport(1, TransportCommand::CloseProducer(ProducerId(9))),
            "Producer not found",
        ),
        (
            to_transport(1, TransportCommand::CloseConsumer(ConsumerId(9))),
            "Consumer not found",
        ),
    ];
    for (command, reason) in commands {
        assert_eq!(refusal(&mut rig, command), CommandError::not_found(reason));
    }
}

#[test]
fn objects_of_another_transport_cannot_be_closed_through_this_one() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.join(2);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    let close = to_transport(2, TransportCommand::CloseProducer(ProducerId(10)));
    assert_eq!(refusal(&mut rig, close).kind, ErrorKind::NotFound);
    rig.ask(Command::CreateRouter(RouterId(2))).unwrap();
    let close = RouterCommand::CloseTransport(TransportId(1));
    let refused = refusal(&mut rig, Command::Router(RouterId(2), close));
    assert_eq!(refused.kind, ErrorKind::NotFound);
}

#[test]
fn second_connect_is_refused() {
    let mut rig = Rig::new();
    rig.join(1);
    let again = TransportCommand::Connect {
        fingerprints: super::peer::context(false).fingerprints().to_vec(),
        role: DtlsRole::Client,
    };
    let refused = refusal(&mut rig, to_transport(1, again));
    assert_eq!(refused, CommandError::error("connect() already called"));
    rig.make_transport(2);
    let empty = TransportCommand::Connect {
        fingerprints: Vec::new(),
        role: DtlsRole::Client,
    };
    let refused = refusal(&mut rig, to_transport(2, empty));
    assert_eq!(
        refused,
        CommandError::type_error("empty dtlsParameters.fingerprints array")
    );
}

#[test]
fn priority_and_layers_are_answered_as_they_are_in_force() {
    let mut rig = Rig::new();
    rig.join(1);
    let sound = audio("0", json!([{"ssrc": 40}]));
    let picture = video("1", json!([{"rid": "a"}, {"rid": "b"}]));
    rig.produce(1, 10, &sound);
    rig.produce(1, 11, &picture);
    rig.consume(1, 20, consume(10, &sound, 700, false));
    rig.consume(1, 21, consume(11, &picture, 800, true));
    let to = |id, command| Command::Consumer(ConsumerId(id), command);
    let zero = refusal(&mut rig, to(20, ConsumerCommand::SetPriority(0)));
    assert_eq!(
        zero,
        CommandError::type_error("wrong priority (must be higher than 0)")
    );
    let set = rig.ask(to(20, ConsumerCommand::SetPriority(9)));
    assert!(matches!(set, Ok(Response::Priority(9))));
    let wanted = PreferredLayers {
        spatial_layer: 7,
        temporal_layer: None,
    };
    let set = rig.ask(to(20, ConsumerCommand::SetPreferredLayers(wanted)));
    assert!(matches!(set, Ok(Response::PreferredLayers(None))));
    let set = rig.ask(to(21, ConsumerCommand::SetPreferredLayers(wanted)));
    let in_force = PreferredLayers {
        spatial_layer: 1,
        temporal_layer: Some(0),
    };
    assert!(matches!(set, Ok(Response::PreferredLayers(Some(layers))) if layers == in_force));
}

fn make_observer(rig: &mut Rig, id: u64) {
    let levels = AudioLevelOptions {
        max_entries: 1,
        threshold: -80,
        interval: Duration::from_millis(1_000),
    };
    let create = RouterCommand::CreateAudioLevelObserver(RtpObserverId(id), levels);
    rig.ask(Command::Router(ROUTER, create)).unwrap();
}

fn observe(id: u64, producer: u64) -> Command {
    let add = ObserverCommand::AddProducer(ProducerId(producer));
    Command::Observer(RtpObserverId(id), add)
}

#[test]
fn observers_take_audio_of_their_own_router_alone() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    rig.produce(1, 11, &video("1", json!([{"ssrc": 50}])));
    make_observer(&mut rig, 1);
    let refused = refusal(&mut rig, observe(1, 11));
    assert_eq!(refused, CommandError::type_error("not an audio Producer"));
    rig.ask(Command::CreateRouter(RouterId(2))).unwrap();
    let levels = AudioLevelOptions {
        max_entries: 1,
        threshold: -80,
        interval: Duration::from_millis(1_000),
    };
    let create = RouterCommand::CreateAudioLevelObserver(RtpObserverId(2), levels);
    rig.ask(Command::Router(RouterId(2), create)).unwrap();
    assert_eq!(refusal(&mut rig, observe(2, 10)).kind, ErrorKind::NotFound);
}

#[test]
fn observers_hear_producers_without_consumers_but_not_paused_ones() {
    let mut rig = Rig::new();
    rig.join(1);
    rig.produce(1, 10, &audio("0", json!([{"ssrc": 40}])));
    make_observer(&mut rig, 1);
    rig.ask(observe(1, 10)).unwrap();
    let mut seq = 0;
    let mut second = |rig: &mut Rig| {
        rig.take_events();
        for _ in 0..51 {
            seq += 1;
            rig.send(1, &Packet::opus(40, seq));
            rig.advance(Duration::from_millis(20));
        }
        let events = rig.take_events().into_iter();
        let heard = events.filter_map(|event| match event {
            Event::Observer(_, ObserverEvent::Volumes(volumes)) => Some(volumes[0].volume),
            _ => None,
        });
        heard.collect::<Vec<_>>()
    };
    assert_eq!(second(&mut rig), [-20]);
    rig.ask(Command::Producer(ProducerId(10), ProducerCommand::Pause))
        .unwrap();
    assert_eq!(second(&mut rig), [0; 0]);
    rig.ask(Command::Producer(ProducerId(10), ProducerCommand::Resume))
        .unwrap();
    second(&mut rig);
    assert_eq!(second(&mut rig), [-20]);
}
