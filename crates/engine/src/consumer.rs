//! Consumers: outbound media.

use std::sync::{Arc, Mutex};

use miso_ortc::{ConsumerType, MediaKind, RtpParameters};
use miso_sfu::command::{Command, Response};
use miso_sfu::command::{ConsumerCommand, NewConsumer};
use miso_sfu::{ConsumerId, TransportId};
use serde_json::Value;

use crate::base::Base;
use crate::error::{RequestError, expect_answer};
use crate::json;
use crate::producer::ProducerCore;
use crate::sync::lock;
use crate::types::{ConsumerLayers, ConsumerScore};

/// Outbound media of one producer. Clones are handles of one consumer; it stays until it, its producer, its transport
/// or its router is closed.
#[derive(Clone, Debug)]
pub struct Consumer(pub(crate) Arc<ConsumerCore>);

impl Consumer {
    /// Its id, a UUID.
    pub fn id(&self) -> &str {
        &self.0.base.name
    }

    /// What it forwards.
    pub fn producer_id(&self) -> &str {
        &self.0.producer_name
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.0.kind
    }

    /// How it chooses among the producer's versions.
    pub fn consumer_type(&self) -> ConsumerType {
        self.0.consumer_type
    }

    /// What the peer gets.
    pub fn rtp_parameters(&self) -> &RtpParameters {
        &self.0.rtp_parameters
    }

    /// Whether it is paused by its own side.
    pub fn paused(&self) -> bool {
        lock(&self.0.state).paused
    }

    /// Whether its producer is paused.
    pub fn producer_paused(&self) -> bool {
        lock(&self.0.state).producer_paused
    }

    /// 1 (the default) to 255.
    pub fn priority(&self) -> u8 {
        lock(&self.0.state).priority
    }

    /// How well it is served.
    pub fn score(&self) -> ConsumerScore {
        lock(&self.0.state).score.clone()
    }

    /// The layers that it wants; none for a consumer without layers.
    pub fn preferred_layers(&self) -> Option<ConsumerLayers> {
        lock(&self.0.state).preferred_layers
    }

    /// The layers that it gets; none when nothing is sent, or for a consumer without layers.
    pub fn current_layers(&self) -> Option<ConsumerLayers> {
        lock(&self.0.state).current_layers
    }

    /// What the owner gave it.
    pub fn app_data(&self) -> &Value {
        &self.0.base.app_data
    }

    /// Whether it is closed.
    pub fn closed(&self) -> bool {
        self.0.base.is_closed()
    }

