//! One room: a task that owns its peers and its router, and handles one message at a time, so that nothing races.
//!
//! Messages come from sessions, events from the engine. Handlers (`request`) map a room and a request to an answer;
//! what they tell peers goes into outboxes. A handler never waits for a client. If the task panics, its mailbox and
//! its outboxes are dropped: that alone tells every session that the room failed.

mod answer;
mod api;
mod bot;
mod broadcaster;
mod codecs;
mod convert;
mod engine_event;
mod joining;
mod message;
mod offer;
mod peer;
mod request;
mod speakers;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use miso_engine::{
    Engine, RequestError as EngineError, Router, RouterEvent, RouterEvents,
    RouterRtpCodecCapability, TransportListenInfo,
};
use miso_signal::{
    ConsumerClosed, DataConsumerClosed, Dialect, MediasoupVersion, PeerClosed, PeerId, RoomId,
    ServerNotification, encode_notification,
};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use crate::config::{BroadcasterTimes, Limits, MediaConfig};
use crate::counters::{Count, Counters, Held};
use crate::session::{Closing, Outgoing};

use bot::Bot;
use broadcaster::Broadcaster;
use joining::Joining;
use peer::Peer;
use speakers::Speakers;

pub(crate) use api::{
    ApiCall, ApiReply, ApiRequest, BroadcasterRequest, ConsumerRequest, DataRequest, Made,
    ProducerRequest, ReplyBody, TransportRequest,
};
pub(crate) use codecs::media_codecs;
pub(crate) use message::{AnswerFailure, Enter, EnterError, RoomMessage, Seat, SessionId, Who};

/// The version of mediasoup whose rules the server follows, as clients are told.
const MEDIASOUP_VERSION: &str = "3.27.1";

/// What all rooms share.
#[derive(Debug)]
pub(crate) struct RoomContext {
    /// The media engine.
    pub(crate) engine: Engine,
    /// What rooms forward.
    pub(crate) codecs: Vec<RouterRtpCodecCapability>,
    /// How transports are made.
    pub(crate) media: MediaConfig,
    /// How much anybody may ask for.
    pub(crate) limits: Limits,
    /// How long broadcasters and rooms without people live.
    pub(crate) broadcasters: BroadcasterTimes,
    /// Time until a client of the newer dialect joins.
    pub(crate) join_within: Duration,
    /// Where plain transports are opened, and what clients are told of it.
    pub(crate) plain: TransportListenInfo,
    /// What is counted.
    pub(crate) counters: Arc<Counters>,
}

/// A room at work.
pub(crate) struct Room {
    id: RoomId,
    context: Arc<RoomContext>,
    router: Router,
    /// Joined or not.
    peers: BTreeMap<PeerId, Peer>,
    /// Clients without a WebSocket; none has the id of a peer.
    broadcasters: BTreeMap<PeerId, Broadcaster>,
    /// Until when requests over HTTP keep the room open, even if nobody is in it.
    kept_until: Option<Instant>,
    /// Whose each transport, producer, consumer, data producer and data consumer is.
    owners: HashMap<String, PeerId>,
    /// Extra copies of each consumer.
    replicas: u8,
    speakers: Speakers,
    bot: Bot,
    joining: Joining,
    _held: Held,
}

/// What becomes of a room after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It goes on.
    GoOn,
    /// It is closed.
    Close(Closing),
}

