//! The bot: says to everybody what anybody says to it.

use std::collections::HashMap;

use miso_engine::{
    DataConsumer, DataConsumerOptions, DataProducer, DataProducerOptions, DirectTransport,
    DirectTransportOptions, Ppid, RequestError as EngineError, Router,
};
use miso_signal::{Dialect, PeerId};

use crate::counters::Count;

use super::Room;

/// The label of its messages, and of those to it.
const LABEL: &str = "bot";
/// Bytes of a message to it or by it, as in the demo.
const MAX_MESSAGE_BYTES: usize = 512;

/// The bot of a room. It is closed with the router.
#[derive(Debug)]
pub(super) struct Bot {
    transport: DirectTransport,
    /// What it says to clients of the older dialect.
    older: DataProducer,
    /// What it says to those of the newer one, who expect other words.
    newer: DataProducer,
    /// Data consumers of what peers say to it, by id.
    ears: HashMap<String, Ear>,
}

/// How the bot hears a peer.
#[derive(Debug)]
struct Ear {
    peer: PeerId,
    consumer: DataConsumer,
}

impl Bot {
    /// A bot that hears nobody yet.
    ///
    /// # Errors
    /// The engine's.
    pub(super) async fn new(router: &Router) -> Result<Self, EngineError> {
        let options = DirectTransportOptions {
            max_send_message_size: MAX_MESSAGE_BYTES,
            max_receive_message_size: MAX_MESSAGE_BYTES,
            ..DirectTransportOptions::default()
        };
        let transport = router.create_direct_transport(options).await?;
        let options = DataProducerOptions {
            label: LABEL.to_owned(),
            ..DataProducerOptions::default()
        };
        Ok(Self {
            older: transport.produce_data(options.clone()).await?,
            newer: transport.produce_data(options).await?,
            transport,
            ears: HashMap::new(),
        })
    }

    /// What it says to clients of a dialect.
    pub(super) fn data_producer_id(&self, dialect: Dialect) -> &str {
        match dialect {
            Dialect::Unknown | Dialect::JavaScript => self.older.id(),
            Dialect::TypeScript => self.newer.id(),
        }
    }

    /// Whether a data producer is the bot's.
    pub(super) fn speaks_by(&self, data_producer_id: &str) -> bool {
        [&self.older, &self.newer]
            .map(|it| it.id())
            .contains(&data_producer_id)
    }

    /// Repeats to everybody what somebody said; whether that was possible.
    async fn repeat(&self, name: &str, text: &str) -> bool {
        let older = format!("{name} said me: \"{text}\"");
        let newer = format!("{name} told me: '{text}'");
        let older = self.older.send_text(&older).await;
        let newer = self.newer.send_text(&newer).await;
        older.is_ok() && newer.is_ok()
    }

    /// Hears what a peer says on a data producer.
    ///
    /// # Errors
    /// The engine's.
    pub(super) async fn listen_to(
        &mut self,
        peer: &PeerId,
        data_producer_id: &str,
    ) -> Result<(), EngineError> {
        let options = DataConsumerOptions::new(data_producer_id);
        let consumer = self.transport.consume_data(options).await?;
        let peer = peer.clone();
        self.ears
            .insert(consumer.id().to_owned(), Ear { peer, consumer });
        Ok(())
    }

    /// Hears a peer no more.
    pub(super) fn forget(&mut self, peer: &PeerId) {
        for (_, ear) in self.ears.extract_if(|_, ear| ear.peer == *peer) {
            ear.consumer.close();
        }
    }
}

impl Room {
    /// The bot greets a newcomer who can hear it, once.
    pub(super) async fn welcome(&mut self, id: &PeerId) {
        let Some(peer) = self.peers.get_mut(id) else {
            return;
        };
        let ear = peer.take_unwelcomed();
        if let (Some(ear), Some(joined)) = (ear, peer.joined()) {
            let text = format!("Welcome {}! ☺️", joined.display_name.as_str());
            if ear.send(Ppid::STRING, text.into_bytes()).await.is_err() {
                self.context.counters.add(Count::BotDropped);
            }
        }
    }

    /// The bot heard something; only text means anything to it. What it says reaches everybody, the speaker included.
    pub(super) async fn answer_as_bot(&self, ear: &str, ppid: Ppid, bytes: &[u8]) {
        let speaker = self.bot.ears.get(ear);
        let Some(name) = speaker.and_then(|ear| self.name_of(&ear.peer)) else {
            return;
        };
        let text = str::from_utf8(bytes).ok().filter(|_| ppid == Ppid::STRING);
        let said = match text {
            Some(text) => self.bot.repeat(name, text).await,
            None => false,
        };
        if !said {
            self.context.counters.add(Count::BotDropped);
        }
    }
}
