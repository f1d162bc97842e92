//! A bot that answers chat: `!who` and `!echo …`.
//!
//!     cargo run -p miso-client --example bot -- ws://127.0.0.1:8888 ROOM [--insecure]

use anyhow::{Context, bail};
use miso_client::{
    DataConsumer, DataProducer, Message, Offer, PeerId, ProduceDataOptions, Room, RoomEvent,
    RoomId, RoomOptions, TlsTrust,
};
use miso_signal::ServerNotification;
use tokio::sync::mpsc;

/// A chat message, and whose it is.
type Said = (String, String);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut room = Room::enter(options()?).await?;
    let mut peers: Vec<String> = room.peers().iter().map(|it| it.id.to_string()).collect();
    let mut chat = room.produce_data(ProduceDataOptions::new("chat")).await?;
    let (sayer, mut said) = mpsc::channel(64);
    println!("in the room with {} others", peers.len());
    loop {
        tokio::select! {
            event = room.event() => match event.context("the room is over")? {
                RoomEvent::DataConsumer(consumer) => {
                    tokio::spawn(listen(consumer, sayer.clone()));
                }
                RoomEvent::Notification(ServerNotification::NewPeer(peer)) => {
                    peers.push(peer.0.id.to_string());
                }
                RoomEvent::Notification(ServerNotification::PeerClosed(peer)) => {
                    peers.retain(|it| it != peer.peer_id.as_str());
                }
                RoomEvent::Rejoined { peers: others } => {
                    peers = others.iter().map(|it| it.id.to_string()).collect();
                    chat = room.produce_data(ProduceDataOptions::new("chat")).await?;
                }
                RoomEvent::Closed(end) => bail!("the room is over: {end:?}"),
                _ => {}
            },
            Some((peer, text)) = said.recv() => answer(&chat, &peer, &text, &peers).await?,
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

/// Where to go, from the command line. Only chat is taken.
fn options() -> anyhow::Result<RoomOptions> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, room, rest @ ..] = arguments.as_slice() else {
        bail!("usage: bot URL ROOM [--insecure]");
    };
    let peer = PeerId::new("chat-bot")?;
    let mut options = RoomOptions::new(url, RoomId::new(room)?, peer);
    if rest.iter().any(|it| it == "--insecure") {
        options.trust = TlsTrust::Anyone;
    }
    Ok(options.accept_if(|offer| matches!(offer, Offer::Data(it) if it.label == "chat")))
}

/// Passes on what somebody says.
async fn listen(mut consumer: DataConsumer, sayer: mpsc::Sender<Said>) {
    let peer = consumer.parameters().peer_id.as_ref();
    let peer = peer.map_or_else(String::new, ToString::to_string);
    while let Some(message) = consumer.message().await {
        let Some(text) = message.as_text() else {
            continue;
        };
        if sayer.send((peer.clone(), text.to_owned())).await.is_err() {
            return;
        }
    }
}

async fn answer(
    chat: &DataProducer,
    peer: &str,
    text: &str,
    peers: &[String],
) -> anyhow::Result<()> {
    println!("{peer}: {text}");
    let answer = if text == "!who" {
        peers.join(", ")
    } else if let Some(text) = text.strip_prefix("!echo ") {
        format!("{peer} says {text}")
    } else {
        return Ok(());
    };
    chat.send(Message::text(answer)).await?;
    Ok(())
}
