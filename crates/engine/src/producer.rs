//! Producers: inbound media.

use std::sync::{Arc, Mutex};

use miso_ortc::{MediaKind, PreparedProducer, ProducerType, RtpParameters};
use miso_sfu::command::{Command, ContentHint, ProducerCommand, Response};
use miso_sfu::{ProducerId, TransportId};
use serde_json::Value;

use crate::base::Base;
use crate::error::{RequestError, expect_answer};
use crate::json;
use crate::sync::lock;
use crate::types::ProducerScore;

/// Inbound media. Clones are handles of one producer; it stays until it, its transport or its router is closed.
#[derive(Clone, Debug)]
pub struct Producer(pub(crate) Arc<ProducerCore>);

impl Producer {
    /// Its id: the one that it was made with, or a UUID.
    pub fn id(&self) -> &str {
        &self.0.base.name
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.0.kind
    }

    /// In how many versions it sends.
    pub fn producer_type(&self) -> ProducerType {
        self.0.producer_type
    }

    /// What the peer sends, completed.
    pub fn rtp_parameters(&self) -> &RtpParameters {
        &self.0.rtp_parameters
    }

    /// What consumers can get of it.
    pub fn consumable_rtp_parameters(&self) -> &RtpParameters {
        &self.0.consumable
    }

    /// Whether it is paused.
    pub fn paused(&self) -> bool {
        lock(&self.0.state).paused
    }

    /// How well its streams arrive; empty before the first packet.
    pub fn score(&self) -> Vec<ProducerScore> {
        lock(&self.0.state).score.clone()
    }

    /// What the owner gave it.
    pub fn app_data(&self) -> &Value {
        &self.0.base.app_data
    }

    /// Whether it is closed.
    pub fn closed(&self) -> bool {
        self.0.base.is_closed()
    }

    /// Stops forwarding; its consumers tell `ProducerPause`.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn pause(&self) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || lock(&core.state).paused = true;
        self.0
            .base
            .order(self.0.command(ProducerCommand::Pause), then)
            .await
    }

    /// Goes on forwarding, from a new key frame; its consumers tell `ProducerResume`.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn resume(&self) -> Result<(), RequestError> {
        let core = Arc::clone(&self.0);
        let then = move || lock(&core.state).paused = false;
        self.0
            .base
            .order(self.0.command(ProducerCommand::Resume), then)
            .await
    }

    /// Says what matters most of its picture to viewers for whom not all of it fits; of a new producer that it moves.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn set_content_hint(&self, hint: ContentHint) -> Result<(), RequestError> {
        let command = self.0.command(ProducerCommand::SetContentHint(hint));
        self.0.base.order(command, || ()).await
    }

    /// Statistics of its streams under mediasoup's names (fact sheet 1.13): an `inbound-rtp` object for each.
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn get_stats(&self) -> Result<Vec<Value>, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::StreamStats(stats) => stats);
        let stats = self
            .0
            .base
            .ask(self.0.command(ProducerCommand::GetStats), finish)
            .await?;
        Ok(json::stream_stats(self.0.base.worker.timestamp(), &stats))
    }

    /// Its inner state under mediasoup's names (fact sheet 1.11).
    ///
    /// # Errors
    /// [`RequestError::Closed`].
    pub async fn dump(&self) -> Result<Value, RequestError> {
        let finish = |answer| expect_answer!(answer, Response::ProducerDump(dump) => dump);
        let dump = self
            .0
            .base
            .ask(self.0.command(ProducerCommand::Dump), finish)
            .await?;
        Ok(json::producer_dump(self.id(), &dump))
    }

    /// Closes it; its consumers are closed and tell `ProducerClose`.
    pub fn close(&self) {
        self.0.base.router.close_producer(&self.0);
    }
}

/// What all handles of a producer share.
#[derive(Debug)]
pub(crate) struct ProducerCore {
    pub(crate) base: Base,
    /// The transport that it is on.
    pub(crate) transport: TransportId,
    pub(crate) kind: MediaKind,
    pub(crate) producer_type: ProducerType,
    rtp_parameters: RtpParameters,
    /// What consumers can get of it.
    pub(crate) consumable: RtpParameters,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
struct State {
    paused: bool,
    score: Vec<ProducerScore>,
}

impl ProducerCore {
    /// A producer that the core just made.
    pub(crate) fn new(
        base: Base,
        transport: TransportId,
        prepared: PreparedProducer,
        (kind, paused): (MediaKind, bool),
    ) -> Self {
        Self {
            base,
            transport,
            kind,
            producer_type: prepared.producer_type,
            rtp_parameters: prepared.parameters,
            consumable: prepared.consumable,
            state: Mutex::new(State {
                paused,
                score: Vec::new(),
            }),
        }
    }

    /// Its name in the core.
    pub(crate) const fn id(&self) -> ProducerId {
        ProducerId(self.base.number)
    }

    /// Remembers the score and gives it back.
    pub(crate) fn set_score(&self, score: Vec<ProducerScore>) -> Vec<ProducerScore> {
        lock(&self.state).score.clone_from(&score);
        score
    }

    const fn command(&self, command: ProducerCommand) -> Command {
        Command::Producer(self.id(), command)
    }
}
