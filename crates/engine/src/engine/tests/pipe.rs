//! Routers joined by pipe transports, on real sockets.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use super::{PATIENCE, audio, codecs, consuming, options, video, wait_for};
use crate::{
    ConsumerOptions, ConsumerType, DataConsumerEvent, DataConsumerOptions, DataProducerOptions,
    Engine, PipeConnect, PipeTransport, PipeTransportOptions, PlainConnect, PlainTransportOptions,
    ProducerOptions, RequestError, Router, RouterEvent, RouterEvents, RtpCapabilities, SctpState,
    SrtpCryptoSuite, TransportListenInfo,
};

fn loopback() -> TransportListenInfo {
    TransportListenInfo::new(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// What the other end must be told of this one.
fn of(transport: &PipeTransport) -> PipeConnect {
    let tuple = transport.tuple();
    PipeConnect {
        ip: tuple.local_address.parse().unwrap(),
        port: tuple.local_port,
        srtp_parameters: transport.srtp_parameters(),
    }
}

/// Two routers on different workers, and both ends of a pipe between them.
struct Joined {
    _engine: Engine,
    near: (Router, PipeTransport),
    far: (Router, PipeTransport),
    far_events: RouterEvents,
}

async fn joined() -> Joined {
    let engine = Engine::start(options(2)).await.unwrap();
    let (near, _) = engine.create_router(codecs()).await.unwrap();
    let (far, far_events) = engine.create_router(codecs()).await.unwrap();
    let options = || PipeTransportOptions {
        sctp: Some(Default::default()),
        enable_rtx: true,
        enable_srtp: true,
        ..PipeTransportOptions::new(loopback())
    };
    let here = near.create_pipe_transport(options()).await.unwrap();
    let there = far.create_pipe_transport(options()).await.unwrap();
    here.connect(of(&there)).await.unwrap();
    there.connect(of(&here)).await.unwrap();
    Joined {
        _engine: engine,
        near: (near, here),
        far: (far, there),
        far_events,
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

#[tokio::test]
async fn media_of_a_producer_crosses_a_pipe_to_a_router_of_another_worker() {
    let joined = joined().await;
    let (near, far) = (&joined.near, &joined.far);
    let comedia = PlainTransportOptions {
        comedia: true,
        ..PlainTransportOptions::new(loopback())
    };
    let source = near.0.create_plain_transport(comedia).await.unwrap();
    let producer = source.produce(audio()).await.unwrap();
    let everything = ConsumerOptions::new(producer.id(), RtpCapabilities::default());
    let piped = near.1.consume(everything).await.unwrap();
    assert_eq!(piped.consumer_type(), ConsumerType::Pipe);
    let onward = ProducerOptions {
        id: Some(producer.id().to_owned()),
        ..ProducerOptions::new(producer.kind(), piped.rtp_parameters().clone())
    };
    let arriving = far.1.produce(onward).await.unwrap();
    assert_eq!(arriving.id(), producer.id());
    let sink = far
        .0
        .create_plain_transport(PlainTransportOptions::new(loopback()))
        .await
        .unwrap();
    let listener = socket();
    let address = listener.local_addr().unwrap();
    let connect = PlainConnect {
        ip: Some(address.ip()),
        port: Some(address.port()),
        ..PlainConnect::default()
    };
    sink.connect(connect).await.unwrap();
    sink.consume(consuming(arriving.id(), &far.0))
        .await
        .unwrap();

    let speaker = socket();
    let packet = [
        &[0x80, 111, 0, 1, 0, 0, 0, 0][..],
        &11_111_u32.to_be_bytes(),
        b"sound",
    ]
    .concat();
    let to = (Ipv4Addr::LOCALHOST, source.tuple().local_port);
    speaker.send_to(&packet, to).unwrap();
    let mut buffer = [0; 2_048];
    loop {
        let len = listener.recv(&mut buffer).expect("media in time");
        if buffer[..len].ends_with(b"sound") {
            break;
        }
    }
    let stats = arriving.get_stats().await.unwrap();
    assert_eq!(stats[0]["packetCount"], 1);
}

#[tokio::test]
async fn a_pipes_consumer_has_all_that_the_producer_sends_and_its_name() {
    let joined = joined().await;
    let near = &joined.near;
    let direct = near.0.create_direct_transport(Default::default());
    let direct = direct.await.unwrap();
    let mut video = video();
    video.rtp_parameters.rtcp.cname = Some("camera".to_owned());
    let producer = direct.produce(video).await.unwrap();
    let everything = ConsumerOptions::new(producer.id(), RtpCapabilities::default());
    let piped = near.1.consume(everything).await.unwrap();
    let parameters = piped.rtp_parameters();
    assert_eq!(parameters.mid, None);
    assert_eq!(parameters.codecs.len(), 2, "with RTX");
    assert_eq!(parameters.rtcp.cname.as_deref(), Some("camera"));
    assert!(parameters.encodings[0].rtx.is_some());
}

#[tokio::test]
async fn messages_cross_a_pipe() {
    let mut joined = joined().await;
    let (near, far) = (&joined.near, &joined.far);
    let direct = near.0.create_direct_transport(Default::default());
    let direct = direct.await.unwrap();
    let producer = direct.produce_data(Default::default()).await.unwrap();
    let piped = near.1.consume_data(DataConsumerOptions::new(producer.id()));
    let piped = piped.await.unwrap();
    let onward = DataProducerOptions {
        id: Some(producer.id().to_owned()),
        sctp_stream_parameters: piped.sctp_stream_parameters().copied(),
        ..DataProducerOptions::default()
    };
    let arriving = far.1.produce_data(onward).await.unwrap();
    let direct = far.0.create_direct_transport(Default::default());
    let direct = direct.await.unwrap();
    let consumer = direct.consume_data(DataConsumerOptions::new(arriving.id()));
    let _consumer = consumer.await.unwrap();
    producer.send_text("hello").await.unwrap();
    let text = wait_for(&mut joined.far_events, |event| match event {
        RouterEvent::DataConsumer {
            event: DataConsumerEvent::Message { bytes, .. },
            ..
        } => Some(bytes.to_vec()),
        _ => None,
    })
    .await;
    assert_eq!(text, b"hello");
    assert_eq!(far.1.sctp_state(), Some(SctpState::Connected));
    assert!(far.1.sctp_negotiated_capabilities().is_some());
}

#[tokio::test]
async fn a_pipe_transport_shows_itself_is_connected_once_and_closes() {
    let joined = joined().await;
    let (near, far) = (&joined.near, &joined.far);
    let there = far.1.tuple();
    let tuple = near.1.tuple();
    assert_eq!(tuple.remote_port, Some(there.local_port));
    let suite = near.1.srtp_parameters().unwrap().crypto_suite;
    assert_eq!(suite, SrtpCryptoSuite::AeadAes256Gcm);
    assert_eq!(near.1.sctp_parameters().unwrap().port, 5_000);
    let stats = near.1.get_stats().await.unwrap();
    assert_eq!(stats[0]["type"], "pipe-transport");
    assert_eq!(stats[0]["tuple"]["remotePort"], there.local_port);
    let dump = near.1.dump().await.unwrap();
    assert_eq!(dump["rtx"], true);
    assert_eq!(dump["tuple"]["localPort"], tuple.local_port);
    assert_eq!(dump["srtpParameters"]["cryptoSuite"], "AEAD_AES_256_GCM");
    assert_eq!(dump["sctpState"], "new");
    let again = near.1.connect(of(&far.1)).await.unwrap_err();
    assert_eq!(
        again,
        RequestError::Error("connect() already called".into())
    );
    near.1.close();
    assert_eq!(near.1.sctp_state(), Some(SctpState::Closed));
    assert!(near.1.closed());
    let closed = near.1.connect(of(&far.1)).await.unwrap_err();
    assert_eq!(closed, RequestError::Closed);
}