    /// Stops forwarding.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn pause(&self) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || lock(&core.state).paused = true;
        self.0
            .base
            .order(self.0.command(ConsumerCommand::Pause), then)
            .await
    }

    /// Goes on forwarding, from a new key frame.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn resume(&self) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || lock(&core.state).paused = false;
        self.0
            .base
            .order(self.0.command(ConsumerCommand::Resume), then)
            .await
    }

    /// Sets the layers that it wants. They are brought down to what there is; a consumer without layers does not care.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn set_preferred_layers(&self, layers: ConsumerLayers) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let finish = move |answer| {
            let layers = expect_answer!(answer, Response::PreferredLayers(layers) => layers)?;
            lock(&core.state).preferred_layers = layers.map(Into::into);
            Ok(())
        };
        let command = ConsumerCommand::SetPreferredLayers(layers.into());
        self.0.base.ask(self.0.command(command), finish).await
    }

    /// Sets how it is treated where the path to the peer is short: 1 to 255, greater is served first.
    ///
    /// # Errors
    /// [`RequestError::Type`] for 0, [`RequestError::Closed`].
    pub async fn set_priority(&self, priority: u8) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let finish = move |answer| {
            let priority = expect_answer!(answer, Response::Priority(priority) => priority)?;
            lock(&core.state).priority = priority;
            Ok(())
        };
        self.0
            .base
            .ask(
                self.0.command(ConsumerCommand::SetPriority(priority)),
                finish,
            )
            .await
    }

    /// Sets the priority back to 1.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn unset_priority(&self) -> Result<(), RequestError> {
        self.set_priority(1).await
    }

    /// Asks the producer for a key frame.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn request_key_frame(&self) -> Result<(), RequestError> {
        let command = self.0.command(ConsumerCommand::RequestKeyFrame);
        self.0.base.order(command, || ()).await
    }

    /// Statistics under mediasoup's names (fact sheet 1.13): its own `outbound-rtp`, then the `inbound-rtp` of the
    /// producer's stream that is forwarded.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn get_stats(&self) -> Result<Vec<Value>, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::StreamStats(stats) => stats);
        let stats = self
            .0
            .base
            .ask(self.0.command(ConsumerCommand::GetStats), finish)
            .await?;
        Ok(json::stream_stats(self.0.base.worker.timestamp(), &stats))
    }

    /// Which layers it gets, and why; none for consumers without layers. As mediasoup's users know layers, with what
    /// mediasoup does not tell: `preferred`, `target` and `current` layers, `limitedBy` (`none`, `preference`,
    /// `bandwidth`, `sender` or `paused`) and the `availableBitrate` of the path to the peer, bit/s.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn layers(&self) -> Result<Option<Value>, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::Layers(report) => report);
        let report = self
            .0
            .base
            .ask(self.0.command(ConsumerCommand::ReportLayers), finish)
            .await?;
        Ok(report.map(|report| json::layers(&report)))
    }

    /// Its inner state under mediasoup's names (fact sheet 1.12).
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn dump(&self) -> Result<Value, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::ConsumerDump(dump) => dump);
        let dump = self
            .0
            .base
            .ask(self.0.command(ConsumerCommand::Dump), finish)
            .await?;
        Ok(json::consumer_dump((self.id(), self.producer_id()), &dump))
    }

    /// Closes it.
    pub fn close(&self) {
        self.0.base.router.close_consumer(&self.0);
    }
}

/// What all handles of a consumer share.
#[derive(Debug)]
pub(crate) struct ConsumerCore {
    pub(crate) base: Base,
    /// The transport that it is on.
    pub(crate) transport: TransportId,
    producer_name: String,
    kind: MediaKind,
    consumer_type: ConsumerType,
    rtp_parameters: RtpParameters,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
struct State {
    paused: bool,
    producer_paused: bool,
    priority: u8,
    score: ConsumerScore,
    preferred_layers: Option<ConsumerLayers>,
    current_layers: Option<ConsumerLayers>,
}

impl ConsumerCore {
    /// A consumer that the core just made.
    pub(crate) fn new(
        base: Base,
        transport: TransportId,
        producer: &ProducerCore,
        (consumer_type, rtp_parameters): (ConsumerType, RtpParameters),
        first: NewConsumer,
    ) -> Self {
        Self {
            base,
            transport,
            producer_name: producer.base.name.clone(),
            kind: producer.kind,
            consumer_type,
            rtp_parameters,
            state: Mutex::new(State {
                paused: first.paused,
                producer_paused: first.producer_paused,
                priority: 1,
                score: first.score.into(),
                preferred_layers: first.preferred_layers.map(Into::into),
                current_layers: None,
            }),
        }
    }

    /// Its name in the core.
    pub(crate) const fn id(&self) -> ConsumerId {
        ConsumerId(self.base.number)
    }

    /// Remembers whether the producer is paused.
    pub(crate) fn set_producer_paused(&self, paused: bool) {
        lock(&self.state).producer_paused = paused;
    }

    /// Remembers the score and gives it back.
    pub(crate) fn set_score(&self, score: ConsumerScore) -> ConsumerScore {
        lock(&self.state).score.clone_from(&score);
        score
    }

    /// Remembers the layers and gives them back.
    pub(crate) fn set_current_layers(
        &self,
        layers: Option<ConsumerLayers>,
    ) -> Option<ConsumerLayers> {
        lock(&self.state).current_layers = layers;
        layers
    }

    const fn command(&self, command: ConsumerCommand) -> Command {
        Command::Consumer(self.id(), command)
    }
}
