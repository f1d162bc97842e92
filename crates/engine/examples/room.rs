//! The smallest room: two peers in one router, one heard by the other, and a bot that greets them.
//!
//! Signalling is up to the application; here the values that would go to a browser are printed.

use std::time::SystemTime;

use miso_engine::{
    Certificate, ConsumerOptions, DataConsumerEvent, DataConsumerOptions, DataProducerOptions,
    DirectTransportOptions, Engine, EngineOptions, MediaKind, ProducerOptions, RouterEvent,
    RouterRtpCodecCapability, WebRtcTransportOptions,
};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let certificate = Certificate::generate(SystemTime::now())?;
    let engine = Engine::start(EngineOptions {
        base_port: 0,
        ..EngineOptions::new(certificate)
    });
    let engine = engine.await?;
    let codecs = vec![
        RouterRtpCodecCapability::new("audio/opus", 48_000, 2)?,
        RouterRtpCodecCapability::new("video/VP8", 90_000, 0)?,
    ];
    let (router, mut events) = engine.create_router(codecs).await?;

    // A peer's transport: these four go to its browser, whose DTLS parameters come back for `connect`.
    let alice = router
        .create_webrtc_transport(WebRtcTransportOptions::default())
        .await?;
    let offer = json!({
        "id": alice.id(),
        "iceParameters": alice.ice_parameters(),
        "iceCandidates": alice.ice_candidates(),
        "dtlsParameters": alice.dtls_parameters(),
    });
    println!("to Alice's browser: {offer:#}");

    // Alice's browser describes its microphone; Bob hears it.
    let microphone = json!({
        "mid": "0",
        "codecs": [{ "mimeType": "audio/opus", "payloadType": 111, "clockRate": 48_000, "channels": 2 }],
        "encodings": [{ "ssrc": 1_234 }],
    });
    let microphone = ProducerOptions::new(MediaKind::Audio, serde_json::from_value(microphone)?);
    let voice = alice.produce(microphone).await?;
    let bob = router
        .create_webrtc_transport(WebRtcTransportOptions::default())
        .await?;
    let capabilities = router.rtp_capabilities().clone();
    let heard = bob
        .consume(ConsumerOptions::new(voice.id(), capabilities))
        .await?;
    println!("to Bob's browser: {:#}", json!(heard.rtp_parameters()));

    // A bot in this process.
    let direct = router
        .create_direct_transport(DirectTransportOptions::default())
        .await?;
    let bot = direct.produce_data(DataProducerOptions::default()).await?;
    let echo = direct
        .consume_data(DataConsumerOptions::new(bot.id()))
        .await?;
    bot.send_text("welcome").await?;
    while let Some(event) = events.recv().await {
        if let RouterEvent::DataConsumer {
            id,
            event: DataConsumerEvent::Message { bytes, .. },
        } = event
            && id == echo.id()
        {
            println!("the bot says: {}", String::from_utf8_lossy(&bytes));
            break;
        }
    }
    engine.close().await;
    Ok(())
}
