//! Lines in both directions.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use miso_client::{Change, Signaling, SignalingError};
use miso_signal::{ConnectWebRtcTransport, DataProducerId, Produce, ProduceData, ProducerId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// A request or an answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: u64,
    /// None of an answer.
    pub(crate) method: Option<String>,
    #[serde(default)]
    pub(crate) data: Value,
    #[serde(default)]
    error: Option<String>,
}

/// Writes lines, and knows what was asked.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<Line>>,
}

impl Lines {
    /// Answers what the other side asked.
    pub(crate) fn answer(&self, id: u64, answer: anyhow::Result<Value>) {
        write(&match answer {
            Ok(data) => json!({"id": id, "data": data}),
            Err(error) => json!({"id": id, "error": format!("{error:#}")}),
        });
    }

    /// Tells the other side something.
    pub(crate) fn tell(&self, method: &str, data: &Value) {
        write(&json!({"method": method, "data": data}));
    }

    /// The other side has answered.
    pub(crate) fn answered(&self, line: Line) {
        let waiting = self.asked().waiting.remove(&line.id);
        if let Some(waiting) = waiting {
            // Who asked may have given up.
            let _ = waiting.send(line);
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        data: Value,
    ) -> Result<T, SignalingError> {
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut asked = self.asked();
            asked.last += 1;
            let id = asked.last;
            asked.waiting.insert(id, answer);
            id
        };
        write(&json!({"id": id, "method": method, "data": data}));
        let line = answered.await.map_err(|_| SignalingError::Disconnected)?;
        let bad = |reason| SignalingError::BadAnswer { method, reason };
        match line.error {
            Some(error) => Err(bad(error)),
            None => serde_json::from_value(line.data).map_err(|error| bad(error.to_string())),
        }
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(line: &Value) {
    let mut output = std::io::stdout().lock();
    // Nobody reads any more: the input will end, too.
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}

fn value(request: impl serde::Serialize) -> Value {
    serde_json::to_value(request).unwrap_or_default()
}

impl Signaling for Lines {
    async fn connect(&self, request: ConnectWebRtcTransport) -> Result<(), SignalingError> {
        let _: Value = self.ask("connect", value(request)).await?;
        Ok(())
    }

    async fn produce(&self, request: Produce) -> Result<ProducerId, SignalingError> {
        self.ask("produce", value(request)).await
    }

    async fn produce_data(&self, request: ProduceData) -> Result<DataProducerId, SignalingError> {
        self.ask("produceData", value(request)).await
    }

    async fn update(&self, _: Change) -> Result<(), SignalingError> {
        Ok(())
    }
}
