//! How much anybody may ask for. What is over a limit is refused with a clear text, and counted.

use serde::Serialize;

use super::{ConfigError, settings};

/// The one list of limits: name, default, variable, and what it is for.
macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident: $default:literal, $flag:literal, $variable:literal,)+) => {
        settings! {
            /// How much anybody may ask for.
            LimitSettings {
                $($(#[$doc])*
                #[arg(long, env = $variable, value_name = "NUMBER", help_heading = "Limits")]
                $field: usize,)+
            }
        }

        /// How much anybody may ask for: complete.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) struct Limits {
            $($(#[$doc])* pub(crate) $field: usize,)+
        }

        impl LimitSettings {
            /// Completed by defaults.
            ///
            /// # Errors
            /// [`ConfigError::OutOfRange`]: a limit of zero would let nobody in.
            pub(super) fn complete(self) -> Result<Limits, ConfigError> {
                $(if self.$field == Some(0) {
                    return Err(ConfigError::OutOfRange { name: $flag, range: "at least 1" });
                })+
                Ok(Limits { $($field: self.$field.unwrap_or($default),)+ })
            }
        }
    };
}

limits! {
    /// Rooms at a time. More cost memory, about 100 kB each [default: 1000]
    max_rooms: 1_000, "--max-rooms", "MISO_MAX_ROOMS",
    /// Peers in a room. More cost the room's thread time, growing with the square [default: 200]
    max_peers_per_room: 200, "--max-peers-per-room", "MISO_MAX_PEERS_PER_ROOM",
    /// Broadcasters in a room; each is one more to whom everybody listens [default: 50]
    max_broadcasters_per_room: 50, "--max-broadcasters-per-room", "MISO_MAX_BROADCASTERS_PER_ROOM",
    /// Transports of a peer or broadcaster; a client needs two [default: 8]
    max_transports_per_peer: 8, "--max-transports-per-peer", "MISO_MAX_TRANSPORTS_PER_PEER",
    /// Producers of a peer or broadcaster; each makes a consumer at every other peer [default: 16]
    max_producers_per_peer: 16, "--max-producers-per-peer", "MISO_MAX_PRODUCERS_PER_PEER",
    /// Consumers of a peer or broadcaster. What is over it is not offered [default: 3000]
    max_consumers_per_peer: 3_000, "--max-consumers-per-peer", "MISO_MAX_CONSUMERS_PER_PEER",
    /// Data producers of a peer or broadcaster; each makes a data consumer at every other peer [default: 16]
    max_data_producers_per_peer: 16, "--max-data-producers-per-peer", "MISO_MAX_DATA_PRODUCERS_PER_PEER",
    /// Data consumers of a peer or broadcaster. What is over it is not offered [default: 1000]
    max_data_consumers_per_peer: 1_000, "--max-data-consumers-per-peer", "MISO_MAX_DATA_CONSUMERS_PER_PEER",
    /// Connections to the listeners. Each costs a file descriptor [default: 10000]
    max_connections: 10_000, "--max-connections", "MISO_MAX_CONNECTIONS",
    /// TLS handshakes at a time; more wait. Each costs CPU time [default: 256]
    max_handshakes: 256, "--max-handshakes", "MISO_MAX_HANDSHAKES",
    /// Messages per second of a session, on average. What is over it is refused and slowed down [default: 100]
    max_messages_per_second: 100, "--max-messages-per-second", "MISO_MAX_MESSAGES_PER_SECOND",
    /// Messages of a session at once; a large room answers a newcomer with one per consumer [default: 2000]
    max_message_burst: 2_000, "--max-message-burst", "MISO_MAX_MESSAGE_BURST",
    /// Messages that wait for a slow session before it is cut [default: 4096]
    max_queued_messages: 4_096, "--max-queued-messages", "MISO_MAX_QUEUED_MESSAGES",
    /// Bytes that wait for a slow session before it is cut [default: 16777216]
    max_queued_bytes: 16_777_216, "--max-queued-bytes", "MISO_MAX_QUEUED_BYTES",
    /// Bytes of an HTTP request's body [default: 102400]
    max_body_bytes: 102_400, "--max-body-bytes", "MISO_MAX_BODY_BYTES",
}
