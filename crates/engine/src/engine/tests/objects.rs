//! Making and asking every object.

use std::future::{Future, poll_fn};
use std::task::Poll;

use serde_json::json;

use super::{audio, consuming, room, video};
use crate::{
    ActiveSpeakerOptions, AudioLevelOptions, Bitrate, ConsumerLayers, ConsumerOptions,
    DataConsumerOptions, DataProducerOptions, DirectTransportOptions, DtlsFingerprint,
    DtlsParameters, DtlsRole, ProducerOptions, RequestError, RtpCapabilities, SctpStreamParameters,
    SctpTransportOptions, WebRtcTransportOptions,
};

fn with_sctp() -> WebRtcTransportOptions {
    WebRtcTransportOptions {
        sctp: Some(SctpTransportOptions::default()),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_webrtc_transport_shows_all_that_a_client_needs() {
    let (engine, router, _events) = room().await;
    let transport = router.create_webrtc_transport(with_sctp()).await.unwrap();
    let worker = &engine.workers()[0];
    let ports: Vec<u16> = transport
        .ice_candidates()
        .iter()
        .map(|it| it.port)
        .collect();
    assert_eq!(ports, [worker.udp[0].port(), worker.tcp[0].port()]);
    assert_eq!(transport.ice_parameters().username_fragment.len(), 32);
    assert_eq!(transport.dtls_parameters().role, DtlsRole::Auto);
    assert_eq!(transport.dtls_parameters().fingerprints.len(), 5);
    assert_eq!(
        transport.sctp_parameters().unwrap().max_message_size,
        262_144
    );
    assert_eq!(serde_json::to_value(transport.ice_state()).unwrap(), "new");
    assert_eq!(serde_json::to_value(transport.sctp_state()).unwrap(), "new");
    let dump = transport.dump().await.unwrap();
    assert_eq!(dump["id"], transport.id());
    assert_eq!(dump["iceParameters"], json!(transport.ice_parameters()));
    assert_eq!(dump["sctpParameters"], json!(transport.sctp_parameters()));
    let stats = transport.get_stats().await.unwrap();
    assert_eq!(stats[0]["type"], "webrtc-transport");
    assert_eq!(stats[0]["transportId"], transport.id());
}

#[tokio::test]
async fn ice_restarts_change_both_credentials() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let before = transport.ice_parameters();
    let after = transport.restart_ice().await.unwrap();
    assert_ne!(before.username_fragment, after.username_fragment);
    assert_ne!(before.password, after.password);
    assert_eq!(transport.ice_parameters(), after);
}

#[tokio::test]
async fn connecting_decides_the_role_and_works_once() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let value = "AA".to_owned() + &":AA".repeat(31);
    let parameters = DtlsParameters {
        role: DtlsRole::Client,
        fingerprints: vec![DtlsFingerprint {
            algorithm: "sha-256".to_owned(),
            value,
        }],
    };
    transport.connect(parameters.clone()).await.unwrap();
    assert_eq!(transport.dtls_parameters().role, DtlsRole::Server);
    let refused = transport.connect(parameters).await.unwrap_err();
    assert_eq!(
        refused,
        RequestError::Error("connect() already called".to_owned())
    );
}

