//! What became of the offers to clients.

use miso_signal::{ConsumerClosed, ConsumerScoreChanged, Dialect, PeerId, ServerNotification};

use crate::counters::Count;

use super::message::AnswerFailure;
use super::peer::Asked;
use super::{Room, convert};

impl Room {
    /// A client accepted, refused or was silent.
    pub(super) async fn take_answer(
        &mut self,
        from: &PeerId,
        request: u32,
        result: Result<(), AnswerFailure>,
    ) {
        let asked = self
            .peers
            .get_mut(from)
            .and_then(|peer| peer.answered(request));
        match (asked, result) {
            (None, _) => self.context.counters.add(Count::AnswerUnknown),
            (Some(Asked::Consumer(id)), Ok(())) => self.start_consumer(from, &id).await,
            (Some(Asked::DataConsumer(id)), Ok(())) => self.start_data_consumer(from, &id).await,
            (Some(asked), Err(failure)) => self.end_offer(from, &asked, failure),
        }
    }

    /// The client is ready: media flows, and it is told how well. Those of the newer dialect know from the request.
    async fn start_consumer(&self, from: &PeerId, id: &str) {
        let Some(peer) = self.peers.get(from) else {
            return;
        };
        // It may be closed by now.
        let Ok(consumer) = peer.consumer(id) else {
            return;
        };
        if consumer.resume().await.is_ok()
            && peer.dialect() != Dialect::TypeScript
            && let Ok(consumer_id) = convert::consumer_id(id)
        {
            let score = convert::consumer_score(consumer.score());
            let changed = ConsumerScoreChanged { consumer_id, score };
            peer.notify(&ServerNotification::ConsumerScoreChanged(changed));
        }
    }

    /// The client is ready for the bot's welcome, if it is one of those whom the bot welcomes.
    async fn start_data_consumer(&mut self, from: &PeerId, id: &str) {
        let bot = self.bot.data_producer_id(Dialect::TypeScript);
        if let Some(peer) = self.peers.get_mut(from)
            && let Ok(ear) = peer.data_consumer(id)
            && ear.data_producer_id() == bot
        {
            peer.set_unwelcomed(ear);
            self.welcome(from).await;
        }
    }

    /// Nobody wants it. Whoever was silent may still have taken it, and is told that it is gone.
    fn end_offer(&mut self, from: &PeerId, asked: &Asked, failure: AnswerFailure) {
        self.context.counters.add(match failure {
            AnswerFailure::Refused => Count::AnswerRefused,
            AnswerFailure::TimedOut => Count::AnswerMissing,
        });
        let (Asked::Consumer(id) | Asked::DataConsumer(id)) = asked;
        self.owners.remove(id);
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        if let Some(consumer) = peer.take_data_consumer(id) {
            consumer.close();
        }
        if let Some(consumer) = peer.take_consumer(id) {
            consumer.close();
            if let (AnswerFailure::TimedOut, Ok(consumer_id)) = (failure, convert::consumer_id(id))
            {
                peer.notify(&ServerNotification::ConsumerClosed(ConsumerClosed {
                    consumer_id,
                }));
            }
        }
    }
}
