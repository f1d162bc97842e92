//! DataChannels of a transport, each agreed upon by signalling.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;

use str0m::Rtc;
use str0m::channel::{ChannelConfig, ChannelData, ChannelId, Reliability};
use tokio::sync::watch;

use super::{Inbox, OpenChannel, SendMessage};
use crate::data::{DataState, Message};

/// DataChannels, and messages for which there was no room yet.
#[derive(Default)]
pub(super) struct Channels {
    by_stream: HashMap<u16, Channel>,
    streams: HashMap<ChannelId, u16>,
    /// Each has somebody who waits for it, so there are no more than callers.
    waiting: VecDeque<SendMessage>,
}

struct Channel {
    id: ChannelId,
    messages: Option<Inbox>,
    state: watch::Sender<DataState>,
}

impl Channels {
    pub(super) fn open(&mut self, rtc: &mut Rtc, channel: OpenChannel) {
        let parameters = &channel.parameters;
        let reliability = match (parameters.max_packet_life_time, parameters.max_retransmits) {
            (Some(lifetime), _) => Reliability::MaxPacketLifetime { lifetime },
            (None, Some(retransmits)) => Reliability::MaxRetransmits { retransmits },
            (None, None) => Reliability::Reliable,
        };
        let stream = parameters.stream_id.0;
        let id = rtc.direct_api().create_data_channel(ChannelConfig {
            label: channel.label,
            ordered: parameters.ordered,
            reliability,
            negotiated: Some(stream),
            protocol: channel.protocol,
        });
        let channel = Channel {
            id,
            messages: channel.messages,
            state: channel.state,
        };
        self.streams.insert(id, stream);
        self.by_stream.insert(stream, channel);
    }

    pub(super) fn close(&mut self, rtc: &mut Rtc, stream: u16) {
        if let Some(channel) = self.by_stream.remove(&stream) {
            self.streams.remove(&channel.id);
            rtc.direct_api().close_data_channel(channel.id);
        }
        self.waiting.retain(|it| it.stream != stream);
    }

    pub(super) fn write(&mut self, rtc: &mut Rtc, message: SendMessage) {
        self.waiting.push_back(message);
        self.retry(rtc);
    }

    /// Sends what waits, as far as there is room; whether anything was sent.
    pub(super) fn retry(&mut self, rtc: &mut Rtc) -> bool {
        let before = self.waiting.len();
        let waiting = std::mem::take(&mut self.waiting);
        for message in waiting {
            self.waiting.extend(self.try_write(rtc, message));
        }
        self.waiting.len() < before
    }

    /// The message again, if there was no room for it.
    fn try_write(&self, rtc: &mut Rtc, message: SendMessage) -> Option<SendMessage> {
        if message.accepted.is_closed() {
            return None;
        }
        let channel = self.by_stream.get(&message.stream)?;
        // Messages of one channel keep their order.
        if self.waiting.iter().any(|it| it.stream == message.stream) {
            return Some(message);
        }
        let Some(mut open) = rtc.channel(channel.id) else {
            return Some(message);
        };
        let Message { is_binary, bytes } = &message.message;
        match open.write(*is_binary, bytes) {
            Ok(true) => {
                let _ = message.accepted.send(());
                None
            }
            Ok(false) => Some(message),
            Err(_) if *channel.state.borrow() == DataState::Opening => Some(message),
            // Dropped, which tells the caller that the channel is of no use.
            Err(_) => None,
        }
    }

    pub(super) fn opened(&self, id: ChannelId) {
        if let Some(channel) = self.channel(id) {
            channel.state.send_replace(DataState::Open);
        }
    }

    pub(super) fn closed(&mut self, id: ChannelId) {
        if let Some(stream) = self.streams.remove(&id) {
            self.waiting.retain(|it| it.stream != stream);
            if let Some(channel) = self.by_stream.remove(&stream) {
                channel.state.send_replace(DataState::Closed);
            }
        }
    }

    pub(super) fn receive(&self, data: ChannelData) {
        let Some(Some(inbox)) = self.channel(data.id).map(|it| &it.messages) else {
            return;
        };
        // Who does not listen loses messages rather than holding up the transport.
        let sent = inbox.sender.try_send(Message {
            is_binary: data.binary,
            bytes: data.data,
        });
        if sent.is_err() {
            inbox.discarded.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.by_stream.get(self.streams.get(&id)?)
    }
}