/// Serves a room until `is_idle` says that nobody is on the way in while it is empty, or it is told to close.
///
/// # Errors
/// The engine's, when the room could not be opened; nobody got in.
pub(crate) async fn run(
    (id, replicas): (RoomId, u8),
    context: Arc<RoomContext>,
    mailbox: &mut mpsc::Receiver<RoomMessage>,
    mut is_idle: impl FnMut(&mut mpsc::Receiver<RoomMessage>) -> bool,
) -> Result<(), EngineError> {
    let (mut room, mut events) = Room::open(id, replicas, context).await?;
    let mut look = tokio::time::interval(room.look_every());
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let closing = loop {
        let fate = tokio::select! {
            message = mailbox.recv() => match message {
                Some(message) => room.take_message(message).await,
                None => Fate::Close(Closing::GoingAway),
            },
            event = events.recv() => match event {
                Some(event) => room.take_event(event).await,
                None => Fate::Close(Closing::RoomFailed),
            },
            _ = look.tick(), if room.is_watched() => {
                room.look_after_broadcasters().await;
                Fate::GoOn
            }
            () = room.joining.expired() => {
                room.expire_joining();
                Fate::GoOn
            }
        };
        match fate {
            Fate::Close(closing) => break closing,
            Fate::GoOn if room.is_empty() && is_idle(mailbox) => break Closing::GoingAway,
            Fate::GoOn => {}
        }
    };
    room.close(closing);
    Ok(())
}

impl Room {
    async fn open(
        id: RoomId,
        replicas: u8,
        context: Arc<RoomContext>,
    ) -> Result<(Self, RouterEvents), EngineError> {
        let (router, events) = context.engine.create_router(context.codecs.clone()).await?;
        let speakers = Speakers::new(&router).await?;
        let bot = Bot::new(&router).await?;
        context.counters.add(Count::RoomOpened);
        tracing::debug!(room = id.as_str(), "room opened");
        let room = Self {
            id,
            router,
            peers: BTreeMap::new(),
            broadcasters: BTreeMap::new(),
            kept_until: None,
            owners: HashMap::new(),
            replicas,
            speakers,
            bot,
            joining: Joining::default(),
            _held: context.counters.rooms.hold(),
            context,
        };
        Ok((room, events))
    }

    fn close(&self, closing: Closing) {
        for peer in self.peers.values() {
            peer.send(Outgoing::Close(closing));
        }
        self.router.close();
        if closing == Closing::RoomFailed {
            self.context.counters.add(Count::RoomFailed);
            tracing::error!(room = self.id.as_str(), "room lost its router");
        } else {
            tracing::debug!(room = self.id.as_str(), "room closed");
        }
    }

    async fn take_message(&mut self, message: RoomMessage) -> Fate {
        match message {
            RoomMessage::Enter(enter) => self.enter(enter),
            RoomMessage::Leave(who) => {
                if self.knows(&who) {
                    self.remove(&who.peer);
                }
            }
            RoomMessage::Request(who, id, request) => {
                if self.knows(&who) {
                    self.take_dialect(&who, request.shows());
                    request::take(self, &who.peer, Some(&id), request).await;
                }
            }
            RoomMessage::Notification(who, request) => {
                if self.knows(&who) {
                    // Only clients of this dialect notify of anything.
                    self.take_dialect(&who, Dialect::TypeScript);
                    request::take(self, &who.peer, None, request).await;
                }
            }
            RoomMessage::Answer(who, id, result) => {
                if self.knows(&who) {
                    self.take_answer(&who.peer, id, result).await;
                }
            }
            RoomMessage::Api(call) => api::take(self, *call).await,
            RoomMessage::Close => return Fate::Close(Closing::GoingAway),
            #[cfg(test)]
            RoomMessage::Panic => panic!("as the test wants"),
        }
        Fate::GoOn
    }

    /// Whether a message is of the peer's present session, and not of one that was replaced.
    fn knows(&self, who: &Who) -> bool {
        let peer = self.peers.get(&who.peer);
        peer.is_some_and(|peer| peer.session() == who.session)
    }

