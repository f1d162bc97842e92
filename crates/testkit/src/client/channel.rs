//! DataChannels of a connection.

use miso_ortc::SctpStreamParameters;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};

use super::Client;
use crate::sink::DataSink;

impl Client {
    /// Makes a DataChannel with these parameters.
    pub fn open_channel(&mut self, label: &str, parameters: &SctpStreamParameters) -> ChannelId {
        let reliability = match (parameters.max_packet_life_time, parameters.max_retransmits) {
            (Some(lifetime), _) => Reliability::MaxPacketLifetime { lifetime },
            (None, Some(retransmits)) => Reliability::MaxRetransmits { retransmits },
            (None, None) => Reliability::Reliable,
        };
        let id = self.rtc.direct_api().create_data_channel(ChannelConfig {
            label: label.to_owned(),
            ordered: parameters.ordered,
            reliability,
            negotiated: Some(parameters.stream_id.0),
            protocol: String::new(),
        });
        self.channels.insert(id, DataSink::default());
        id
    }

    /// Closes a DataChannel.
    pub fn close_channel(&mut self, id: ChannelId) {
        self.rtc.direct_api().close_data_channel(id);
    }

    /// Sends a message. False when the channel is not open or its buffer full.
    pub fn send_message(&mut self, id: ChannelId, binary: bool, message: &[u8]) -> bool {
        let channel = self.rtc.channel(id);
        channel.is_some_and(|mut channel| channel.write(binary, message).unwrap_or(false))
    }

    /// What a DataChannel got.
    pub fn channel(&self, id: ChannelId) -> &DataSink {
        self.channels
            .get(&id)
            .expect("a channel of this connection")
    }
}
