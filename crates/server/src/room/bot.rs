//! The bot: says to everybody what anybody says to it.

use std::collections::HashMap;

use miso_engine::{
    DataConsumer, DataConsumerOptions, DataProducer, DataProducerOptions, DirectTransport,
    DirectTransportOptions, Ppid, RequestError as EngineError, Router,
};
use miso_signal::PeerId;

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
    mouth: DataProducer,
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
        let mouth = transport.produce_data(options).await?;
        Ok(Self {
            transport,
            mouth,
            ears: HashMap::new(),
        })
    }

    /// What it says.
    pub(super) fn data_producer_id(&self) -> &str {
        self.mouth.id()
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
    /// The bot heard something; only text means anything to it. What it says reaches everybody, the speaker included.
    pub(super) async fn answer_as_bot(&self, ear: &str, ppid: Ppid, bytes: &[u8]) {
        let speaker = self.bot.ears.get(ear);
        let Some(name) = speaker.and_then(|ear| self.name_of(&ear.peer)) else {
            return;
        };
        let text = str::from_utf8(bytes).ok().filter(|_| ppid == Ppid::STRING);
        let said = match text {
            Some(text) => {
                let saying = format!("{} said me: \"{text}\"", name);
                self.bot.mouth.send_text(&saying).await.is_ok()
            }
            None => false,
        };
        if !said {
            self.context.counters.add(Count::BotDropped);
        }
    }
}