#[tokio::test]
async fn bitrate_limits_are_taken_and_shown() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    transport
        .set_max_incoming_bitrate(Bitrate::kbps(500))
        .await
        .unwrap();
    let stats = transport.get_stats().await.unwrap();
    assert_eq!(stats[0]["maxIncomingBitrate"], 500_000);
    transport
        .set_max_outgoing_bitrate(Bitrate::kbps(900))
        .await
        .unwrap();
    transport
        .set_min_outgoing_bitrate(Bitrate::kbps(100))
        .await
        .unwrap();
    assert!(
        transport
            .set_max_outgoing_bitrate(Bitrate(1))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_producer_is_consumed_on_another_transport() {
    let (_engine, router, _events) = room().await;
    let from = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let to = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let app_data = json!({ "source": "camera" });
    let producer = from
        .produce(ProducerOptions {
            app_data: app_data.clone(),
            ..video()
        })
        .await
        .unwrap();
    assert_eq!(producer.app_data(), &app_data);
    assert_eq!(
        serde_json::to_value(producer.producer_type()).unwrap(),
        "simple"
    );
    assert!(router.can_consume(producer.id(), router.rtp_capabilities()));
    assert!(!router.can_consume(producer.id(), &RtpCapabilities::default()));
    assert!(!router.can_consume("nobody", router.rtp_capabilities()));

    let consumer = to.consume(consuming(producer.id(), &router)).await.unwrap();
    assert_eq!(consumer.producer_id(), producer.id());
    assert_eq!(consumer.rtp_parameters().mid.unwrap().to_string(), "0");
    assert_eq!(consumer.priority(), 1);
    assert!(consumer.rtp_parameters().encodings[0].rtx.is_some());
    let again = to.consume(consuming(producer.id(), &router)).await.unwrap();
    assert_eq!(again.rtp_parameters().mid.unwrap().to_string(), "1");

    let dump = router.dump().await.unwrap();
    let values = json!([consumer.id(), again.id()]);
    let expected = json!([{ "key": producer.id(), "values": values }]);
    assert_eq!(dump["mapProducerIdConsumerIds"], expected);
    let dump = consumer.dump().await.unwrap();
    assert_eq!(dump["producerId"], producer.id());
    assert_eq!(dump["rtpParameters"], json!(consumer.rtp_parameters()));
    let dump = producer.dump().await.unwrap();
    assert_eq!(dump["rtpMapping"]["encodings"][0]["ssrc"], 22_222);
    assert_eq!(
        consumer.get_stats().await.unwrap()[0]["type"],
        "outbound-rtp"
    );
    assert_eq!(producer.get_stats().await.unwrap().len(), 0);
}

#[tokio::test]
async fn pausing_is_seen_on_both_sides() {
    let (_engine, router, mut events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let producer = transport.produce(audio()).await.unwrap();
    let options = ConsumerOptions {
        paused: true,
        ..consuming(producer.id(), &router)
    };
    let consumer = transport.consume(options).await.unwrap();
    assert!(consumer.paused() && !consumer.producer_paused());
    producer.pause().await.unwrap();
    assert!(producer.paused());
    super::wait_for(&mut events, |it| {
        (super::short(it) == "consumer ProducerPause").then_some(())
    })
    .await;
    assert!(consumer.producer_paused());
    consumer.resume().await.unwrap();
    assert!(!consumer.paused());
    producer.resume().await.unwrap();
    super::wait_for(&mut events, |it| {
        (super::short(it) == "consumer ProducerResume").then_some(())
    })
    .await;
    assert!(!consumer.producer_paused());
    consumer.pause().await.unwrap();
    assert!(consumer.paused());
}

#[tokio::test]
async fn wishes_of_a_consumer_are_taken() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let producer = transport.produce(video()).await.unwrap();
    let consumer = transport
        .consume(consuming(producer.id(), &router))
        .await
        .unwrap();
    consumer.set_priority(7).await.unwrap();
    assert_eq!(consumer.priority(), 7);
    assert!(matches!(
        consumer.set_priority(0).await,
        Err(RequestError::Type(_))
    ));
    consumer.unset_priority().await.unwrap();
    assert_eq!(consumer.priority(), 1);
    let layers = ConsumerLayers {
        spatial_layer: 1,
        temporal_layer: None,
    };
    consumer.set_preferred_layers(layers).await.unwrap();
    assert_eq!(
        consumer.preferred_layers(),
        None,
        "a simple consumer has no layers"
    );
    consumer.request_key_frame().await.unwrap();
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let (engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let named = || ProducerOptions {
        id: Some("mine".to_owned()),
        ..audio()
    };
    let mut wrong = named();
    wrong.rtp_parameters.codecs.clear();
    assert!(transport.produce(wrong).await.is_err());
    let producer = transport.produce(named()).await.unwrap();
    assert_eq!(producer.id(), "mine");
    let taken = transport.produce(named()).await.unwrap_err();
    let text = "a Producer with same id \"mine\" already exists";
    assert_eq!(taken, RequestError::Type(text.to_owned()));
    // The same SSRC on the same transport is refused by the core, after the name was kept.
    let twin = || ProducerOptions {
        id: Some("twin".to_owned()),
        ..audio()
    };
    assert!(transport.produce(twin()).await.is_err());
    producer.close();
    transport.produce(twin()).await.unwrap();

    let unknown = transport
        .consume(consuming("mine", &router))
        .await
        .unwrap_err();
    let text = "Producer with id \"mine\" not found";
    assert_eq!(unknown, RequestError::NotFound(text.to_owned()));
    let deaf = ConsumerOptions::new("twin", RtpCapabilities::default());
    let refused = transport.consume(deaf).await.unwrap_err();
    assert_eq!(
        refused,
        RequestError::Unsupported("no compatible media codecs".to_owned())
    );
    let consumer = transport.consume(consuming("twin", &router)).await.unwrap();
    assert_eq!(
        consumer.rtp_parameters().mid.unwrap().to_string(),
        "0",
        "refusals take no MID"
    );
    let objects = engine.metrics().await[0].objects;
    assert_eq!(
        (objects.transports, objects.producers, objects.consumers),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn observers_take_audio_producers_of_their_router() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let levels = router
        .create_audio_level_observer(AudioLevelOptions::default())
        .await
        .unwrap();
    let speaker = router
        .create_active_speaker_observer(ActiveSpeakerOptions::default())
        .await
        .unwrap();
    let voice = transport.produce(audio()).await.unwrap();
    let face = transport.produce(video()).await.unwrap();
    levels.add_producer(voice.id()).await.unwrap();
    speaker.add_producer(voice.id()).await.unwrap();
    let refused = levels.add_producer(face.id()).await.unwrap_err();
    assert_eq!(
        refused,
        RequestError::Type("not an audio Producer".to_owned())
    );
    assert!(matches!(
        levels.add_producer("nobody").await,
        Err(RequestError::NotFound(_))
    ));
    levels.pause().await.unwrap();
    assert!(levels.paused());
    levels.resume().await.unwrap();
    levels.remove_producer(voice.id()).await.unwrap();
    let none = AudioLevelOptions {
        max_entries: 0,
        ..Default::default()
    };
    assert!(matches!(
        router.create_audio_level_observer(none).await,
        Err(RequestError::Type(_))
    ));
    let dump = router.dump().await.unwrap();
    assert_eq!(dump["rtpObserverIds"], json!([levels.id(), speaker.id()]));
    levels.close();
    assert!(levels.closed());
    assert_eq!(
        router.dump().await.unwrap()["rtpObserverIds"],
        json!([speaker.id()])
    );
    assert_eq!(levels.pause().await, Err(RequestError::Closed));
}

#[tokio::test]
async fn data_consumers_of_a_webrtc_transport_get_streams_in_turn_and_give_them_back() {
    let (_engine, router, _events) = room().await;
    let transport = router.create_webrtc_transport(with_sctp()).await.unwrap();
    let stream = SctpStreamParameters::new(9, Some(false), None, Some(3)).unwrap();
    let producer = transport
        .produce_data(DataProducerOptions {
            sctp_stream_parameters: Some(stream),
            label: "chat".to_owned(),
            protocol: "p".to_owned(),
            ..Default::default()
        })
        .await
        .unwrap();
    let options = || DataConsumerOptions::new(producer.id());
    let id = |it: &crate::DataConsumer| it.sctp_stream_parameters().unwrap().stream_id.0;
    let first = transport.consume_data(options()).await.unwrap();
    assert_eq!((first.label(), first.protocol()), ("chat", "p"));
    assert_eq!(
        first.sctp_stream_parameters().unwrap().max_retransmits,
        Some(3)
    );
    assert_eq!(id(&first), 0);
    let both = DataConsumerOptions {
        max_packet_life_time: Some(1),
        max_retransmits: Some(1),
        ..options()
    };
    assert!(matches!(
        transport.consume_data(both).await,
        Err(RequestError::Type(_))
    ));
    let second = transport.consume_data(options()).await.unwrap();
    assert!(id(&second) > id(&first));
    second.add_subchannel(5).await.unwrap();
    second.add_subchannel(3).await.unwrap();
    second.remove_subchannel(5).await.unwrap();
    assert_eq!(second.subchannels(), [3]);
    assert_eq!(second.get_buffered_amount().await.unwrap(), 0);
    let dump = second.dump().await.unwrap();
    assert_eq!(dump["dataProducerId"], producer.id());
    assert_eq!(dump["type"], "sctp");
    assert_eq!(dump["subchannels"], json!([3]));
    assert_eq!(
        producer.dump().await.unwrap()["sctpStreamParameters"]["streamId"],
        9
    );
    let stats = second.get_stats().await.unwrap();
    assert_eq!(stats[0]["type"], "data-consumer");
}

#[tokio::test]
async fn data_needs_sctp_or_a_direct_transport() {
    let (_engine, router, _events) = room().await;
    let transport = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    let stream = SctpStreamParameters::new(0, None, None, None).unwrap();
    let options = || DataProducerOptions {
        sctp_stream_parameters: Some(stream),
        ..Default::default()
    };
    let refused = transport.produce_data(options()).await.unwrap_err();
    let text = "SCTP not enabled and not a direct Transport";
    assert_eq!(refused, RequestError::Error(text.to_owned()));
    let direct = router
        .create_direct_transport(DirectTransportOptions::default())
        .await
        .unwrap();
    let producer = direct.produce_data(options()).await.unwrap();
    assert_eq!(producer.sctp_stream_parameters(), None);
    assert_eq!(producer.dump().await.unwrap()["type"], "direct");
}

#[tokio::test]
async fn an_abandoned_request_leaves_no_object() {
    let (engine, router, _events) = room().await;
    let mut abandoned = 0;
    while abandoned < 20 {
        let mut request = Box::pin(router.create_webrtc_transport(Default::default()));
        // Polled once, so the command is under way, then dropped.
        match poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await {
            Poll::Pending => abandoned += 1,
            Poll::Ready(made) => made.unwrap().close(),
        }
    }
    // Requests are carried out in order: after this one the others are.
    router.dump().await.unwrap();
    let kept = router
        .create_webrtc_transport(Default::default())
        .await
        .unwrap();
    assert_eq!(
        router.dump().await.unwrap()["transportIds"],
        json!([kept.id()])
    );
    assert_eq!(engine.metrics().await[0].objects.transports, 1);
}
