//! Sessions of native clients: how they begin, break and end.

use miso_client::{
    ConnectError, MediaKind, Offer, ProduceDataOptions, ProduceOptions, Room, RoomEnd, RoomError,
    RoomEvent, TlsTrust, TransportError,
};
use tokio::net::TcpListener;

use super::support::{Pump, enter, enter_with, next_consumer, next_data_consumer, options, until};
use crate::support::{Server, soon};

#[tokio::test]
async fn after_a_restart_of_the_server_clients_are_back_and_produce_again() {
    let server = Server::start(&[]).await;
    let address = server.http().to_owned();
    let mut alice = enter(&server, "alice").await;
    let mut bob = enter(&server, "bob").await;
    let video = || ProduceOptions::new(MediaKind::Video);
    let before = alice.produce(video()).await.unwrap();
    let mut consumer = next_consumer(&mut bob).await;
    server.signal("-TERM");
    server.ended().await;
    let _server = Server::start(&[&format!("--http-listen={address}")]).await;
    let rejoined = |event| match event {
        RoomEvent::Rejoined { .. } => Some(()),
        _ => None,
    };
    until(&mut alice, "alice is back", rejoined).await;
    until(&mut bob, "bob is back", rejoined).await;
    let end = soon("the old consumer ends", async {
        while consumer.packet().await.is_some() {}
    });
    end.await;
    let late = before.pause().await;
    assert!(late.is_err(), "the old producer is of no use: {late:?}");
    let pump = Pump::start(alice.produce(video()).await.unwrap());
    let mut consumer = next_consumer(&mut bob).await;
    soon("a frame", consumer.frame()).await.unwrap();
    pump.stop().await;
}

#[tokio::test]
async fn a_refused_consumer_never_comes_and_others_do() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let only_data = options(&server, "bob").accept_if(|it| matches!(it, Offer::Data(_)));
    let mut bob = enter_with(only_data).await;
    let _video = alice
        .produce(ProduceOptions::new(MediaKind::Video))
        .await
        .unwrap();
    let _chat = alice
        .produce_data(ProduceDataOptions::new("chat"))
        .await
        .unwrap();
    let chat = |event| match event {
        RoomEvent::Consumer(consumer) => panic!("{consumer:?} was not wanted"),
        RoomEvent::DataConsumer(consumer) if consumer.label() == "chat" => Some(()),
        _ => None,
    };
    until(&mut bob, "chat", chat).await;
}

#[tokio::test]
async fn who_is_replaced_by_the_same_name_is_out_for_good() {
    let server = Server::start(&[]).await;
    let mut first = enter(&server, "alice").await;
    let producer = first
        .produce_data(ProduceDataOptions::new("chat"))
        .await
        .unwrap();
    let _second = enter(&server, "alice").await;
    let closed = |event| match event {
        RoomEvent::Closed(RoomEnd::Kicked { reason }) => Some(reason),
        RoomEvent::Rejoined { .. } | RoomEvent::Disconnected => panic!("tried again"),
        _ => None,
    };
    let reason = until(&mut first, "the end", closed).await;
    assert_eq!(reason, "closed by protoo-server");
    assert!(soon("nothing", first.event()).await.is_none());
    let late = first.produce_data(ProduceDataOptions::new("chat")).await;
    assert!(matches!(late, Err(RoomError::NotJoined)), "{late:?}");
    let late = soon("sending", producer.send(miso_client::Message::text("late"))).await;
    assert!(matches!(late, Err(TransportError::Closed)), "{late:?}");
}

#[tokio::test]
async fn leaving_is_seen_by_others() {
    let server = Server::start(&[]).await;
    let alice = enter(&server, "alice").await;
    let _bob = enter(&server, "bob").await;
    server.until_metric("peers", 2).await;
    soon("alice has left", alice.leave()).await;
    server.until_metric("peers", 1).await;
}

#[tokio::test]
async fn what_is_no_server_is_told_apart() {
    let server = Server::start(&[]).await;
    let with_url = |url: &str| {
        let mut options = options(&server, "alice");
        options.url = url.to_owned();
        options
    };
    for url in ["", "nonsense", "http://127.0.0.1", "ws://", "ws:///path"] {
        let error = connect_error(with_url(url)).await;
        assert!(
            matches!(error, ConnectError::BadUrl { .. }),
            "{url}: {error:?}"
        );
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = connect_error(with_url(&format!("ws://{address}"))).await;
    assert!(
        matches!(error, ConnectError::Unreachable { .. }),
        "{error:?}"
    );
    // TLS spoken to the listener that has none.
    let error = connect_error(with_url(&format!("wss://{}", server.http()))).await;
    assert!(matches!(error, ConnectError::Tls { .. }), "{error:?}");
}

async fn connect_error(options: miso_client::RoomOptions) -> ConnectError {
    match soon("an error", Room::enter(options)).await {
        Err(RoomError::Connect(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_a_server_made_for_itself_is_good_enough_only_on_demand() {
    let server = Server::start(&[]).await;
    let mut options = options(&server, "alice");
    options.url = format!("wss://{}", server.address("https"));
    let error = connect_error(options.clone()).await;
    assert!(matches!(error, ConnectError::Tls { .. }), "{error:?}");
    options.trust = TlsTrust::Anyone;
    let mut room = enter_with(options).await;
    next_data_consumer(&mut room, "bot").await;
}