    fn enter(&mut self, enter: Enter) {
        let Enter { who, outbox, reply } = enter;
        let max = self.context.limits.max_peers_per_room;
        if !self.peers.contains_key(&who.peer) && self.peers.len() >= max {
            self.context.counters.add(Count::RoomRefused);
            let _ = reply.send(Err(EnterError::RoomFull(max)));
            return;
        }
        if self.broadcasters.contains_key(&who.peer) {
            let _ = reply.send(Err(EnterError::IdTaken));
            return;
        }
        if let Some(old) = self.peers.get(&who.peer) {
            self.context.counters.add(Count::SessionReplaced);
            old.send(Outgoing::Close(Closing::Final));
            self.remove(&who.peer);
        }
        let peer = Peer::new(&who, outbox, self.context.counters.peers.hold());
        // Nobody knows yet which name of it the client knows.
        let version = MediasoupVersion {
            version: MEDIASOUP_VERSION.to_owned(),
        };
        peer.notify(&ServerNotification::MediasoupVersion(version.clone()));
        peer.notify(&ServerNotification::MediasoupVersionToo(version));
        self.peers.insert(who.peer.clone(), peer);
        if reply.send(Ok(())).is_err() {
            self.remove(&who.peer);
        }
    }

    /// A peer whose media connection is lost leaves; its client is invited to come back.
    fn lose(&mut self, id: &PeerId) {
        if let Some(peer) = self.peers.get(id) {
            self.context.counters.add(Count::MediaLost);
            peer.send(Outgoing::Close(Closing::MediaLost));
            self.remove(id);
        }
    }

    /// A peer leaves. Others are told that it left, then what of it they no longer get.
    fn remove(&mut self, id: &PeerId) {
        let Some(peer) = self.peers.remove(id) else {
            return;
        };
        if peer.joined().is_some() {
            let closed = PeerClosed {
                peer_id: id.clone(),
            };
            self.tell_joined(&ServerNotification::PeerClosed(closed), None);
        }
        for producer in peer.producers() {
            self.drop_consumers_of(producer.id());
        }
        for data_producer in peer.data_producers() {
            self.drop_data_consumers_of(data_producer.id());
        }
        self.bot.forget(id);
        self.speakers.forget(id);
        self.joining.forget(peer.session());
        self.owners.retain(|_, owner| owner != id);
        peer.close_transports();
    }

    /// Takes away the consumers of a producer that is closed, and tells their peers.
    fn drop_consumers_of(&mut self, producer_id: &str) {
        for peer in self.peers.values_mut() {
            for consumer in peer.take_consumers_of(producer_id) {
                self.owners.remove(consumer.id());
                if let Ok(consumer_id) = convert::consumer_id(consumer.id()) {
                    peer.notify(&ServerNotification::ConsumerClosed(ConsumerClosed {
                        consumer_id,
                    }));
                }
            }
        }
    }

    /// Takes away the data consumers of a data producer that is closed, and tells their peers.
    fn drop_data_consumers_of(&mut self, data_producer_id: &str) {
        for peer in self.peers.values_mut() {
            for consumer in peer.take_data_consumers_of(data_producer_id) {
                self.owners.remove(consumer.id());
                if let Ok(data_consumer_id) = convert::data_consumer_id(consumer.id()) {
                    let closed = DataConsumerClosed { data_consumer_id };
                    peer.notify(&ServerNotification::DataConsumerClosed(closed));
                }
            }
        }
    }

    /// Tells all peers that have joined, but for one. The text is made once for each dialect.
    fn tell_joined(&self, notification: &ServerNotification, but: Option<&PeerId>) {
        for dialect in Dialect::ALL {
            let mut told = self
                .peers
                .values()
                .filter(|peer| peer.joined().is_some() && peer.dialect() == dialect)
                .filter(|peer| Some(peer.id()) != but)
                .peekable();
            if told.peek().is_some()
                && let Some(text) = encode_notification(notification, dialect)
            {
                let outgoing = Outgoing::text(text);
                told.for_each(|peer| peer.send(outgoing.clone()));
            }
        }
    }

    /// The peer to whom something belongs.
    fn owner_of(&mut self, object_id: &str) -> Option<&mut Peer> {
        let owner = self.owners.get(object_id)?;
        self.peers.get_mut(owner)
    }

    async fn take_event(&mut self, event: RouterEvent) -> Fate {
        engine_event::take(self, event).await
    }
}
