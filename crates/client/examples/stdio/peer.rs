//! What the other side can ask for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use miso_client::media::TestPattern;
use miso_client::{
    AudioLevel, Consumer, ConsumerParameters, DataConsumer, DataConsumerParameters, DataProducer,
    Device, MediaKind, Message, OutgoingPacket, ProduceDataOptions, ProduceOptions, Producer,
    RecvTransport, SendTransport, TransportParameters,
};
use miso_ortc::{RtpParameters, SctpStreamParameters};
use miso_signal::{AppData, ConsumerId, DataConsumerId, DataProducerId, IceParameters, ProducerId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::line::Lines;

/// From one packet of sound to the next.
const SOUND: Duration = Duration::from_millis(20);
/// From one picture to the next.
const PICTURE: Duration = Duration::from_millis(33);
/// How loud the sound is said to be.
const LEVEL: AudioLevel = AudioLevel {
    dbov: -30,
    is_voice: true,
};

/// What this client has.
pub(crate) struct Peer {
    lines: Lines,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    device: Option<Device>,
    send: Option<Arc<SendTransport>>,
    recv: Option<Arc<RecvTransport>>,
    /// Frames that each consumer got.
    frames: HashMap<ConsumerId, watch::Receiver<u64>>,
    data: HashMap<DataProducerId, Arc<DataProducer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToConsume {
    id: ConsumerId,
    producer_id: ProducerId,
    kind: MediaKind,
    rtp_parameters: RtpParameters,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToConsumeData {
    id: DataConsumerId,
    sctp_stream_parameters: SctpStreamParameters,
    label: String,
    protocol: String,
}

#[derive(Deserialize)]
struct Frames {
    id: ConsumerId,
    more: u64,
}

#[derive(Deserialize)]
struct ToSend {
    id: DataProducerId,
    text: String,
}

fn parse<T: DeserializeOwned>(data: Value) -> anyhow::Result<T> {
    serde_json::from_value(data).context("the request's data")
}

impl Peer {
    pub(crate) fn new(lines: Lines) -> Self {
        Self {
            lines,
            held: Mutex::default(),
        }
    }

    /// Does what is asked for.
    pub(crate) async fn answer(&self, method: &str, data: Value) -> anyhow::Result<Value> {
        match method {
            "load" => self.load(&parse(data)?),
            "createSendTransport" => self.create_send(parse(data)?),
            "createRecvTransport" => self.create_recv(parse(data)?),
            "restartIce" => self.restart_ice(parse(data)?).await,
            "produce" => self.produce(parse(data)?).await,
            "consume" => self.consume(parse(data)?).await,
            "frames" => self.frames(parse(data)?).await,
            "produceData" => self.produce_data(parse(data)?).await,
            "consumeData" => self.consume_data(parse(data)?).await,
            "send" => self.send(parse(data)?).await,
            other => anyhow::bail!("unknown method {other}"),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn device(&self) -> anyhow::Result<Device> {
        self.held().device.clone().context("load first")
    }

    fn sender(&self) -> anyhow::Result<Arc<SendTransport>> {
        self.held().send.clone().context("no transport to send on")
    }

    fn receiver(&self) -> anyhow::Result<Arc<RecvTransport>> {
        self.held()
            .recv
            .clone()
            .context("no transport to receive on")
    }

    fn load(&self, router: &miso_ortc::RtpCapabilities) -> anyhow::Result<Value> {
        let device = Device::load(router)?;
        let capabilities = serde_json::to_value(device.rtp_capabilities())?;
        self.held().device = Some(device);
        Ok(capabilities)
    }

    fn create_send(&self, parameters: TransportParameters) -> anyhow::Result<Value> {
        let made = SendTransport::new(&self.device()?, parameters, self.lines.clone())?;
        self.held().send = Some(Arc::new(made));
        Ok(Value::Null)
    }

    fn create_recv(&self, parameters: TransportParameters) -> anyhow::Result<Value> {
        let made = RecvTransport::new(&self.device()?, parameters, self.lines.clone())?;
        self.held().recv = Some(Arc::new(made));
        Ok(Value::Null)
    }

    /// Of the transport to receive on.
    async fn restart_ice(&self, server: IceParameters) -> anyhow::Result<Value> {
        self.receiver()?.restart_ice(&server).await?;
        Ok(Value::Null)
    }

    /// Sends sound or picture of the test pattern until this process ends.
    async fn produce(&self, kind: MediaKind) -> anyhow::Result<Value> {
        let transport = self.sender()?;
        transport.connected().await?;
        let producer = transport.produce(ProduceOptions::new(kind)).await?;
        let id = producer.id().clone();
        match kind {
            MediaKind::Audio => drop(tokio::spawn(send_sound(producer))),
            MediaKind::Video => drop(tokio::spawn(send_pictures(producer))),
        }
        Ok(json!(id))
    }

    async fn consume(&self, it: ToConsume) -> anyhow::Result<Value> {
        let parameters = ConsumerParameters {
            id: it.id,
            producer_id: it.producer_id,
            peer_id: None,
            kind: it.kind,
            rtp_parameters: it.rtp_parameters,
            producer_paused: false,
            app_data: AppData::default(),
        };
        let consumer = self.receiver()?.consume(parameters).await?;
        let (counter, frames) = watch::channel(0);
        self.held().frames.insert(consumer.id().clone(), frames);
        tokio::spawn(count_frames(consumer, counter));
        Ok(Value::Null)
    }

    /// Waits until so many more frames have come.
    async fn frames(&self, it: Frames) -> anyhow::Result<Value> {
        let frames = self.held().frames.get(&it.id).cloned();
        let mut frames = frames.context("no such consumer")?;
        let wanted = *frames.borrow() + it.more;
        let reached = *frames.wait_for(|count| *count >= wanted).await?;
        Ok(json!(reached))
    }

    async fn produce_data(&self, label: String) -> anyhow::Result<Value> {
        let options = ProduceDataOptions::new(label);
        let mut producer = self.sender()?.produce_data(options).await?;
        producer.opened().await?;
        let id = producer.id().clone();
        self.held().data.insert(id.clone(), Arc::new(producer));
        Ok(json!(id))
    }

    async fn consume_data(&self, it: ToConsumeData) -> anyhow::Result<Value> {
        let parameters = DataConsumerParameters {
            id: it.id,
            data_producer_id: None,
            peer_id: None,
            sctp_stream_parameters: it.sctp_stream_parameters,
            label: it.label,
            protocol: it.protocol,
            app_data: AppData::default(),
        };
        let mut consumer = self.receiver()?.consume_data(parameters).await?;
        consumer.opened().await?;
        tokio::spawn(tell_messages(consumer, self.lines.clone()));
        Ok(Value::Null)
    }

    async fn send(&self, it: ToSend) -> anyhow::Result<Value> {
        let producer = self.held().data.get(&it.id).cloned();
        let producer = producer.context("no such data producer")?;
        producer.send(Message::text(it.text)).await?;
        Ok(Value::Null)
    }
}

async fn send_sound(producer: Producer) {
    let mut pattern = TestPattern::new(1);
    let mut due = tokio::time::interval(SOUND);
    loop {
        due.tick().await;
        let frame = pattern.next_audio_frame();
        let ticks = frame.pts.as_millis() * 48;
        let packet = OutgoingPacket {
            payload: frame.data.into(),
            timestamp: (ticks & u128::from(u32::MAX)) as u32,
            marker: false,
            audio_level: Some(LEVEL),
            captured: None,
        };
        if producer.send_rtp(vec![packet]).await.is_err() {
            return;
        }
    }
}

async fn send_pictures(mut producer: Producer) {
    let mut pattern = TestPattern::new(1);
    let mut due = tokio::time::interval(PICTURE);
    loop {
        due.tick().await;
        let is_key_frame_wanted = producer.try_event().is_some();
        let frame = pattern.next_video_frame(is_key_frame_wanted);
        if producer.send_frame(&frame, Instant::now()).await.is_err() {
            return;
        }
    }
}

async fn count_frames(mut consumer: Consumer, counter: watch::Sender<u64>) {
    while consumer.frame().await.is_some() {
        counter.send_modify(|count| *count += 1);
    }
}

async fn tell_messages(mut consumer: DataConsumer, lines: Lines) {
    while let Some(message) = consumer.message().await {
        let text = message.as_text();
        let told = json!({"id": consumer.id(), "text": text, "length": message.bytes.len()});
        lines.tell("message", &told);
    }
}
